"""Values of the audit log."""

from dataclasses import dataclass
from typing import Literal

ActorKind = Literal["agent", "customer", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted. `id` is the row id within the kind; None for the system itself."""

    kind: ActorKind
    id: int | None
    name: str


SYSTEM = Actor(kind="system", id=None, name="supportbot")
