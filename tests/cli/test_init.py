"""The command's frame: exit codes, words on stderr, and no traceback."""

from pathlib import Path

import click
from click.testing import CliRunner

from supportbot import __version__
from supportbot.cli import main


def test_a_deliberate_error_ends_with_its_own_words_and_exit_code_1(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["worker"], env={"SUPPORTBOT_DATA_DIR": str(tmp_path)})

    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "The environment needs attention:\n  SUPPORTBOT_SECRET_KEY is not set. Generate one with: supportbot secret\n"
    )


def test_wrong_use_ends_with_exit_code_2() -> None:
    assert CliRunner().invoke(main, ["secret", "--closer"]).exit_code == 2
    assert CliRunner().invoke(main, ["listen"]).exit_code == 2


def test_every_listed_command_can_be_loaded_and_says_what_it_does() -> None:
    context = click.Context(main)
    commands = {name: main.get_command(context, name) for name in main.list_commands(context)}

    assert [name for name, command in commands.items() if command is None or not command.get_short_help_str()] == []


def test_the_version_is_the_packages_own() -> None:
    result = CliRunner().invoke(main, ["--version"])

    assert (result.exit_code, result.stdout) == (0, f"supportbot, version {__version__}\n")
