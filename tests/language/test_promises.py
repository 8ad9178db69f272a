"""Promises in ten languages: what the lists know is blocked; what else is said of money back is pointed at."""

from pathlib import Path

import pytest

from supportbot.contract.checks.draft_checks import check_reply
from supportbot.contract.types import Finding, Outcome
from tests.contract.factories import make_allowed, make_fields, make_rendered

LINES = [
    tuple(line.split(" ", 2))
    for line in Path(__file__).with_name("promises.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]


def said(kind: str) -> list[tuple[str, str]]:
    return [(locale, sentence) for locale, which, sentence in LINES if which == kind]


def findings(sentence: str, *, outcome: Outcome = "answered", named: str = "") -> dict[str, Finding]:
    fields = make_fields(details=sentence, outcome=outcome)
    reply = make_rendered(fields, outcome=outcome)
    return {one.rule: one for one in check_reply(reply, fields, make_allowed(named=named))}


@pytest.mark.parametrize(("locale", "sentence"), said("seen"))
def test_a_promise_is_blocked_in_every_language(locale: str, sentence: str) -> None:
    assert not findings(sentence)["promise"].passed


@pytest.mark.parametrize(("locale", "sentence"), said("none"))
def test_how_things_go_is_no_promise(locale: str, sentence: str) -> None:
    assert findings(sentence)["promise"].passed


@pytest.mark.parametrize(("locale", "sentence"), said("later"))
def test_a_promise_that_no_list_knows_is_still_pointed_at(locale: str, sentence: str) -> None:
    found = findings(sentence)
    warned = found["money_words"]
    assert (warned.passed, warned.severity, warned.field) == (False, "warn", "details")


def test_an_articles_own_words_on_money_back_are_not_pointed_at_and_a_persons_case_is_not() -> None:
    sentence = "A refund goes back to the card that paid."
    assert not findings(sentence)["money_words"].passed
    assert findings(sentence, named=f"It is so. {sentence} It takes days.")["money_words"].passed
    filled = "You can cancel your box at any time before 1 March 2026, under Account, then Plan."
    assert findings(filled, named="You can cancel your box at any time before {renews_at}, under Account, then Plan.")[
        "money_words"
    ].passed
    assert findings(sentence, outcome="refund_needs_review")["money_words"].passed
