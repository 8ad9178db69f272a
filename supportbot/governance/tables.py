"""Tables of what a person approved: policy versions, their activations, and trained weights."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from supportbot.db import BigId, Json, UtcDateTime


class PolicyVersion(SQLModel, table=True):
    """One version of the policy document. `state`: proposed, approved, rejected. The text never changes."""

    __tablename__ = "policy_version"
    number: int = Field(primary_key=True)
    document: str = Field(sa_type=sa.Text)
    document_hash: str = Field(max_length=64)
    state: str = Field(max_length=10)
    problem: str = Field(sa_type=sa.Text)
    author: str = Field(max_length=254)
    approver: str | None = Field(default=None, max_length=254)
    created_at: datetime = Field(sa_type=UtcDateTime)
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PolicyActivation(SQLModel, table=True):
    """When which version became the active one; the newest row rules."""

    __tablename__ = "policy_activation"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    number: int = Field(foreign_key="policy_version.number")
    by: str = Field(max_length=254)
    at: datetime = Field(sa_type=UtcDateTime)


class TriageWeights(SQLModel, table=True):
    """Weights of triage's linear model, trained from labels, which a policy version may name.

    `state`: training, candidate, activated, declined, failed. `name` ("sha256:...") and `document` never change once
    written. `due_at` is the number of labels at which it was due; `base` names the weights it continues.
    """

    __tablename__ = "triage_weights"
    id: int | None = Field(default=None, primary_key=True, sa_type=BigId)
    due_at: int = Field(unique=True)
    state: str = Field(max_length=10)
    state_reason: str | None = Field(default=None, max_length=300)
    name: str | None = Field(default=None, max_length=80, index=True)
    base: str = Field(max_length=80)
    labels: int
    newest_label_id: int = Field(sa_type=BigId)
    document: str | None = Field(default=None, sa_type=sa.Text)
    report: dict[str, Any] | None = Field(default=None, sa_type=Json)
    policy_version: int | None = None
    decided_by: str | None = Field(default=None, max_length=254)
    started_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
