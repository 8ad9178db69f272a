"""`supportbot kb`: help articles and policies."""

from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import get_args

import click

from supportbot.cli.billing import FOLDER
from supportbot.cli.common import OPERATOR, answer, as_json, open_parts
from supportbot.errors import InvalidInput
from supportbot.knowledge.actions import ArticleImport, import_articles, publish_reviewed, review_article
from supportbot.knowledge.full_text import search_passages
from supportbot.knowledge.queries import article_lines, newest_version
from supportbot.knowledge.tables import Article
from supportbot.knowledge.types import ArticleState
from supportbot.knowledge.usage import gap_counts, uses_by_article


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
            db, files, at=parts.runtime.clock(), publish=not draft, audit=parts.runtime.audit, actor=OPERATOR
        )
    lists = {
        "added": list(done.added),
        "changed": list(done.changed),
        "unchanged": list(done.unchanged),
        "published": list(done.published),
    }
    answer(lists, as_json, _words(done))


@kb.command("list")
@click.option("--state", type=click.Choice(get_args(ArticleState)), help="Only versions in this state.")
@as_json
def list_versions(state: str | None, as_json: bool) -> None:
    """List the newest version of every article, its state, and how often drafts cited it."""
    parts = open_parts()
    with parts.database.transaction(read_only=True) as db:
        lines = [line for line in article_lines(db) if state in (None, line.state)]
        uses = uses_by_article(db)
    shown = [{**asdict(line), "times_cited": uses[line.slug].times if line.slug in uses else 0} for line in lines]
    words = [f"{one['state']:<9}  {one['slug']} v{one['version']}  {one['locale']}  {one['title']}" for one in shown]
    cited = [f"  (cited {_times(one['times_cited'])})" if one["times_cited"] else "" for one in shown]
    answer(shown, as_json, "\n".join(map(str.__add__, words, cited)) or "There is no such article.")


@kb.command()
@click.argument("slug")
@click.option("--version", type=int, help="Which one; the newest when left out.")
@click.option("--by", required=True, help="Who has read it and stands for it.")
@as_json
def review(slug: str, version: int | None, by: str, as_json: bool) -> None:
    """Say that somebody has read the draft SLUG; it can be published then."""
    parts = open_parts()
    with parts.database.transaction() as db:
        number = version or newest_version(db, slug)
        row = review_article(
            db, slug, number, by=by, at=parts.runtime.clock(), audit=parts.runtime.audit, actor=OPERATOR
        )
    answer(
        _state(row),
        as_json,
        f"{slug} v{row.version} is reviewed by {by}. Publish it with: supportbot kb publish {slug}",
    )


@kb.command()
@click.argument("slug")
@click.option("--version", type=int, help="Which one; the newest when left out.")
@as_json
def publish(slug: str, version: int | None, as_json: bool) -> None:
    """Publish the reviewed version of SLUG; drafts use it from now on, and the one before is retired."""
    parts = open_parts()
    with parts.database.transaction() as db:
        number = version or newest_version(db, slug)
        row = publish_reviewed(db, slug, number, at=parts.runtime.clock(), audit=parts.runtime.audit, actor=OPERATOR)
    answer(_state(row), as_json, f"{slug} v{row.version} is published.")


@kb.command()
@click.argument("words", nargs=-1, required=True)
@as_json
def search(words: tuple[str, ...], as_json: bool) -> None:
    """Find the published passages that hold every word, the newest first."""
    parts = open_parts()
    with parts.database.transaction(read_only=True) as db:
        found = search_passages(db, " ".join(words))
    lines = [f"{one.ref}  {one.title}: {one.heading}" for one in found]
    answer([asdict(one) for one in found], as_json, "\n".join(lines) or "No passage holds all of these words.")


@kb.command()
@click.option("--days", default=30, show_default=True, type=click.IntRange(1, 3660), help="How far to look back.")
@as_json
def gaps(days: int, as_json: bool) -> None:
    """Count the routine questions for which no article was found, by topic and language."""
    parts = open_parts()
    with parts.database.transaction(read_only=True) as db:
        counts = gap_counts(db, since=parts.runtime.clock() - timedelta(days=days))
    shown = [{"topic": topic, "locale": locale, "questions": count} for (topic, locale), count in counts.items()]
    lines = [f"{one['questions']:>5}  {one['topic']} ({one['locale']})" for one in shown]
    answer(shown, as_json, "\n".join(lines) or f"Every routine question of the last {days} days found an article.")


def _times(count: int) -> str:
    return f"{count} {'time' if count == 1 else 'times'}"


def _state(row: Article) -> dict[str, object]:
    return {"slug": row.slug, "version": row.version, "state": row.state, "reviewed_by": row.reviewed_by}


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
