"""`supportbot billing import` and `supportbot kb import`, on an installation of their own."""

import json
import shutil
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supportbot.app import migrate_all
from supportbot.cli import main
from supportbot.settings import load_settings

ARTICLES = files("supportbot.seed") / "content" / "articles"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    chosen = {"SUPPORTBOT_DATA_DIR": str(tmp_path / "data"), "SUPPORTBOT_SECRET_KEY": "k" * 43}
    migrate_all(load_settings(chosen))
    return chosen


def run(environment: dict[str, str], *words: str) -> Result:
    return CliRunner(env=environment).invoke(main, words)


def test_articles_are_imported_once_and_their_changes_after(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "articles"
    shutil.copytree(str(ARTICLES), folder)

    first = run(environment, "kb", "import", str(folder))
    again = json.loads(run(environment, "kb", "import", str(folder), "--json").stdout)
    article = folder / "find-your-invoices.md"
    article.write_text(article.read_text(encoding="utf-8") + "\nOne line more.\n", encoding="utf-8")
    changed = json.loads(run(environment, "kb", "import", str(folder), "--draft", "--json").stdout)

    count = len(list(folder.glob("*.md")))
    assert (first.exit_code, first.stdout) == (0, f"{count} new, 0 changed, 0 as they were; {count} published.\n")
    assert (again["added"], again["published"], len(again["unchanged"])) == ([], [], count)
    assert (changed["changed"], changed["published"]) == (["find-your-invoices"], [])


def test_a_bad_article_ends_with_its_line_and_code_1(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    folder.joinpath("one.md").write_text("---\ntitle: One\nkind: help\n", encoding="utf-8")

    result = run(environment, "kb", "import", str(folder))
    empty = run(environment, "kb", "import", str(tmp_path / "data"))
    missing = run(environment, "kb", "import", str(tmp_path / "nowhere"))

    assert (result.exit_code, "one.md, line 1: the front matter has no closing" in result.stderr) == (1, True)
    assert (empty.exit_code, "holds no Markdown file" in empty.stderr) == (1, True)
    assert missing.exit_code == 2


def test_records_are_imported_all_or_nothing(tmp_path: Path, environment: dict[str, str]) -> None:
    accounts, charges = tmp_path / "accounts.csv", tmp_path / "charges.csv"
    accounts.write_text("external_id,name\nhl-1,Mira\n", encoding="utf-8")
    head = "id,account_id,amount_minor,currency,status,charged_at\n"
    charges.write_text(head + "ch_1,hl-2,4900,EUR,succeeded,2026-03-14T06:07:00Z\n", encoding="utf-8")

    refused = run(environment, "billing", "import", str(tmp_path))
    charges.write_text(head + "ch_1,hl-1,4900,EUR,succeeded,2026-03-14T06:07:00Z\n", encoding="utf-8")
    done = run(environment, "billing", "import", str(tmp_path))
    again = json.loads(run(environment, "billing", "import", str(tmp_path), "--json").stdout)

    assert (refused.exit_code, "charges.csv, line 2: account_id is 'hl-2'" in refused.stderr) == (1, True)
    assert (done.exit_code, done.stdout) == (0, "2 rows added, 0 changed, 0 as they were.\n")
    assert again == {"added": 0, "changed": 0, "unchanged": 2}


def test_an_article_goes_from_draft_over_reviewed_to_published(tmp_path: Path, environment: dict[str, str]) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    shutil.copy(str(ARTICLES / "find-your-invoices.md"), folder)
    run(environment, "kb", "import", str(folder), "--draft")

    too_early = run(environment, "kb", "publish", "find-your-invoices")
    unfound = run(environment, "kb", "search", "invoice")
    reviewed = run(environment, "kb", "review", "find-your-invoices", "--by", "Ines")
    listed = json.loads(run(environment, "kb", "list", "--state", "reviewed", "--json").stdout)
    published = run(environment, "kb", "publish", "find-your-invoices")
    found = run(environment, "kb", "search", "invoice")
    gaps = run(environment, "kb", "gaps")
    missing = run(environment, "kb", "review", "nothing", "--by", "Ines")

    assert (too_early.exit_code, "was not reviewed yet" in too_early.stderr) == (1, True)
    assert unfound.stdout == "No passage holds all of these words.\n"
    assert "Publish it with: supportbot kb publish find-your-invoices" in reviewed.stdout
    assert [(one["slug"], one["reviewed_by"], one["live_version"]) for one in listed] == [
        ("find-your-invoices", "Ines", None)
    ]
    assert (published.exit_code, published.stdout) == (0, "find-your-invoices v1 is published.\n")
    assert "find-your-invoices#1" in found.stdout
    assert "found an article" in gaps.stdout
    assert (missing.exit_code, "There is no article 'nothing'" in missing.stderr) == (1, True)
