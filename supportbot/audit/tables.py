"""The audit log's table. Database triggers refuse UPDATE and DELETE on it (see migrations)."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from supportbot.db import BigId, Json, UtcDateTime


class AuditEntry(SQLModel, table=True):
    """One act. `hash` = HMAC-SHA256(key, prev_hash + canonical JSON of the row); `seq` has no gaps."""

    __tablename__ = "audit_entry"
    seq: int = Field(primary_key=True, sa_type=BigId)
    at: datetime = Field(sa_type=UtcDateTime)
    actor_kind: str = Field(max_length=10)
    actor_id: int | None = Field(default=None, sa_type=BigId)
    action: str = Field(max_length=60)
    subject_kind: str = Field(max_length=30)
    subject_id: int | None = Field(default=None, sa_type=BigId)
    conversation_id: int | None = Field(default=None, sa_type=BigId, index=True)
    detail: dict[str, Any] = Field(sa_type=Json)
    prev_hash: str = Field(max_length=64)
    hash: str = Field(max_length=64)


class AuditHead(SQLModel, table=True):
    """Where the chain ends; one row, locked while an entry is appended. `hash` is a seal over the last entry's."""

    __tablename__ = "audit_head"
    id: int = Field(primary_key=True)
    seq: int = Field(default=0, sa_type=BigId)
    hash: str = Field(default="", max_length=64)
