"""Appending to the audit log, and checking its chain."""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, select

from supportbot.audit.tables import AuditEntry, AuditHead
from supportbot.audit.types import Actor
from supportbot.clock import Clock
from supportbot.db import change_rows, insert_row, rows_of
from supportbot.errors import InvalidInput

_SHOWN_OF_HASH = 16
# What was written by several machines may be dated by clocks that differ.
_CLOCKS_APART = timedelta(minutes=5)
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

    def verify(self, db: Session, *, in_use_at: datetime | None, since: str | None = None) -> "ChainReport":
        """Walk the whole chain; names the first entry that does not fit.

        The head is read first: what is appended during the walk comes after it and fits too. Its seal needs the key, so
        that whoever cuts the log's end off cannot write a head that fits the rest. Whoever kept an older head can put
        it back with the older log: that shows in what the rest of the database knows, or in a head kept elsewhere.

        Args:
            in_use_at: when the newest thing happened that the log must know of; None when nothing ever did.
            since: a head that an earlier check gave; its entry must still be there, as it was.

        Raises:
            InvalidInput: `since` is no head.
        """
        noted_seq, noted_hash = _read_head(since)
        report = self._walk(db, noted_seq)
        if report.problem is not None:
            return report
        if report.noted is None and noted_seq:
            problem = f"The log was cut: it holds {report.entries} entries, and {since} was noted as entry {noted_seq}."
            return replace(report, problem=problem)
        if noted_hash and not (report.noted or "").startswith(noted_hash):
            return replace(report, problem=f"Entry {noted_seq} is not the one that was noted as {since}.")
        if in_use_at is not None and (report.last_at is None or in_use_at - report.last_at > _CLOCKS_APART):
            ends = f"ends at {report.last_at:%Y-%m-%d %H:%M:%S} UTC" if report.last_at else "is empty"
            problem = f"The log was cut: it {ends}, and something happened at {in_use_at:%Y-%m-%d %H:%M:%S} UTC."
            return replace(report, problem=problem)
        return report

    def _walk(self, db: Session, noted_seq: int) -> "ChainReport":
        head = db.get(AuditHead, 1, populate_existing=True) or AuditHead(id=1)
        last, prev, sealed, last_at, noted = 0, "", "", None, None
        query = select(AuditEntry).order_by(AuditEntry.seq).execution_options(yield_per=500)  # type: ignore[arg-type]
        with closing(db.exec(query)) as entries:
            for entry in entries:
                if entry.seq != last + 1:
                    return ChainReport(last, f"Entry {last + 1} is missing.")
                if entry.prev_hash != prev or not hmac.compare_digest(entry.hash, self._link(entry)):
                    return ChainReport(last, f"Entry {entry.seq} was changed after it was written.")
                last, prev, last_at = entry.seq, entry.hash, entry.at
                noted = entry.hash if last == noted_seq else noted
                sealed = self._seal(last, prev) if last == head.seq else sealed
        if last < head.seq:
            return ChainReport(last, f"The log was cut: entry {last + 1} is missing, {head.seq} were written.")
        if last and not hmac.compare_digest(head.hash, sealed or "no seal"):
            return ChainReport(last, f"The log was cut: nothing says that entry {head.seq} was the last.")
        return ChainReport(last, None, last_at, f"{last}.{prev[:_SHOWN_OF_HASH]}" if last else None, noted)

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
    """What `verify` found: how many entries fit, and the first problem in words (None: all is well).

    `head` names the last entry ("4711.09af09af09af09af"), to be kept outside the database; `noted` is the hash of the
    entry that was asked for.
    """

    entries: int
    problem: str | None
    last_at: datetime | None = None
    head: str | None = None
    noted: str | None = None


def _read_head(since: str | None) -> tuple[int, str]:
    if since is None:
        return 0, ""
    seq, _, start = since.strip().partition(".")
    if not (seq.isdecimal() and 0 < int(seq) < 2**63) or not re.fullmatch(rf"[0-9a-f]{{{_SHOWN_OF_HASH}}}", start):
        raise InvalidInput(
            f"{since!r} is no head of the log. `supportbot audit verify` prints one, such as 4711.09af09af09af09af."
        )
    return int(seq), start
