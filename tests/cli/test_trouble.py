"""A command that cannot reach its database says so in one line and ends with 1."""

from pathlib import Path

import pytest

from tests.cli.operator import operator

NOBODY_LISTENS = "postgresql://helper:hidden-password@127.0.0.1:1/desk"
COMMANDS = (
    ("user", "list"),
    ("migrate",),
    ("serve",),
    ("worker",),
    ("policy", "history"),
    ("site", "list"),
)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_a_database_that_does_not_answer_is_named_without_its_password(words: tuple[str, ...], tmp_path: Path) -> None:
    said = operator(NOBODY_LISTENS, tmp_path).refused(*words)

    assert said.startswith("The database postgresql+psycopg://helper:***@127.0.0.1:1/desk cannot be used: ")
    assert "SUPPORTBOT_DATABASE_URL" in said
    assert len(said.splitlines()) == 1
    assert "hidden-password" not in said


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("no url at all", "SUPPORTBOT_DATABASE_URL is not a database URL."),
        ("postgresql://helper:hidden@host:port/desk", "SUPPORTBOT_DATABASE_URL is not a database URL."),
        ("mysql://helper:hidden@127.0.0.1/desk", "SUPPORTBOT_DATABASE_URL names 'mysql'"),
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str, problem: str, tmp_path: Path) -> None:
    said = operator(url, tmp_path).refused("user", "list")

    assert problem in said
    assert "hidden" not in said


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    file = tmp_path / "letters.db"
    file.write_text("Dear all, " * 200)

    said = operator(f"sqlite:///{file}", tmp_path).refused("user", "list")

    assert f"The database sqlite:///{file} cannot be used: file is not a database." in said


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")

    said = operator("", tmp_path / "taken" / "data").refused("user", "list")

    assert f"The database's folder {tmp_path}/taken/data cannot be made: " in said


def test_a_database_that_was_never_migrated_says_what_to_run(tmp_path: Path) -> None:
    assert operator("", tmp_path).refused("user", "list").endswith("Run: supportbot migrate\n")
