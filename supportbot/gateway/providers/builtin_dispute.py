"""How the built-in provider drafts in a dispute: the facts that code computed, told in order; a person decides."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from supportbot.contract.rules import DECISIONS
from supportbot.contract.voice.catalogue import catalogue
from supportbot.contract.voice.dates import day_in_words, spelling_locale
from supportbot.gateway.providers.builtin_routine import fitting_article, from_article, language, to_a_person
from supportbot.language.amounts import amounts_in
from supportbot.language.money import format_money

Fact = Mapping[str, Any]
MOST_FACTS = 6
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
    passages = _passages(facts, material)
    return {
        "answer": _answer(outcome, facts, material),
        "details": _details(facts, passages, material) if outcome != "escalated" else "",
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
    words = catalogue(material["locale"])
    what = {
        "refund_needs_review": words.dispute.refund,
        "charge_needs_review": words.dispute.charges,
        "cancellation_needs_review": words.dispute.cancellation,
    }.get(outcome)
    if what is None:
        return words.notices.no_answer
    named, by = _charge_in_question(facts, material) or what, material["next_update_by"]
    if by:
        return words.dispute.checking_until.format(what=named, when=by)
    return words.dispute.checking.format(what=named)


def _charge_in_question(facts: Sequence[Fact], material: Mapping[str, Any]) -> str | None:
    """ "the 49.00 EUR charge of 14 March": the charge that is due back in full, when the facts name exactly that."""
    locale, due = material["locale"], _due(material)
    for kind in _CHARGES:
        for fact in facts:
            if fact["kind"] != kind or not fact.get("day") or due is None or fact["amount"] != due:
                continue
            day = date.fromisoformat(fact["day"])
            said = day_in_words(day, locale=locale, with_year=str(day.year) != _this_year(material))
            amount = format_money(amounts_in(due, "EUR")[0], spelling_locale(locale))
            return catalogue(locale).dispute.charge.format(amount=amount, day=said)
    return None


def _details(facts: Sequence[Fact], passages: Sequence[Mapping[str, Any]], material: Mapping[str, Any]) -> str:
    words = catalogue(material["locale"]).dispute
    told = [str(fact["text"]) for fact in facts]
    if not told and material["record"] is None and not material["case"]["verified"]:
        told = [words.not_signed_in]
    told += [words.policy.format(passage=_heading(passage, material["locale"])) for passage in passages[:1]]
    return " ".join(told)


def _heading(passage: Mapping[str, Any], locale: str) -> str:
    """The passage by number and title; by its number alone where the title is in another language than the reply."""
    number, _, title = str(passage["heading"]).partition(" ")
    if not (number[:1].isdigit() and title):
        return f"“{passage['heading']}”"
    return f"{number}, “{title}”" if language(locale) == "en" else number


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


def _facts(material: Mapping[str, Any]) -> list[Fact]:
    return list((material["record"] or {}).get("facts", ()))


def _due(material: Mapping[str, Any]) -> str | None:
    return (material["record"] or {}).get("due_back")


def _this_year(material: Mapping[str, Any]) -> str:
    messages = material["messages"]
    return str(messages[-1]["at"])[:4] if messages else ""
