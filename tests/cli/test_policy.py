"""Tests of `supportbot policy`: showing, exporting and handing in."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supportbot.cli import main
from supportbot.routing.policy import parse_policy, shipped_document
from tests.gateway.stand_in import reply, stand_in

WORDS_A_MINUTE = 240
OWNER, AUTHOR = "owner@example.test", "admin@example.test"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A migrated SQLite file of its own, and a secret."""
    env = {"SUPPORTBOT_DATA_DIR": str(tmp_path), "SUPPORTBOT_DATABASE_URL": "", "SUPPORTBOT_SECRET_KEY": "s" * 40}
    assert CliRunner().invoke(main, ["migrate"], env=env).exit_code == 0
    return env


def run(environment: dict[str, str], *words: str) -> Result:
    return CliRunner().invoke(main, ["policy", *words], env=environment)


def document(folder: Path, text: str | None = None) -> str:
    file = folder / "policy.yaml"
    file.write_text(shipped_document() if text is None else text)
    return str(file)


def test_without_a_database_the_shipped_policy_is_shown_and_exported(tmp_path: Path) -> None:
    env = {"SUPPORTBOT_DATA_DIR": str(tmp_path), "SUPPORTBOT_DATABASE_URL": "", "SUPPORTBOT_SECRET_KEY": ""}

    shown, exported = run(env, "show"), run(env, "export")

    assert "Routing policy, as shipped. Fast drafts the routine." in shown.stdout
    assert exported.stdout == shipped_document()


def test_the_first_policy_is_active_once_its_owner_approves(environment: dict[str, str], tmp_path: Path) -> None:
    text = shipped_document().replace("deadline_s: 60", "deadline_s: 70")

    result = run(environment, "import", document(tmp_path, text), "--author", AUTHOR, "--approved-by", OWNER)

    assert (result.exit_code, result.stdout) == (0, f"Version 1 is approved by {OWNER} and active.\n")
    assert run(environment, "export").stdout == text
    shown = json.loads(run(environment, "show", "--json").stdout)
    assert (shown["version"], shown["tasks"]["dispute_reply"]["deadline_s"]) == (1, 70)
    (version,) = json.loads(run(environment, "history", "--json").stdout)
    assert (version["version"], version["state"], version["author"], version["approver"]) == (
        1,
        "active",
        AUTHOR,
        OWNER,
    )


def test_a_later_policy_is_a_proposal_that_changes_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    file = document(tmp_path)
    run(environment, "import", file, "--author", AUTHOR, "--approved-by", OWNER)

    proposed = run(environment, "import", file, "--author", AUTHOR, "--problem", "Too slow.", "--approved-by", OWNER)

    assert "Version 2 is proposed" in proposed.stdout
    history = json.loads(run(environment, "history", "--json").stdout)
    assert [(row["version"], row["state"]) for row in history] == [(2, "proposed"), (1, "active")]
    assert "2  Proposed  Too slow.  by admin@example.test, approved by nobody yet" in run(environment, "history").stdout


@pytest.mark.parametrize(
    ("text", "options", "said"),
    [
        (None, ("--approved-by", AUTHOR), "Only the owner"),
        (None, (), "problem in one sentence"),
        ("owner: me", ("--approved-by", OWNER), "tasks: is missing"),
        (shipped_document().replace("routine_reply/3", "routine_reply/9"), ("--approved-by", OWNER), "does not exist"),
    ],
)
def test_what_is_not_fit_is_refused_and_not_stored(
    environment: dict[str, str], tmp_path: Path, text: str | None, options: tuple[str, ...], said: str
) -> None:
    refused = run(environment, "import", document(tmp_path, text), "--author", AUTHOR, *options)

    assert refused.exit_code == 1
    assert said in refused.stderr
    assert run(environment, "history").stdout == "No policy yet. Hand one in: supportbot policy import FILE\n"


def test_a_file_that_is_no_text_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(b"\xff\xfe\x00")

    assert "is not UTF-8 text" in run(environment, "import", str(file), "--author", AUTHOR).stderr


def test_a_version_is_exported_by_its_number(environment: dict[str, str], tmp_path: Path) -> None:
    run(environment, "import", document(tmp_path), "--author", AUTHOR, "--approved-by", OWNER)

    assert parse_policy(run(environment, "export", "--version", "1").stdout)
    missing = run(environment, "export", "--version", "7")
    assert (missing.exit_code, missing.stderr) == (
        1,
        "There is no routing policy version 7. List them: supportbot policy history\n",
    )


def test_the_markdown_export_is_read_in_two_minutes(tmp_path: Path) -> None:
    env = {"SUPPORTBOT_DATA_DIR": str(tmp_path), "SUPPORTBOT_DATABASE_URL": ""}

    text = run(env, "export", "--markdown").stdout

    assert text.startswith("# Routing policy, as shipped\n")
    assert "Reasoning does it, and nobody takes over" in text
    assert len(text.split()) < 2 * WORDS_A_MINUTE


# From a proposal into force, and back


@pytest.fixture
def proposed(environment: dict[str, str], tmp_path: Path) -> dict[str, str]:
    """Version 1 in force, version 2 proposed."""
    run(environment, "import", document(tmp_path), "--author", AUTHOR, "--approved-by", OWNER)
    slower = document(tmp_path, shipped_document().replace("deadline_s: 60", "deadline_s: 70"))
    result = run(environment, "propose", slower, "--author", AUTHOR, "--problem", "Disputes run out of time.")
    assert result.stdout.startswith("Version 2 is proposed.")
    return environment


def deadline(environment: dict[str, str]) -> tuple[int, int]:
    shown = json.loads(run(environment, "show", "--json").stdout)
    return shown["version"], shown["tasks"]["dispute_reply"]["deadline_s"]


def test_a_proposal_comes_into_force_when_approved_and_activated_and_leaves_by_a_rollback(
    proposed: dict[str, str],
) -> None:
    assert run(proposed, "approve", "2", "--by", OWNER).stdout.startswith(f"Version 2 is approved by {OWNER}.")
    assert deadline(proposed) == (1, 60)
    assert run(proposed, "activate", "2", "--by", OWNER).stdout == "Version 2 is in force.\n"
    assert deadline(proposed) == (2, 70)
    assert "-    deadline_s: 60\n+    deadline_s: 70" in run(proposed, "diff", "1", "2").stdout
    back = run(proposed, "rollback", "--by", OWNER)
    assert back.stdout == "Version 1 is in force again; version 2 is not.\n"
    assert deadline(proposed) == (1, 60)
    assert run(proposed, "rollback", "--to", "2", "--by", OWNER).exit_code == 0
    assert deadline(proposed) == (2, 70)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("approve", "2", "--by", AUTHOR), "Only the owner"),
        (("approve", "9", "--by", OWNER), "no routing policy version 9"),
        (("approve", "1", "--by", OWNER), "only a proposed one"),
        (("activate", "2", "--by", OWNER), "not approved"),
        (("activate", "1", "--by", OWNER), "in force already"),
        (("activate", "1", "--by", AUTHOR), "Only the owner"),
        (("rollback", "--by", OWNER), "nothing to roll back to"),
        (("reject", "1", "--by", OWNER), "only a proposed one"),
        (("diff", "1", "9"), "no routing policy version 9"),
    ],
)
def test_what_may_not_be_is_refused_and_changes_nothing(
    proposed: dict[str, str], words: tuple[str, ...], said: str
) -> None:
    refused = run(proposed, *words)

    assert refused.exit_code == 1
    assert said in refused.stderr
    history = json.loads(run(proposed, "history", "--json").stdout)
    assert [row["state"] for row in history] == ["proposed", "active"]


def test_a_declined_proposal_cannot_come_back(proposed: dict[str, str]) -> None:
    assert run(proposed, "reject", "2", "--by", OWNER).exit_code == 0

    refused = run(proposed, "approve", "2", "--by", OWNER)

    assert (refused.exit_code, "is rejected" in refused.stderr) == (1, True)


def test_a_first_policy_is_told_which_of_its_models_do_not_answer(environment: dict[str, str], tmp_path: Path) -> None:
    silent = 'reasoning: {provider: openai_compatible, base_url: "http://127.0.0.1:9/v1", model: big,'
    text = shipped_document().replace("reasoning: {provider: builtin, model: facts,", silent)

    result = run(environment, "import", document(tmp_path, text), "--author", AUTHOR, "--approved-by", OWNER)

    assert (result.exit_code, "active" in result.stdout) == (0, True)
    assert "Not well: Model 'reasoning' (dispute_reply): nobody answers at http://127.0.0.1:9/v1." in result.stderr


def test_a_first_policy_whose_model_cannot_do_it_is_refused(environment: dict[str, str], tmp_path: Path) -> None:
    with stand_in(reply(404, {"error": {"code": "model_not_found"}})) as server:
        unfit = f'reasoning: {{provider: openai_compatible, base_url: "{server.base_url}", model: big,'
        text = shipped_document().replace("reasoning: {provider: builtin, model: facts,", unfit)
        refused = run(environment, "import", document(tmp_path, text), "--author", AUTHOR, "--approved-by", OWNER)

    assert refused.exit_code == 1
    assert "not fit to come into force" in refused.stderr
    assert "knows no model 'big'" in refused.stderr and "(404 model_not_found)" in refused.stderr
    assert "No policy yet" in run(environment, "history").stdout


def test_a_later_version_is_kept_out_by_an_unfit_model_and_let_in_beside_a_silent_one(
    environment: dict[str, str], tmp_path: Path
) -> None:
    run(environment, "import", document(tmp_path), "--author", AUTHOR, "--approved-by", OWNER)
    with stand_in(reply(404, {"error": {"code": "model_not_found"}})) as server:
        behind = f'reasoning: {{provider: openai_compatible, base_url: "{server.base_url}", model: big,'
        text = shipped_document().replace("reasoning: {provider: builtin, model: facts,", behind)
        run(environment, "propose", document(tmp_path, text), "--author", AUTHOR, "--problem", "Try another one.")
        run(environment, "approve", "2", "--by", OWNER)
        refused = run(environment, "activate", "2", "--by", OWNER)
    silent = run(environment, "activate", "2", "--by", OWNER)
    back = run(environment, "rollback", "--by", OWNER)
    again = run(environment, "rollback", "--to", "2", "--by", OWNER)

    assert (refused.exit_code, "not fit to come into force" in refused.stderr) == (1, True)
    assert (silent.stdout, "nobody answers" in silent.stderr) == ("Version 2 is in force.\n", True)
    assert (back.exit_code, back.stderr) == (0, "")
    assert (again.exit_code, "nobody answers" in again.stderr) == (0, True)
