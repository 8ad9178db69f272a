"""The command's frame: exit codes, words on stderr, and no traceback."""

import click
import pytest
from click.testing import CliRunner

from supportbot import __version__
from supportbot.cli import Commands, main
from supportbot.errors import NotFound


@pytest.fixture
def refusing() -> click.Group:
    """A command line with one command that is refused."""
    group = Commands("supportbot")

    @group.command()
    def look() -> None:
        raise NotFound("There is no conversation 7.")

    return group


def test_a_deliberate_error_ends_with_its_own_words_and_exit_code_1(refusing: click.Group) -> None:
    result = CliRunner().invoke(refusing, ["look"])

    assert (result.exit_code, result.stderr, result.stdout) == (1, "There is no conversation 7.\n", "")


def test_wrong_use_ends_with_exit_code_2(refusing: click.Group) -> None:
    assert CliRunner().invoke(refusing, ["look", "--closer"]).exit_code == 2
    assert CliRunner().invoke(refusing, ["listen"]).exit_code == 2


def test_the_version_is_the_packages_own() -> None:
    result = CliRunner().invoke(main, ["--version"])

    assert (result.exit_code, result.stdout) == (0, f"supportbot, version {__version__}\n")
