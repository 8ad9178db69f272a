"""What the product reads out of one text, function by function: what it knows of words, numbers and languages.

400 messages meet few of the thousands of words in its tables. Here each of them stands in a text of its own, so that
none is lost when tables move. As in `path`, the product is imported here alone.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from supportbot.contract.checks.draft_checks import check_reply
from supportbot.contract.checks.words import promise_words
from supportbot.contract.types import ReplyFields
from supportbot.contract.voice.normaliser import normalise_reply, voice_of
from supportbot.language.amounts import amounts_in
from supportbot.language.detection import guess_language, is_foreign, other_language
from supportbot.language.extract_values import dates_in, ids_in, long_numbers_in
from supportbot.language.lookalikes import plain
from supportbot.language.months import months_in
from supportbot.language.percents import percents_in, plans_in
from supportbot.language.person_names import possible_names
from supportbot.language.sentences import split_sentences
from supportbot.prompting.personal_data.finder import personal_spans
from supportbot.routing.policy import shipped_policy
from supportbot.routing.rules import decide_route
from supportbot.triage.rules import classify
from supportbot.triage.types import ThreadContext
from supportbot.triage.weights import shipped_weights
from tests.contract.factories import make_allowed, make_rendered

Reading = Callable[[str, str], Any]
LONGEST_ANSWER = 600


def read(kind: str, language: str, text: str) -> dict[str, Any]:
    """Everything read from a text, by section, as plain values. A phrase is only read as a customer's words."""
    sections = READINGS if kind != "phrase" else {"triage": _triage}
    return {name: reading(text, language) for name, reading in sections.items()}


def _triage(text: str, _: str) -> Any:
    policy = shipped_policy()
    triage = classify(text, policy.triage, thread=ThreadContext(), weights=shipped_weights())
    route = decide_route(policy, triage)
    reasons = [[one.layer, one.code, one.text, list(one.words)] for one in triage.reasons]
    decided = [route.lane, route.task, route.hold, route.hold_kind, route.rule, route.reason]
    return [triage.topic, triage.risk, triage.unsure, reasons, decided]


def _language(text: str, language: str) -> Any:
    return [guess_language(text), other_language(text, language), is_foreign(text, language)]


def _values(text: str, _: str) -> Any:
    dates = [[one.text, [list(reading) for reading in one.readings]] for one in dates_in(text)]
    return {
        "amounts": [str(one) for one in amounts_in(text, "EUR")],
        "dates": dates,
        "ids": list(ids_in(text)),
        "long": list(long_numbers_in(text)),
        "months": [[one.month, one.year] for one in months_in(text)],
        "percents": list(percents_in(text)),
        "plans": list(plans_in(text)),
        "names": sorted(possible_names(text, "")),
    }


def _personal(text: str, language: str) -> Any:
    return [[one.kind, one.start, one.end, one.key] for one in personal_spans(text, locale=language)]


def _fields(text: str) -> ReplyFields:
    return ReplyFields(
        answer=text[:LONGEST_ANSWER],
        details=f"{text}\nOpen Account, then Invoices.",
        outcome="answered",
        next_actions=("open_invoices",),
        facts_used=(),
        sources=(),
        confidence=0.9,
    )


@lru_cache(maxsize=1)
def _normal(text: str, language: str) -> tuple[ReplyFields, tuple[list[str], ...]]:
    fields, changes = normalise_reply(_fields(text), voice_of(language, sign_off="Harbour Lane support"))
    return fields, tuple([one.rule, one.field, one.before, one.after] for one in changes)


def _normalised(text: str, language: str) -> Any:
    fields, changes = _normal(text, language)
    return [fields.answer, fields.details, fields.outcome, [list(one) for one in changes]]


def _checks(text: str, language: str) -> Any:
    fields, _ = _normal(text, language)
    rendered = make_rendered(fields, locale=language)
    found = check_reply(rendered, fields, make_allowed())
    return [[one.rule, one.severity, one.field, one.found, one.expected] for one in found if not one.passed]


READINGS: Mapping[str, Reading] = {
    "triage": _triage,
    "promises": lambda text, _: list(promise_words(text)),
    "language": _language,
    "values": _values,
    "personal": _personal,
    "sentences": lambda text, _: [list(split_sentences(text)), plain(text)],
    "normalised": _normalised,
    "checks": _checks,
}
