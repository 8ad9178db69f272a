"""What becomes of each habit: the reply as rendered, or the rules that block it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from supportbot.contract.checks.draft_checks import blocks, check_reply
from supportbot.contract.reply.v1 import parse
from supportbot.contract.rules import allowed_outcomes, decided_outcome
from supportbot.contract.types import AllowedFacts, Finding, RenderedReply
from supportbot.contract.voice import render
from supportbot.contract.voice.frame import case_frame
from supportbot.contract.voice.normaliser import normalise_reply, voice_of
from supportbot.errors import ContractError
from supportbot.language.amounts import amounts_in
from supportbot.language.extract_values import ids_in
from supportbot.language.percents import percents_in
from supportbot.seed.story import tell_story
from tests.seed.library import library
from tests.voices.people import HABITS, Said

MESSAGES = 200
SIGN_OFF = "Harbour Lane support"
_AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_ZONE = ZoneInfo("Europe/Amsterdam")


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of one message by one habit: a reply that passes, or the rules that block it."""

    reply: RenderedReply | None
    blocked_by: tuple[str, ...] = ()
    rules: frozenset[str] = frozenset()
    warned: tuple[Finding, ...] = ()


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
def hear(habit: str, said: Said, number: int, *, completing: bool = True) -> Heard:
    """One message by one habit, the whole way from a model's text to what a customer would see."""
    try:
        proposed = parse(HABITS[habit](said, number))
    except ContractError:
        return Heard(None, ("schema_invalid",))
    passages = {said.sources[0]: said.details} if completing else {}
    fields, changes = normalise_reply(proposed, voice_of(said.locale, sign_off=SIGN_OFF), passages=passages)
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
    findings = check_reply(reply, fields, _allowed(said))
    failed = blocks(findings)
    return Heard(
        None if failed else reply,
        tuple(one.rule for one in failed),
        frozenset(change.rule for change in changes),
        tuple(one for one in findings if not one.passed and one.severity == "warn"),
    )


def length_band(habit: str, sayings: Sequence[Said], *, completing: bool = True) -> tuple[int, int, int]:
    """A habit's shortest, middle and longest details, in characters."""
    heard = [hear(habit, said, number, completing=completing).reply for number, said in enumerate(sayings)]
    lengths = sorted(len(reply.details) for reply in heard if reply)
    if not lengths:
        return (0, 0, 0)
    return lengths[0], lengths[len(lengths) // 2], lengths[-1]


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
