"""Reads labels."""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.db import BigId
from supportbot.triage.tables import TriageLabel


def current_label(db: Session, message_id: int) -> TriageLabel | None:
    """What people say of a message now; None when nobody has spoken."""
    found: TriageLabel | None = db.exec(_current(), params={"message_id": message_id}).first()
    return found


@lru_cache(maxsize=1)
def _current() -> Any:
    message_id = sa.bindparam("message_id", type_=BigId)
    return select(TriageLabel).where(TriageLabel.message_id == message_id, col(TriageLabel.is_current))


def find_label(db: Session, label_id: int) -> TriageLabel | None:
    """One label, current or not."""
    return db.get(TriageLabel, label_id)
