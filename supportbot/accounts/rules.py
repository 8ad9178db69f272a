"""Who may do what: the one place for rights. Pure."""

from typing import Literal

from supportbot.accounts.types import Person, Role
from supportbot.language.money import plain_amount

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
) -> str | None:
    """Why `person` may not release a held reply; None when they may.

    Args:
        hold_kind: money, risk or unsure.
        promises: whether the reply promises anything (money back, a cancellation).
        promised_minor: the money the reply itself promises, in minor units of `currency`.
        limit_currency: what limits are counted in, the shop's currency; None when that is `currency`.

    Source: README, "Who may do what".
    """
    if person.role == "agent":
        if hold_kind == "unsure" and not promises:
            return None
        return "A money answer is released by a lead." if hold_kind == "money" else "This reply is released by a lead."
    limit = person.release_limit_minor
    own = limit_currency or currency
    if person.role == "owner" or limit is None or promised_minor == 0 or (promised_minor <= limit and own == currency):
        return None
    return (
        f"Your limit is {plain_amount(limit, own)} {own}. "
        f"The routing owner can release {plain_amount(promised_minor, currency)} {currency}."
    )
