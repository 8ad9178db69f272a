"""The documents are held to the code: what they name is there, and their links lead somewhere."""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from supportbot.cli import main
from supportbot.settings import VARIABLES

ROOT = Path(__file__).parent.parent
PAGES = (
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
)
# A changelog names what is gone.
OF_NOW = tuple(page for page in PAGES if page.name != "CHANGELOG.md")
LONGEST_README = 9_000
OF_TESTS = {"SUPPORTBOT_TEST_POSTGRES_URL", "SUPPORTBOT_TEST_CHROMIUM", "SUPPORTBOT_SITE_SECRET"}


def test_the_readme_is_a_first_page() -> None:
    assert len((ROOT / "README.md").read_bytes()) <= LONGEST_README


def test_every_command_named_exists() -> None:
    known = set(_commands(main, ()))

    wrong = [f"{page.name}: supportbot {' '.join(said)}" for page, said in _said_commands() if not _exists(said, known)]

    assert wrong == []


@pytest.mark.parametrize(
    ("said", "exists"), [(("policy", "show"), True), (("policy", "sing"), False), (("sing",), False)]
)
def test_the_check_of_commands_sees_a_wrong_one(said: tuple[str, ...], exists: bool) -> None:
    assert _exists(said, set(_commands(main, ()))) is exists


def test_every_make_target_named_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        (page.name, name) for page in OF_NOW for name in re.findall(r"(?:`|^)make ([a-z]+)", page.read_text(), re.M)
    }

    assert named
    assert {one for one in named if one[1] not in targets} == set()


def test_every_setting_named_exists() -> None:
    known = {variable.name for variable in VARIABLES} | OF_TESTS
    named = {(page.name, name) for page in OF_NOW for name in re.findall(r"SUPPORTBOT_[A-Z_]+[A-Z]", page.read_text())}

    assert {one for one in named if one[1] not in known} == set()


def test_every_file_named_exists() -> None:
    shape = (
        r"`((?:supportbot|tests|docs|findings|prompts|templates|migrations)/[\w./-]+\.(?:py|jsonl|txt|toml|yaml|md))`"
    )
    named = {(page.name, path) for page in OF_NOW for path in re.findall(shape, page.read_text())}

    assert named
    assert {one for one in named if not (ROOT / one[1]).exists()} == set()


def test_every_link_between_the_documents_leads_somewhere() -> None:
    lost = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text()):
            if "://" not in target and not (page.parent / target).exists():
                lost.append(f"{page.relative_to(ROOT)}: {target}")

    assert lost == []


def _commands(group: click.Group, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        yield (*path, name)
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _commands(command, (*path, name))


def _said_commands() -> Iterator[tuple[Path, tuple[str, ...]]]:
    """Every command in code, as its first one or two words."""
    for page in OF_NOW:
        for words in re.findall(r"(?:`|^|=\S* )supportbot ([a-z][a-z-]*(?: [a-z][a-z-]*)?)", page.read_text(), re.M):
            yield page, tuple(words.split())


def _exists(said: tuple[str, ...], known: set[tuple[str, ...]]) -> bool:
    """Whether the words are a command, or a command and the start of what is handed to it."""
    groups = {path[0] for path in known if len(path) > 1}
    return said in known or (said[:1] in known and (len(said) == 1 or said[0] not in groups))
