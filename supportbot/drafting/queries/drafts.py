"""What was drafted for a message, and what belongs to it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.audit.tables import AuditEntry
from supportbot.db import BigId
from supportbot.db.batch_read import Fetched, Together
from supportbot.drafting.tables import CaseAid, DivergenceRow, Draft
from supportbot.errors import NotFound
from supportbot.gateway.tables import AttemptRow
from supportbot.inbox.types import AIDS
from supportbot.routing.tables import Decision

REGENERATED = "draft.regenerated"
_MESSAGE_ID = sa.bindparam("message_id", type_=BigId)


@dataclass(frozen=True, slots=True)
class Drafts:
    """The drafts of one customer message in their newest generation, and what belongs to them."""

    main: Draft | None
    compared: Draft | None
    decision: Decision | None
    attempts: Sequence[AttemptRow]
    divergences: Sequence[DivergenceRow]


def drafts_of(db: Session, message_id: int) -> Drafts:
    """What the desk shows of one customer message."""
    return as_drafts(_drafts_together().fetch(db, message_id=message_id))


def draft_reads() -> dict[str, Any]:
    def of(table: Any) -> Any:
        return select(table).where(table.message_id == _MESSAGE_ID).order_by(col(table.id))

    return {"drafts": of(Draft), "decision": of(Decision), "attempts": of(AttemptRow), "divergences": of(DivergenceRow)}


def as_drafts(found: Fetched) -> Drafts:
    rows: list[Draft] = found["drafts"][::-1]
    newest = [row for row in rows if row.generation == rows[0].generation]
    decision: Decision | None = next(iter(found["decision"]), None)
    task = decision.task if decision else None
    main = next((row for row in newest if row.task == task), newest[0] if newest else None)
    return Drafts(
        main=main,
        compared=next((row for row in newest if main is not None and row.id != main.id), None),
        decision=decision,
        attempts=[one for one in found["attempts"] if one.task not in AIDS],
        divergences=[row for row in found["divergences"] if main is not None and row.after_draft_id == main.id],
    )


@lru_cache(maxsize=1)
def _drafts_together() -> Together:
    return Together(**draft_reads())


def find_draft(db: Session, draft_id: int) -> Draft:
    """One draft.

    Raises:
        NotFound: there is no such draft.
    """
    draft = db.get(Draft, draft_id)
    if draft is None:
        raise NotFound(f"There is no draft {draft_id}.")
    return draft


def divergences_of(db: Session, message_id: int) -> Sequence[DivergenceRow]:
    """Every logged change of the answer to one message, in the order they were found."""
    query = select(DivergenceRow).where(DivergenceRow.message_id == message_id).order_by(col(DivergenceRow.id))
    return db.exec(query).all()


def newest_divergences(db: Session, *, before_id: int | None = None, limit: int = 50) -> Sequence[DivergenceRow]:
    """The log of changed answers, newest first, paged by id."""
    query = select(DivergenceRow).order_by(col(DivergenceRow.id).desc()).limit(limit)
    if before_id is not None:
        query = query.where(col(DivergenceRow.id) < before_id)
    return db.exec(query).all()


def aids_of(db: Session, conversation_id: int) -> Sequence[CaseAid]:
    """Every summary and reading of numbers of one conversation, in the order they were made."""
    query = select(CaseAid).where(CaseAid.conversation_id == conversation_id).order_by(col(CaseAid.id))
    return db.exec(query).all()


def regenerations(db: Session, conversation_ids: Collection[int]) -> dict[int, tuple[datetime, int]]:
    """When a person last asked for a new draft, and its generation, by conversation; from the audit log."""
    query = (
        select(AuditEntry)
        .where(AuditEntry.action == REGENERATED, col(AuditEntry.conversation_id).in_(conversation_ids))
        .order_by(col(AuditEntry.seq))
    )
    return {entry.conversation_id or 0: (entry.at, int(entry.detail["generation"])) for entry in db.exec(query)}
