"""Puts events on the bus. Actions never commit."""

from datetime import datetime

from sqlmodel import Session

from supportbot.events.tables import Event


def publish_models(db: Session, at: datetime) -> None:
    """Put on the bus that a model was paused, is back, or answers under another name. It is of no conversation."""
    db.add(Event(at=at, kind="models", conversation_id=0, customer_id=0, for_widget=False))
