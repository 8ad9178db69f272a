"""Who may do what: the one place for rights. Pure."""

from collections.abc import Collection
from typing import Literal

from supportbot.accounts.types import Person, Role
from supportbot.language.money import UNKNOWN_CURRENCY, plain_amount

Right = Literal["answer", "review", "approve_policy", "manage_people"]
RIGHTS: dict[Right, frozenset[Role]] = {
    "answer": frozenset({"agent", "lead", "owner", "admin"}),
    "review": frozenset({"lead", "owner", "admin"}),
    "approve_policy": frozenset({"owner"}),
    "manage_people": frozenset({"admin"}),
}


def may(person: Person, right: Right) -> bool:
    """Whether `person` has this right."""
    return person.role in RIGHTS[right]


def release_refusal(
    person: Person,
    *,
    hold_kind: str,
    promises: bool,
    promised_minor: int = 0,
    currency: str = "EUR",
    limit_currency: str | None = None,
    unread: Collection[str] = (),
) -> str | None:
    """Why `person` may not release a held reply; None when they may.

    Args:
        hold_kind: money, risk or unsure.
        promises: whether the reply promises anything (money back, a cancellation).
        promised_minor: the money the reply itself promises, in minor units of `currency`.
        limit_currency: what limits are counted in, the shop's currency; None when that is `currency`.
        unread: words beside a promise that may name money and that no code reads.

    Source: README, "Who may do what".
    """
    if person.role == "agent":
        if hold_kind == "unsure" and not promises:
            return None
        return "A money answer is released by a lead." if hold_kind == "money" else "This reply is released by a lead."
    limit = person.release_limit_minor
    own = limit_currency or currency
    if person.role == "owner":
        return None
    if unread:
        words = ", ".join(f"“{one}”" for one in unread)
        return f"How much this promises cannot be read: {words}. Use figures, or have the routing owner send it."
    if limit is None or promised_minor == 0 or (promised_minor <= limit and own == currency):
        return None
    named = f"{plain_amount(promised_minor, currency)} {currency}"
    if currency == UNKNOWN_CURRENCY:
        named = f"{plain_amount(promised_minor, currency)} in a currency that is not the shop's"
    return f"Your limit is {plain_amount(limit, own)} {own}. The routing owner can release {named}."
