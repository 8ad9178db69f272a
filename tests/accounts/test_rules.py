"""Who may do what, as one table."""

from typing import get_args

import pytest

from supportbot.accounts.rules import Right, may, release_refusal
from supportbot.accounts.types import ROLES, Person, Role

GRANTED: dict[Right, set[Role]] = {
    "answer": {"agent", "lead", "owner", "admin"},
    "review": {"lead", "owner", "admin"},
    "approve_policy": {"owner"},
    "manage_people": {"admin"},
}


def person(role: Role, limit: int | None = 10_000) -> Person:
    return Person(1, "Someone", "someone@shop.example", role, limit)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("right", get_args(Right))
def test_each_right_belongs_to_the_roles_of_the_table(role: Role, right: Right) -> None:
    assert may(person(role), right) is (role in GRANTED[right])


@pytest.mark.parametrize(
    ("role", "limit", "kind", "promises", "minor", "refusal"),
    [
        ("agent", 0, "unsure", False, 0, None),
        ("agent", 0, "unsure", True, 0, "This reply is released by a lead."),
        ("agent", 0, "risk", False, 0, "This reply is released by a lead."),
        ("agent", 0, "money", False, 0, "A money answer is released by a lead."),
        ("agent", None, "money", True, 1, "A money answer is released by a lead."),
        ("lead", 10_000, "unsure", False, 0, None),
        ("lead", 10_000, "risk", True, 0, None),
        ("lead", 10_000, "money", True, 10_000, None),
        ("lead", 10_000, "money", True, 10_001, "Your limit is 100.00 EUR. The routing owner can release 100.01 EUR."),
        ("lead", 0, "money", False, 0, None),
        ("lead", 0, "money", True, 1, "Your limit is 0.00 EUR. The routing owner can release 0.01 EUR."),
        ("admin", 0, "money", True, 1, "Your limit is 0.00 EUR. The routing owner can release 0.01 EUR."),
        ("admin", 0, "risk", False, 0, None),
        ("owner", None, "money", True, 10**12, None),
        ("owner", 0, "money", True, 10**12, None),
    ],
)
def test_a_hold_is_left_by_those_with_the_right(
    role: Role, limit: int | None, kind: str, promises: bool, minor: int, refusal: str | None
) -> None:
    said = release_refusal(person(role, limit), hold_kind=kind, promises=promises, promised_minor=minor)

    assert said == refusal


def test_a_limit_says_nothing_about_another_currency() -> None:
    def said(minor: int, currency: str, limit: int | None = 10_000) -> str | None:
        return release_refusal(
            person("lead", limit),
            hold_kind="money",
            promises=True,
            promised_minor=minor,
            currency=currency,
            limit_currency="EUR",
        )

    assert said(100, "EUR") is said(0, "KWD") is said(10**9, "KWD", None) is None
    assert said(4_900, "KWD") == "Your limit is 100.00 EUR. The routing owner can release 4.900 KWD."


@pytest.mark.parametrize(
    ("name", "initials"), [("Noor", "N"), ("Ines de Vries", "IV"), ("", "?"), ("  ", "?"), ("zoë ångström", "ZÅ")]
)
def test_initials_are_of_the_first_and_last_name(name: str, initials: str) -> None:
    assert Person(1, name, "", "agent").initials == initials
