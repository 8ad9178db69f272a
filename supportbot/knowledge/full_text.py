"""Full-text search over passages, newest first, with the same results on SQLite (FTS5) and PostgreSQL (tsvector).

Both index the words that `indexed_words` gives, so neither database's own idea of a word or an accent matters.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from supportbot.knowledge.search_words import WORD, fold

INDEX_TABLE = "passage_words"
MOST_WORDS = 12
MOST_FOUND = 50


@dataclass(frozen=True, slots=True)
class FoundPassage:
    """A passage that holds every word asked for; `passage_id` pages on."""

    passage_id: int
    ref: str
    heading: str
    text: str
    slug: str
    title: str
    version: int
    state: str
    locale: str


def indexed_words(text: str) -> list[str]:
    """The words of a text as both databases index them, in any language: small letters, no accents."""
    folded = (fold(word, "") for word in WORD.findall(text))
    return [part for word in folded for part in WORD.findall(word)]


def add_to_index(db: Session, passages: Iterable[tuple[int, str]]) -> None:
    """Index passages, each by its id."""
    rows = [{"id": passage_id, "words": " ".join(indexed_words(text))} for passage_id, text in passages]
    if rows:
        db.connection().execute(sa.text(_insert(_dialect(db))), rows)


def search_passages(
    db: Session, text: str, *, states: Collection[str] = ("published",), before_id: int | None = None, limit: int = 20
) -> tuple[FoundPassage, ...]:
    """The passages that hold every word of a text, the newest first; the last word may be unfinished.

    Args:
        states: of the articles that are looked through.
        before_id: go on below this passage.
    """
    words = indexed_words(text)[:MOST_WORDS]
    if not words:
        return ()
    query = _SEARCH[_dialect(db)].bindparams(sa.bindparam("states", expanding=True))
    asked = {"asked": _asked(words, _dialect(db)), "states": list(states), "limit": min(limit, MOST_FOUND)}
    rows = db.connection().execute(query, {**asked, "before": before_id if before_id is not None else 2**62})
    return tuple(FoundPassage(*row) for row in rows)


def is_index_table(name: str) -> bool:
    """Whether a table belongs to the index, whose shape the database decides."""
    return name == INDEX_TABLE or name.startswith(f"{INDEX_TABLE}_")


def _dialect(db: Session) -> str:
    return db.connection().dialect.name


def _insert(dialect: str) -> str:
    if dialect == "sqlite":
        return f"INSERT INTO {INDEX_TABLE} (rowid, words) VALUES (:id, :words)"  # noqa: S608 - a constant
    return f"INSERT INTO {INDEX_TABLE} (passage_id, words) VALUES (:id, to_tsvector('simple', :words))"  # noqa: S608


def _asked(words: list[str], dialect: str) -> str:
    """The words as the database asks for them; they hold letters and digits alone, so nothing needs quoting."""
    if dialect == "sqlite":
        return " AND ".join(f'"{word}"' for word in words) + " *"
    return " & ".join(words) + ":*"


def _query(match: str, key: str) -> sa.TextClause:
    return sa.text(
        "SELECT p.id, p.ref, p.heading, p.text, a.slug, a.title, a.version, a.state, a.locale "  # noqa: S608
        f"FROM {INDEX_TABLE} JOIN passage AS p ON p.id = {INDEX_TABLE}.{key} JOIN article AS a ON a.id = p.article_id "
        f"WHERE {match} AND a.state IN :states AND p.id < :before ORDER BY p.id DESC LIMIT :limit"
    )


_SEARCH = {
    "sqlite": _query(f"{INDEX_TABLE} MATCH :asked", "rowid"),
    "postgresql": _query(f"{INDEX_TABLE}.words @@ to_tsquery('simple', :asked)", "passage_id"),
}
