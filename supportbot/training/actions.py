"""Writes labels: what people's acts prove about messages. Actions never commit.

The caller holds the message's conversation, so that two people who label at once do so one after the other.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Session, col, select, update

from supportbot.accounts.types import Person
from supportbot.audit.actions import AuditLog
from supportbot.errors import Conflict, Forbidden, NotFound
from supportbot.training.queries import current_label
from supportbot.training.tables import TriageLabel
from supportbot.triage.types import Proof, Said


def add_label(
    db: Session,
    audit: AuditLog,
    message: tuple[int, int],
    said: Said,
    proof: Proof,
    *,
    language: str,
    by: Person,
    at: datetime,
    outgoing_id: int | None = None,
) -> TriageLabel:
    """Store what an act proved; it becomes the message's current label.

    What the act says nothing about is kept from the label before. What triage said is kept from the first label: later
    decisions about the same message already follow people's words.

    Args:
        message: ids of the message and its conversation.
        said: what triage says now.
        outgoing_id: the reply on its way that proved it, if one did.
    """
    message_id, conversation_id = message
    before = current_label(db, message_id)
    first = db.exec(
        select(TriageLabel).where(TriageLabel.message_id == message_id).order_by(col(TriageLabel.id)).limit(1)
    ).first()
    said = _said_first(first) if first else said
    _retire(db, message_id)
    row = TriageLabel(
        message_id=message_id,
        conversation_id=conversation_id,
        said_topic=said.topic,
        said_risk=said.risk,
        said_hold=said.hold,
        weights=said.weights,
        policy_version=said.policy_version,
        true_topic=proof.topic or (before.true_topic if before else None),
        true_risk=proof.risk or (before.true_risk if before else None),
        source=proof.source,
        language=language,
        by_id=by.id,
        outgoing_id=outgoing_id,
        created_at=at,
    )
    db.add(row)
    db.flush()
    _record(audit, db, row, "triage.labelled", by, {"source": proof.source, "topic": proof.topic, "risk": proof.risk})
    return row


def remove_label(db: Session, audit: AuditLog, label_id: int, *, by: Person, at: datetime) -> TriageLabel:
    """Take back what one said about a message; the label before it, if any, holds again.

    Raises:
        NotFound: there is no such label.
        Forbidden: somebody else said it.
        Conflict: it was taken back before, or a newer label stands.
    """
    row = db.get(TriageLabel, label_id, populate_existing=True)
    if row is None:
        raise NotFound(f"There is no label {label_id}.")
    if row.by_id != by.id:
        raise Forbidden("Somebody else said this; only they can take it back. Say what is right instead.")
    if not row.is_current:
        raise Conflict("This was taken back before, or somebody has said something newer. Nothing was changed.")
    return _remove(db, audit, row, by=by, at=at)


def remove_label_of_reply(
    db: Session, audit: AuditLog, outgoing_id: int, *, by: Person, at: datetime
) -> TriageLabel | None:
    """Take back the label that an undone reply had proved; None when it had proved nothing."""
    query = select(TriageLabel).where(TriageLabel.outgoing_id == outgoing_id, col(TriageLabel.removed_at).is_(None))
    row = db.exec(query).first()
    return _remove(db, audit, row, by=by, at=at) if row else None


def _remove(db: Session, audit: AuditLog, row: TriageLabel, *, by: Person, at: datetime) -> TriageLabel:
    was_current = row.is_current
    row.is_current, row.removed_at = False, at
    db.add(row)
    db.flush()
    if was_current:
        _revive(db, row.message_id)
    _record(audit, db, row, "triage.label_removed", by, {"source": row.source})
    return row


def _retire(db: Session, message_id: int) -> None:
    statement = update(TriageLabel).where(col(TriageLabel.message_id) == message_id, col(TriageLabel.is_current))
    db.exec(statement.values(is_current=False))


def _revive(db: Session, message_id: int) -> None:
    query = (
        select(TriageLabel)
        .where(TriageLabel.message_id == message_id, col(TriageLabel.removed_at).is_(None))
        .order_by(col(TriageLabel.id).desc())
        .limit(1)
    )
    before = db.exec(query).first()
    if before is not None:
        before.is_current = True
        db.add(before)
        db.flush()


def _said_first(first: TriageLabel) -> Said:
    return Said(first.said_topic, first.said_risk, first.said_hold, first.weights, first.policy_version)


def _record(
    audit: AuditLog, db: Session, row: TriageLabel, action: str, by: Person, detail: Mapping[str, object]
) -> None:
    audit.record(
        db,
        actor=by.actor,
        action=action,
        subject="message",
        subject_id=row.message_id,
        conversation_id=row.conversation_id,
        detail=detail,
    )
