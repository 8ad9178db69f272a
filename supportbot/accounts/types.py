"""Values about people that cross borders."""

from dataclasses import dataclass
from typing import Literal, get_args

from supportbot.audit.types import Actor

Role = Literal["agent", "lead", "owner", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone signed in. `release_limit_minor` is the most money a reply they release may promise, in minor units
    of the shop's currency; None means no limit."""

    id: int
    name: str
    email: str
    role: Role
    release_limit_minor: int | None = 0

    @property
    def actor(self) -> Actor:
        """As the audit log names them."""
        return Actor("agent", self.id, self.name)

    @property
    def initials(self) -> str:
        """Up to two letters for the round picture."""
        words = self.name.split()
        return "".join(word[0] for word in (words[0], words[-1])[: len(words)]).upper() if words else "?"


@dataclass(frozen=True, slots=True)
class ShopUser:
    """A customer as the shop signed them. `external_id` is the shop's own user id (1 to 200 characters); what the
    shop did not say is empty or None."""

    external_id: str
    name: str = ""
    email: str | None = None
    locale: str | None = None
