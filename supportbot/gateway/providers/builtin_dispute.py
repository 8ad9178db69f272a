"""How the built-in provider drafts in a dispute: the facts that code computed, told in order; a person decides."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from supportbot.contract.catalogue import catalogue
from supportbot.contract.rules import DECISIONS
from supportbot.gateway.providers.builtin_routine import fitting_article, from_article, language, to_a_person

Fact = Mapping[str, Any]
MOST_FACTS = 6
_CHARGED = re.compile(r"([\d.,]+ [A-Z]{3})(?: was charged)? on (\d{1,2} \w+)( \d{4})?")
_CHARGES = ("charge_after_cancellation", "double_charge", "inside_refund_window")
_CHARGED_WRONGLY = frozenset({"charge_after_cancellation", "double_charge", "renewal_without_notice", "proration"})
_ABOUT_REFUNDS = frozenset(
    {"refund_already_made", "refunded_too_much", "inside_refund_window", "outside_refund_window"}
)


def draft_dispute(material: Mapping[str, Any]) -> dict[str, Any]:
    """Reply fields that say who checks what until when, and what the records show. Never a decision."""
    if material["hold_kind"] == "unsure":
        return _unsure(material)
    outcome = _outcome(material)
    facts: Sequence[Fact] = _facts(material)[:MOST_FACTS] if outcome != "escalated" else ()
    in_english = language(material["locale"]) == "en"
    passages = _passages(facts, material)
    return {
        "answer": _answer(outcome, facts, material) if in_english else _checking(material),
        "details": _details(facts, passages, material) if in_english and outcome != "escalated" else "",
        "outcome": outcome,
        "next_actions": _actions(outcome),
        "facts_used": [fact["id"] for fact in facts],
        "sources": [passage["ref"] for passage in passages],
        "confidence": 0.9 if facts else 0.3,
    }


def _unsure(material: Mapping[str, Any]) -> dict[str, Any]:
    """Held only because nobody could tell the risk: the article answers when one clearly fits and decides nothing."""
    article = fitting_article(material)
    if article is None or article["outcome"] in DECISIONS:
        return to_a_person(material)
    return from_article(article, material)


def _outcome(material: Mapping[str, Any]) -> str:
    kinds = {fact["kind"] for fact in _facts(material)}
    topic = material["case"]["topic"]
    if material["hold_kind"] == "risk" or "chargeback_open" in kinds:
        return "escalated"
    if _due(material) or topic == "refund" or kinds & _CHARGED_WRONGLY:
        return "refund_needs_review"
    if topic == "cancellation":
        return "cancellation_needs_review"
    if kinds & _ABOUT_REFUNDS:
        return "refund_needs_review"
    return "charge_needs_review" if topic == "billing" or kinds else "escalated"


def _answer(outcome: str, facts: Sequence[Fact], material: Mapping[str, Any]) -> str:
    what = {
        "refund_needs_review": "your refund question",
        "charge_needs_review": "the charge you asked about",
        "cancellation_needs_review": "your cancellation",
    }.get(outcome)
    if what is None:
        return catalogue("en").notices.no_answer
    charge = _charge_in_question(facts, material)
    return f"A person is checking {charge or what}{_until(material)}."


def _until(material: Mapping[str, Any]) -> str:
    by = material["next_update_by"]
    return f" and will write to you by {by}" if by else " and will write to you"


def _charge_in_question(facts: Sequence[Fact], material: Mapping[str, Any]) -> str | None:
    """ "the 49.00 EUR charge of 14 March": the charge that is due back in full, when the facts name exactly that."""
    due = _due(material)
    for kind in _CHARGES:
        for fact in facts:
            named = _CHARGED.findall(fact["text"]) if fact["kind"] == kind else []
            if not named or fact["amount"] != due:
                continue
            amount, day, year = named[-1] if kind == "double_charge" else named[0]
            return f"the {amount} charge of {day}{'' if year.strip() == _this_year(material) else year}"
    return None


def _details(facts: Sequence[Fact], passages: Sequence[Mapping[str, Any]], material: Mapping[str, Any]) -> str:
    told = [str(fact["text"]) for fact in facts]
    if not told and material["record"] is None and not material["case"]["verified"]:
        told = ["No account was looked at, because this message was sent without signing in."]
    told += [f"Our policy on this is {_heading(passage)}." for passage in passages[:1]]
    return " ".join(told)


def _heading(passage: Mapping[str, Any]) -> str:
    number, _, title = str(passage["heading"]).partition(" ")
    return f"{number}, “{title}”" if number[:1].isdigit() and title else f"“{passage['heading']}”"


def _passages(facts: Sequence[Fact], material: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The policy passages that the facts fall under, in the order of the facts."""
    given = {passage["ref"]: passage for passage in material["policy_passages"]}
    wanted = dict.fromkeys(fact["passage"] for fact in facts if fact["passage"] in given)
    return [given[ref] for ref in wanted]


def _actions(outcome: str) -> list[str]:
    review = {
        "refund_needs_review": "refund_review",
        "charge_needs_review": "refund_review",
        "cancellation_needs_review": "cancellation_review",
    }.get(outcome)
    return [review, "talk_to_person"] if review else ["talk_to_person"]


def _checking(material: Mapping[str, Any]) -> str:
    notices = catalogue(material["locale"]).notices
    by = material["next_update_by"]
    return notices.checking_until.format(when=by) if by else notices.checking


def _facts(material: Mapping[str, Any]) -> list[Fact]:
    return list((material["record"] or {}).get("facts", ()))


def _due(material: Mapping[str, Any]) -> str | None:
    return (material["record"] or {}).get("due_back")


def _this_year(material: Mapping[str, Any]) -> str:
    messages = material["messages"]
    return str(messages[-1]["at"])[:4] if messages else ""
