"""Appending to the audit log, and checking its chain."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, select

from supportbot.audit.tables import AuditEntry, AuditHead
from supportbot.audit.types import Actor
from supportbot.clock import Clock
from supportbot.db import change_rows, insert_row, rows_of

_NEWEST = sa.select(rows_of(AuditHead).c.seq).where(rows_of(AuditHead).c.id == 1).with_for_update()
_HASH_OF = sa.select(rows_of(AuditEntry).c.hash).where(rows_of(AuditEntry).c.seq == sa.bindparam("seq"))


class AuditLog:
    """The log, bound to its key and the clock. Entries hold ids and numbers, never customers' words."""

    def __init__(self, secret_key: str, clock: Clock) -> None:
        self._key = hmac.digest(secret_key.encode(), b"supportbot audit log", "sha256")
        self.clock = clock

    def record(
        self,
        db: Session,
        *,
        actor: Actor,
        action: str,
        subject: str,
        subject_id: int | None,
        detail: Mapping[str, Any],
        conversation_id: int | None = None,
    ) -> None:
        """Append one entry in the caller's transaction. The head row is locked until that ends."""
        db.flush()  # whatever waits to be written goes first: the head is the last row that anybody locks
        connection = db.connection()
        last = connection.execute(_NEWEST).scalar()
        if last is None:
            insert_row(db, AuditHead, id=1, seq=0, hash="")
        entry = _Entry(
            seq=(last or 0) + 1,
            at=self.clock(),
            actor_kind=actor.kind,
            actor_id=actor.id,
            action=action,
            subject_kind=subject,
            subject_id=subject_id,
            conversation_id=conversation_id,
            detail=dict(detail),
            prev_hash=connection.execute(_HASH_OF, {"seq": last or 0}).scalar() or "",
        )
        link = self._link(entry)
        insert_row(db, AuditEntry, **entry._asdict(), hash=link)
        change_rows(db, AuditHead, {"id": 1}, seq=entry.seq, hash=self._seal(entry.seq, link))

    def verify(self, db: Session) -> "ChainReport":
        """Walk the whole chain; names the first entry that does not fit.

        The head is read first: what is appended during the walk comes after it and fits too. Its seal needs the key, so
        that whoever cuts the log's end off cannot write a head that fits the rest.
        """
        head = db.get(AuditHead, 1, populate_existing=True) or AuditHead(id=1)
        last, prev, sealed = 0, "", ""
        query = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=500)  # type: ignore[arg-type]
        with closing(db.exec(query)) as entries:
            for entry in entries:
                if entry.seq != last + 1:
                    return ChainReport(last, f"Entry {last + 1} is missing.")
                if entry.prev_hash != prev or not hmac.compare_digest(entry.hash, self._link(entry)):
                    return ChainReport(last, f"Entry {entry.seq} was changed after it was written.")
                last, prev = entry.seq, entry.hash
                sealed = self._seal(last, prev) if last == head.seq else sealed
        if last < head.seq:
            return ChainReport(last, f"The log was cut: entry {last + 1} is missing, {head.seq} were written.")
        if last and not hmac.compare_digest(head.hash, sealed or "no seal"):
            return ChainReport(last, f"The log was cut: nothing says that entry {head.seq} was the last.")
        return ChainReport(last, None)

    def _seal(self, seq: int, entry_hash: str) -> str:
        return hmac.new(self._key, f"head {seq} {entry_hash}".encode(), hashlib.sha256).hexdigest()

    def _link(self, entry: "AuditEntry | _Entry") -> str:
        content = {
            "seq": entry.seq,
            "at": entry.at.isoformat(),
            "actor": [entry.actor_kind, entry.actor_id],
            "action": entry.action,
            "subject": [entry.subject_kind, entry.subject_id],
            "conversation": entry.conversation_id,
            "detail": entry.detail,
        }
        text = entry.prev_hash + json.dumps(content, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()


class _Entry(NamedTuple):
    """An entry that is not stored yet."""

    seq: int
    at: datetime
    actor_kind: str
    actor_id: int | None
    action: str
    subject_kind: str
    subject_id: int | None
    conversation_id: int | None
    detail: dict[str, Any]
    prev_hash: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """What `verify` found: how many entries fit, and the first problem in words (None: all is well)."""

    entries: int
    problem: str | None
