"""Reads labels."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from supportbot.db import BigId, rows_of
from supportbot.training.tables import TriageLabel
from supportbot.triage.types import SpokenLabel


def current_label(db: Session, message_id: int) -> TriageLabel | None:
    """What people say of a message now; None when nobody has spoken."""
    label_id = db.connection().execute(_current(), {"message_id": message_id}).scalar()
    # Nearly always there is none, and asking without an object costs half.
    return None if label_id is None else db.get(TriageLabel, label_id)


def spoken_label(db: Session, message_id: int) -> SpokenLabel | None:
    """The same as a value, for who decides on it."""
    label = current_label(db, message_id)
    return None if label is None else SpokenLabel(label.true_topic, label.true_risk, label.source)


@lru_cache(maxsize=1)
def _current() -> Any:
    label = rows_of(TriageLabel).c
    return sa.select(label.id).where(label.message_id == sa.bindparam("message_id", type_=BigId), label.is_current)


def find_label(db: Session, label_id: int) -> TriageLabel | None:
    """One label, current or not."""
    return db.get(TriageLabel, label_id)
