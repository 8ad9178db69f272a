"""`supportbot prompts`: as an operator uses it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supportbot.cli import main
from supportbot.settings import top_folder


def run(*args: str) -> Result:
    return CliRunner().invoke(main, ["prompts", *args])


def test_the_shipped_prompts_are_listed_with_the_tasks_that_pin_them() -> None:
    rows = {row["pin"]: row for row in json.loads(run("list", "--json").stdout)}

    assert all(row["state"] == "released" for row in rows.values())
    assert [row["pinned_by"] for row in rows.values() if "dispute_reply" in row["pinned_by"]] == [["dispute_reply"]]
    assert "dispute_reply/1" in run("list").stdout


def test_the_shipped_prompts_pass_the_lint() -> None:
    done = run("lint")

    assert done.exit_code == 0, done.stdout
    assert "all well" in done.stdout


def test_a_folder_of_ones_own_is_released_linted_and_refused_with_the_right_exit_codes(tmp_path: Path) -> None:
    (tmp_path / "routine_reply").mkdir()
    draft = tmp_path / "routine_reply" / "draft.md"
    text = (top_folder("prompts") / "routine_reply" / "v1.md").read_text(encoding="utf-8")
    draft.write_text(text, encoding="utf-8")

    made = run("release", "routine_reply", "--folder", str(tmp_path), "--json")
    again = run("release", "routine_reply", "--folder", str(tmp_path), "--why", "nothing")
    linted = run("lint", "--folder", str(tmp_path), "--json")

    assert (made.exit_code, json.loads(made.stdout)["pin"]) == (0, "routine_reply/1")
    assert (again.exit_code, "says the same as" in again.stderr) == (1, True)
    assert linted.exit_code == 1
    assert any("which does not exist" in one["text"] for one in json.loads(linted.stdout)["problems"])


@pytest.mark.parametrize("wrong", [["release"], ["lint", "--folder", "/no/such/folder"], ["shout"]])
def test_wrong_use_ends_with_two(wrong: list[str]) -> None:
    assert run(*wrong).exit_code == 2
