"""Tables of people, their sessions' keys and their tokens."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from supportbot.db import BigId, UtcDateTime


class Agent(SQLModel, table=True):
    """A person who works here. `session_key` changes at each password change or disabling: old sessions end."""

    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    email: str = Field(unique=True, max_length=254)
    name: str = Field(max_length=100)
    role: str = Field(max_length=10)
    password_hash: str = Field(max_length=200)
    session_key: str = Field(max_length=64)
    release_limit_minor: int | None = None
    created_at: datetime = Field(sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ApiToken(SQLModel, table=True):
    """A bearer token of one person; only its sha256 is stored."""

    __tablename__ = "api_token"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    agent_id: int = Field(foreign_key="agent.id", sa_type=BigId, index=True)
    name: str = Field(max_length=100)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Throttle(SQLModel, table=True):
    """How often something was tried in one window; `key` is e.g. "login:mail" or "widget:ip", hashed."""

    __tablename__ = "throttle"
    key: str = Field(primary_key=True, max_length=80)
    window_started_at: datetime = Field(sa_type=UtcDateTime)
    count: int = 0
