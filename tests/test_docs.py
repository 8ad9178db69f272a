"""What the README and the docs name exists: commands, options, make targets, settings, pages, files and links."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import click
import pytest
from flask import Flask
from werkzeug.routing import Map

from supportbot.cli import main
from supportbot.jobs.schedule import SCHEDULE
from supportbot.web.blueprints import PAGE_FAMILIES

ROOT = Path(__file__).parent.parent
# Without the changelog, which names what is gone.
PAGES = [
    *(ROOT / f"{name}.md" for name in ("README", "CONTRIBUTING", "SECURITY")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
DECISIONS = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
LONGEST_README = 9_000
# Folders whose files a page may name; what a command writes into `build` is not there yet.
FOLDERS = r"(?:supportbot|tests|docs|prompts|templates|migrations|findings|\.ci)/[\w./-]*\w"
ADDRESS = r"(?:(?:GET|POST|DELETE) )?/[\w./-]*"


@dataclass(frozen=True)
class Named:
    """Something that a page names, and where, as pytest shows it."""

    page: Path
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}: {self.text}"


def test_the_readme_is_read_in_a_few_minutes() -> None:
    assert len((ROOT / "README.md").read_bytes()) < LONGEST_README


def test_every_command_that_is_named_exists_with_its_options() -> None:
    lines = [Named(page, line) for page in PAGES for line in _code(page) if _calls(line)]
    wrong = [str(line) for line in lines if not all(_is_command(call) for call in _calls(line.text))]

    assert len(lines) > 60
    assert wrong == []


@pytest.mark.parametrize(
    ("line", "is_right"),
    [
        ("supportbot policy approve 2 --by owner@shop.example", True),
        ("export KEY=$(docker run --rm supportbot secret)", True),
        ("supportbot policy aprove 2", False),
        ("supportbot policy", False),
        ("supportbot policy approve 2 --for owner@shop.example", False),
    ],
)
def test_the_guard_over_commands_sees_a_wrong_one(line: str, is_right: bool) -> None:
    assert all(_is_command(call) for call in _calls(line)) is is_right


def test_every_option_that_stands_alone_is_one_of_a_command() -> None:
    known = {option for command in _leaves(main) for one in command.params for option in one.opts}
    alone = [Named(page, span) for page in PAGES for span in _spans(page) if re.match(r"--[a-z]", span)]

    assert alone
    assert [str(one) for one in alone if one.text.split()[0] not in known] == []


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text().replace("$(VENV)", ".venv")
    targets = set(re.findall(r"^([\w./-]+):(?!=)", makefile, re.MULTILINE))
    named = [
        Named(page, target)
        for page in PAGES
        for line in _code(page)
        for target in re.findall(r"(?<![\w/-])make ([a-z.][\w./-]*)", line)
    ]

    assert len(named) > 20
    assert [str(one) for one in named if one.text not in targets] == []


def test_every_variable_that_is_named_is_read_somewhere() -> None:
    code = "\n".join(
        path.read_text()
        for folder in ("supportbot", "tests", ".ci")
        for path in (ROOT / folder).rglob("*")
        if path.suffix in (".py", "") and path.is_file() and path != Path(__file__)
    )
    named = [Named(page, name) for page in PAGES for name in re.findall(r"SUPPORTBOT_[A-Z_]+", page.read_text())]

    assert named
    assert [str(one) for one in named if not re.search(rf"\b{one.text}\b", code)] == []


def test_every_page_and_endpoint_that_is_named_exists() -> None:
    app = Flask("docs")
    for family in PAGE_FAMILIES:
        app.register_blueprint(family.blueprint)
    named = [Named(page, span) for page in PAGES for span in _spans(page) if re.fullmatch(ADDRESS, span)]

    assert len(named) > 15
    assert [str(one) for one in named if not _is_address(app.url_map, one.text)] == []


def test_every_file_that_is_named_exists() -> None:
    named = [
        Named(page, path)
        for page in PAGES
        for line in _code(page)
        for path in re.findall(rf"(?<![\w./@-]){FOLDERS}", line)
        if not re.search(r"[<*]", line) or path.count("/") > 1
    ]

    assert len(named) > 30
    assert [str(one) for one in named if not (ROOT / one.text).exists()] == []


def test_every_link_between_the_pages_leads_somewhere() -> None:
    links = [
        Named(page, target)
        for page in PAGES
        for target in re.findall(r"\]\(([^)\s]+)\)", _without_code(page))
        if "://" not in target
    ]

    assert len(links) > 40
    assert [str(link) for link in links if not _leads_somewhere(link)] == []


def test_the_architecture_page_knows_every_package_and_its_layer() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text()
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = [re.findall(r"(?<!\()\b\w+\b(?!\))", line) for line in contracts[0]["layers"]]
    drawn = [re.findall(r"\w+", line) for line in re.split(r"```\n", page)[1].splitlines()]
    drawn[1] = drawn[1][:1]  # what wires everything is said beside it
    table = page.split("## Packages")[1].split("\nBeside")[0]

    assert drawn == [names for names in layers if names]
    assert [name for names in layers for name in names if f"`{name}`" not in table] == []


def test_every_job_that_runs_by_itself_is_in_the_docs() -> None:
    table = (ROOT / "docs" / "install.md").read_text().split("## What runs by itself")[1]

    assert [job.name for job in SCHEDULE if f"| `{job.name}` | {job.when} |" not in table] == []


def test_every_decision_is_dated_numbered_and_in_the_index() -> None:
    index = (ROOT / "docs" / "decisions" / "index.md").read_text()
    heads = [(path.name, *path.read_text().splitlines()[:2]) for path in DECISIONS]

    assert [int(name[:4]) for name, *_ in heads] == list(range(1, len(DECISIONS) + 1))
    assert [name for name, title, day in heads if f"- {day} [{title.removeprefix('# ')}]({name})" not in index] == []
    assert [name for name, _, day in heads if not re.fullmatch(r"\d{4}-\d\d-\d\d", day)] == []


def _fences(page: Path) -> list[str]:
    return re.findall(r"^```\w*\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL)


def _without_code(page: Path) -> str:
    return re.sub(r"^```\w*\n.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def _spans(page: Path) -> list[str]:
    return [" ".join(span.split()) for span in re.findall(r"`([^`]+)`", _without_code(page))]


def _code(page: Path) -> list[str]:
    """Every line of code on a page: of its blocks, without what is said behind a #, and each span."""
    return [line.partition(" # ")[0] for fence in _fences(page) for line in fence.splitlines()] + _spans(page)


def _calls(line: str) -> list[list[str]]:
    """The words behind each `supportbot` that is called in a line of code."""
    return [rest.split() for rest in re.findall(r"(?<![\w./-])supportbot ([a-z][^&;|)]*)", line)]


def _is_command(call: list[str]) -> bool:
    command: click.Command | None = main
    words = iter(call)
    while isinstance(command, click.Group):
        command = command.get_command(click.Context(command), next(words, ""))
    if command is None:
        return False
    known = {option for one in command.params for option in one.opts}
    return all(word.partition("=")[0] in known for word in words if word.startswith("--"))


def _leaves(group: click.Group) -> Iterator[click.Command]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _leaves(command)
        elif command is not None:
            yield command


def _is_address(known: Map, span: str) -> bool:
    """Whether "POST /login" is answered; an address alone may also be where several begin."""
    method, _, path = span.rpartition(" ")
    if method:
        return known.bind("supportbot.example").test(path, method)
    return any(rule.rule.startswith(path) for rule in known.iter_rules())


def _leads_somewhere(link: Named) -> bool:
    path, _, anchor = link.text.partition("#")
    target = (link.page.parent / path) if path else link.page
    return target.exists() and (not anchor or anchor in _anchors(target))


@cache
def _anchors(page: Path) -> frozenset[str]:
    """The anchors of a page's headings, as GitHub and the site make them."""
    headings = re.findall(r"^#+ (.*)$", _without_code(page), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\s-]", "", heading.lower()).strip().replace(" ", "-") for heading in headings)
