"""What becomes of each habit: the reply as rendered or the named block, and whether one can tell who wrote it."""

import math
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import combinations
from zoneinfo import ZoneInfo

from supportbot.contract import render
from supportbot.contract.checks import blocks, check_reply
from supportbot.contract.frame import case_frame
from supportbot.contract.mentions import amounts_in, ids_in
from supportbot.contract.normalise import normalise_reply, voice_of
from supportbot.contract.offers import percents_in
from supportbot.contract.reply_v1 import parse
from supportbot.contract.rules import allowed_outcomes, decided_outcome
from supportbot.contract.types import AllowedFacts, RenderedReply
from supportbot.errors import ContractError
from supportbot.seed.story import tell_story
from tests.seed.library import library
from tests.voices.people import ANSWERING, HABITS, Said

MESSAGES = 200
SIGN_OFF = "Harbour Lane support"
# What sentences of the five languages are made of; which of these a text has depends on what it says.
_ORDINARY = " \n,.;:?()’'“”„«»\"-–—…/&%،؛؟\u00a0\u202f"
_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one message by one habit: a reply that passes, or the rules that block it."""

    reply: RenderedReply | None
    blocked_by: tuple[str, ...] = ()


@cache
def things_to_say() -> tuple[Said, ...]:
    """200 messages of the demo's shop, in its languages, each with what the best article says."""
    story = tell_story(_AT)
    texts = [(one.locale, turn.text) for one in story.conversations for turn in one.turns if turn.role == "customer"]
    texts += [(article.locale, question) for article in story.articles for question in article.questions]
    shelf = library(story.articles)
    said = []
    for locale, message in dict.fromkeys(texts):
        hit = next(iter(shelf.search(message, locale=locale)), None)
        if hit is None or hit.outcome not in (None, "answered"):
            continue
        passage = hit.passages[0]
        said.append(Said(message, locale, hit.short_answer_plain, passage.text, hit.actions, (passage.ref,)))
    return tuple(said[:MESSAGES])


@cache
def hear(habit: str, said: Said, number: int) -> Heard:
    """One message by one habit, the whole way from a model's text to what a customer would see."""
    try:
        proposed = parse(HABITS[habit](said, number))
    except ContractError:
        return Heard(None, ("schema_invalid",))
    fields, _ = normalise_reply(proposed, voice_of(said.locale, sign_off=SIGN_OFF))
    outcome = decided_outcome(fields.outcome, lane="fast", hold_kind=None)
    frame = case_frame(
        case_number=f"HL-{4000 + number}",
        topic="billing" if number % 2 else "order_shipping",
        plan_or_order="Roaster’s box",
        amount=None,
        outcome=outcome,
        next_update=None,
        zone=_ZONE,
        locale=said.locale,
        sign_off=SIGN_OFF,
    )
    reply = render.render(fields, frame, outcome=outcome)
    failed = blocks(check_reply(reply, fields, _allowed(said)))
    return Heard(None if failed else reply, tuple(one.rule for one in failed))


def frame_of(reply: RenderedReply) -> frozenset[str]:
    """Everything of a reply but its own words: fields, buttons, sign-off, keys, and the marks between the words."""
    shown = render.to_json(reply)
    marks = {mark for mark in f"{reply.answer}\n{reply.details}" if _is_odd(mark)}
    return frozenset(
        {f"{field.key}: {field.label}" for field in reply.case_fields}
        | {f"status: {field.value}" for field in reply.case_fields if field.key == "status"}
        | {f"button {place}: {action.id}" for place, action in enumerate(reply.next_actions)}
        | {f"sign-off: {reply.sign_off}", f"locale: {reply.locale}", f"keys: {sorted(shown)}"}
        | {f"mark: {mark}" for mark in marks}
    )


def told_apart(one: str, other: str, sayings: Sequence[Said]) -> tuple[int, int]:
    """How many of how many held-out frames a naive Bayes classifier gives to the right one of two habits."""
    pairs = [
        (first.reply, second.reply)
        for number, said in enumerate(sayings)
        if (first := hear(one, said, number)).reply and (second := hear(other, said, number)).reply
    ]
    rows = [(frame_of(reply), label) for pair in pairs for label, reply in enumerate(pair) if reply]
    half = len(pairs) // 2 * 2
    weigh = _trained(rows[:half])
    held_out = rows[half:]
    # A tie says nothing: it is given to the first, and so is right once in two.
    right = sum((weigh(features) > 0) == bool(label) for features, label in held_out)
    return right, len(held_out)


def length_band(habit: str, sayings: Sequence[Said]) -> tuple[int, int]:
    """From a habit's shortest to its longest reply, in characters of answer and details."""
    heard = [hear(habit, said, number).reply for number, said in enumerate(sayings)]
    lengths = sorted(len(reply.answer) + len(reply.details) for reply in heard if reply)
    if not lengths:
        return (0, 0)
    return lengths[0], lengths[-1]


def at_chance(right: int, total: int) -> bool:
    """Whether so many right ones are no more than guessing gives (97.5 % of the time)."""
    return right <= total / 2 + 1.96 * math.sqrt(total / 4)


def pairs_of_habits() -> tuple[tuple[str, str], ...]:
    """Every two habits that say the same thing."""
    return tuple(combinations(ANSWERING, 2))


def _trained(rows: Sequence[tuple[frozenset[str], int]]) -> Callable[[frozenset[str]], float]:
    counts = (Counter[str](), Counter[str]())
    for features, label in rows:
        counts[label].update(features)
    totals = [sum(label == which for _, label in rows) for which in (0, 1)]
    known = set(counts[0]) | set(counts[1])

    def weigh(features: frozenset[str]) -> float:
        """Above zero for the second habit."""
        score = 0.0
        for feature in sorted(known):
            shares = [(counts[which][feature] + 1) / (totals[which] + 2) for which in (0, 1)]
            chosen = shares if feature in features else [1 - share for share in shares]
            score += math.log(chosen[1] / chosen[0])
        return round(score, 9)

    return weigh


def _is_odd(mark: str) -> bool:
    """Whether a mark could give somebody away: nothing that ordinary sentences are made of."""
    return not mark.isalnum() and mark not in _ORDINARY and not unicodedata.category(mark).startswith("M")


@cache
def _allowed(said: Said) -> AllowedFacts:
    given = f"{said.answer}\n{said.details}"
    return AllowedFacts(
        amounts=frozenset(amounts_in(given, "EUR")),
        dates=frozenset(),
        ids=frozenset(ids_in(given)),
        outcomes=allowed_outcomes(),
        link_hosts=frozenset(),
        sources=frozenset(said.sources),
        facts=frozenset(),
        may_promise=False,
        percents=frozenset(percents_in(given)),
        named=given,
        asked=said.message,
    )
