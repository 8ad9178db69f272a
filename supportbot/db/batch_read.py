"""Several reads of whole rows as one statement: one round trip and one snapshot, however many tables are asked.

The database packs each read's rows into one JSON value (SQLite's `json_group_array`, PostgreSQL's `json_agg`).
"""

from collections import namedtuple
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from supportbot.db import UtcDateTime

_MANY = 1_000_000
Fetched = dict[str, list[Any]]


class Together:
    """Reads that always go together. Built once, run often: putting the statement together costs more than running it.

    Args:
        queries: `select(Table)` each, ordered and limited as usual; what varies is a `sa.bindparam`.
    """

    def __init__(self, **queries: Any) -> None:
        self._queries = queries
        self._statements: dict[str, sa.Select[Any]] = {}
        self._makers = {name: _row_maker(query) for name, query in queries.items()}

    def fetch(self, db: Session, **parameters: object) -> Fetched:
        """Every read's rows in its order, each with the table's columns as attributes; to be read only.

        Objects of the tables' classes would cost ten times as much to make, and could be mistaken for rows that are
        written back.
        """
        connection = db.connection()
        dialect = connection.dialect.name
        statement = self._statements.get(dialect)
        if statement is None:
            statement = sa.select(*(_packed(query, dialect).label(name) for name, query in self._queries.items()))
            self._statements[dialect] = statement
        found = connection.execute(statement, parameters).one()
        return {
            name: [make(row) for row in rows] for (name, make), rows in zip(self._makers.items(), found, strict=True)
        }


def _packed(query: Any, dialect: str) -> sa.ScalarSelect[Any]:
    # Only a limited subquery surely keeps its order on its way into the aggregate.
    limited = query if query._has_row_limiting_clause else query.limit(_MANY)
    columns = list(limited.subquery().c)
    if dialect == "sqlite":
        plain = [sa.func.json(column) if _is_json(column) else column for column in columns]
        rows: Any = sa.func.json_group_array(sa.func.json_array(*plain), type_=sa.JSON)
    else:
        rows = sa.func.coalesce(sa.func.json_agg(sa.func.json_build_array(*columns)), sa.text("'[]'"), type_=sa.JSON)
    return sa.select(rows).scalar_subquery()


def _row_maker(query: Any) -> Callable[[Sequence[Any]], Any]:
    table: type[SQLModel] = query.column_descriptions[0]["entity"]
    columns = list(query.subquery().c)
    row: Any = namedtuple(table.__name__, [str(column.key) for column in columns])  # type: ignore[misc]
    readers = [(at, read) for at, column in enumerate(columns) if (read := _reader(column.type)) is not None]

    def make(values: Sequence[Any]) -> Any:
        read_back = list(values)
        for at, read in readers:
            if read_back[at] is not None:
                read_back[at] = read(read_back[at])
        return row(*read_back)

    return make


def _reader(kind: sa.types.TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """What JSON turned into text or a number, and how to turn it back."""
    if isinstance(kind, UtcDateTime):
        return _moment
    if isinstance(kind, sa.Date):
        return date.fromisoformat
    return bool if isinstance(kind, sa.Boolean) else None


def _moment(text: str) -> datetime:
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _is_json(column: sa.ColumnElement[Any]) -> bool:
    return isinstance(column.type, sa.JSON)
