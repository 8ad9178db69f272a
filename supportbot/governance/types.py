"""Values of governance that cross borders."""

from dataclasses import dataclass
from datetime import datetime

from supportbot.routing.policy import RoutingPolicy


@dataclass(frozen=True, slots=True)
class ActivePolicy:
    """The policy in force: its version number, its text, and the text read."""

    number: int
    document: str
    policy: RoutingPolicy


@dataclass(frozen=True, slots=True)
class PolicyVersionRow:
    """One version for the history; `activated_at` is the last time it came into force."""

    number: int
    state: str
    problem: str
    author: str
    approver: str | None
    created_at: datetime
    approved_at: datetime | None
    activated_at: datetime | None
    document_hash: str
    is_active: bool
