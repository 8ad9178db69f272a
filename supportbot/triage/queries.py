"""Reads labels."""

from sqlmodel import Session, col, select

from supportbot.triage.tables import TriageLabel


def current_label(db: Session, message_id: int) -> TriageLabel | None:
    """What people say of a message now; None when nobody has spoken."""
    query = select(TriageLabel).where(TriageLabel.message_id == message_id, col(TriageLabel.is_current))
    return db.exec(query).first()


def find_label(db: Session, label_id: int) -> TriageLabel | None:
    """One label, current or not."""
    return db.get(TriageLabel, label_id)
