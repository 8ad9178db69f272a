"""`supportbot kb`: help articles and policies."""

from pathlib import Path

import click

from supportbot.cli.billing import FOLDER
from supportbot.cli.parts import OPERATOR, answer, as_json, open_parts
from supportbot.errors import InvalidInput
from supportbot.knowledge.actions import ArticleImport, import_articles


@click.group()
def kb() -> None:
    """The knowledge base: help articles and the refund policy."""


@kb.command("import")
@click.argument("folder", type=FOLDER)
@click.option("--draft", is_flag=True, help="Keep the new texts as drafts; nothing goes live.")
@as_json
def import_folder(folder: Path, draft: bool, as_json: bool) -> None:
    """Import every Markdown file of FOLDER and the folders in it, and publish what is new or changed.

    All or nothing; importing the same files again changes nothing. A changed text becomes the next version.
    """
    files = read_markdown(folder)
    parts = open_parts()
    with parts.database.transaction() as db:
        done = import_articles(
            db, files, at=parts.desk.clock(), publish=not draft, audit=parts.desk.audit, actor=OPERATOR
        )
    lists = {
        "added": list(done.added),
        "changed": list(done.changed),
        "unchanged": list(done.unchanged),
        "published": list(done.published),
    }
    answer(lists, as_json, _words(done))


def read_markdown(folder: Path) -> list[tuple[str, str]]:
    """Name and text of every Markdown file, by name; the name is the path inside the folder.

    Raises:
        InvalidInput: there is none, or one is not UTF-8.
    """
    paths = sorted(path for path in folder.rglob("*.md") if path.is_file())
    if not paths:
        raise InvalidInput(f"{folder} holds no Markdown file (*.md).")
    return [(path.relative_to(folder).as_posix(), _text(path)) for path in paths]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise InvalidInput(f"{path.name}, line {line}: is not UTF-8; save the file as UTF-8.") from error


def _words(done: ArticleImport) -> str:
    counts = f"{len(done.added)} new, {len(done.changed)} changed, {len(done.unchanged)} as they were"
    return f"{counts}; {len(done.published)} published."
