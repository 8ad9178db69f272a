"""Replies that a person writes: a draft edited, or one from scratch. Both keep the frame that code wrote.

Two rules hold for people too: what blocks a draft blocks its edited words, and a promise leaves only by somebody with
that right.
"""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlmodel import Session

from supportbot.accounts.rules import release_refusal
from supportbot.accounts.types import Person
from supportbot.contract.checks.draft_checks import blocks, check_reply, promise_words
from supportbot.contract.types import RenderedReply, ReplyFields
from supportbot.contract.voice import render
from supportbot.contract.voice.frame import case_frame
from supportbot.customers.tables import Site
from supportbot.drafting.actions import decisions
from supportbot.drafting.queries import find_draft, read_case
from supportbot.drafting.rules.grounding import ground
from supportbot.drafting.tables import Draft
from supportbot.errors import Conflict, Forbidden, InvalidInput
from supportbot.inbox import actions as inbox
from supportbot.inbox.queries import find_conversation, others_named
from supportbot.inbox.tables import Conversation, Outgoing
from supportbot.inbox.types import ReplyToSend
from supportbot.language.extract_values import amounts_in
from supportbot.language.money import Money
from supportbot.language.person_names import possible_names
from supportbot.language.sentences import split_sentences
from supportbot.runtime import Runtime

MOST_ANSWER = 600
MOST_DETAILS = 8_000


@dataclass(frozen=True, slots=True)
class Written:
    """What a person typed: the answer's sentence and the details."""

    answer: str
    details: str


def send_edited(
    db: Session,
    runtime: Runtime,
    draft_id: int,
    written: Written,
    *,
    content_hash: str,
    by: Person,
    resolve: bool = False,
) -> Outgoing:
    """Let a draft go with a person's words in its frame.

    Raises:
        InvalidInput: a blocking check fails on the new words; `fields` names each.
        Conflict: the draft changed or is void.
        Forbidden: it is held, or promises something, and this person may not release that.
    """
    written = _checked(written)
    draft = find_draft(db, draft_id)
    if not draft.reply:
        raise Conflict("There is no draft to edit. Write the reply instead.")
    if content_hash != draft.content_hash:
        raise Conflict("The draft changed since you opened it. Read it again before you edit it.", code="changed")
    reply = replace(render.from_json(draft.reply), answer=written.answer, details=written.details)
    case = read_case(db, draft.message_id, now=runtime.clock())
    amount, words = promised(reply, case.shop.currency)
    grounding = ground(case, None)
    names = possible_names(f"{written.answer}\n{written.details}", grounding.words)
    others = others_named(db, names, conversation_id=case.conversation_id)
    allowed = replace(grounding.allowed, may_promise=bool(words) and by.role != "agent", others=others)
    failed = blocks(check_reply(reply, _as_fields(reply), allowed))
    problems = {one.field: f"{one.title}: {one.found or 'missing'}; expected {one.expected}" for one in failed}
    if problems:
        raise InvalidInput("Not yet: a check found something in your words.", fields=problems)
    if words:
        _require_promise_right(by, "money", words, amount, case.shop.currency)
    return decisions.send_edited(db, runtime, draft_id, reply, promised=amount, by=by, resolve=resolve)


def write_reply(
    db: Session, runtime: Runtime, conversation_id: int, written: Written, *, by: Person, resolve: bool = False
) -> Outgoing:
    """Let a hand-written reply go, in the frame of its case.

    Raises:
        InvalidInput: it is empty or too long.
        Forbidden: the case is held, or the reply promises something, and this person may not release that.
    """
    written = _checked(written)
    conversation, _, site = find_conversation(db, conversation_id)
    reply = replace(blank_reply(conversation, site), answer=written.answer, details=written.details)
    amount, words = promised(reply, site.currency)
    kind = conversation.hold_kind or ("money" if words else None)
    if kind is not None:
        _require_promise_right(by, kind, words, amount, site.currency)
    to_send = ReplyToSend(
        text=render.to_text(reply),
        reply=render.to_json(reply),
        content_hash=render.content_hash(reply),
        resolve=resolve,
    )
    return inbox.queue_reply(db, runtime, conversation_id, to_send, by=by)


def blank_reply(conversation: Conversation, site: Site) -> RenderedReply:
    """The frame around a hand-written reply, with nothing in it yet."""
    around = case_frame(
        case_number=conversation.case_number,
        topic=conversation.topic,
        plan_or_order=None,
        amount=None,
        outcome="answered",
        next_update=None,
        zone=ZoneInfo(site.time_zone),
        locale="en",
        sign_off=site.sign_off,
    )
    empty = ReplyFields("", "", "answered", ("talk_to_person",), (), (), 1.0)
    return render.render(empty, around, outcome="answered")


def frame_of(draft: Draft) -> RenderedReply:
    """The reply of a draft, whose frame an edit keeps."""
    return render.from_json(draft.reply or {})


def split_text(text: str) -> Written:
    """One text as answer (its first sentence) and details (the rest)."""
    first, *rest = split_sentences(text.strip()) or [""]
    return Written(first.strip(), " ".join(part.strip() for part in rest))


def promised(reply: RenderedReply, currency: str) -> tuple[Money | None, str | None]:
    """What the words of a reply promise: the largest amount named beside promise words, and those words.

    An amount in another currency than the shop's counts as larger than any: nobody's limit is counted in it.
    """
    text = f"{reply.answer} {reply.details}"
    words = promise_words(text)
    if not words:
        return None, None
    named = [amount for amount in amounts_in(text, currency) if amount.minor]
    return max(named, key=lambda amount: (amount.currency != currency, amount.minor), default=None), ", ".join(words)


def _require_promise_right(
    by: Person, hold_kind: str, words: str | None, amount: Money | None, limit_currency: str
) -> None:
    refusal = release_refusal(
        by,
        hold_kind=hold_kind,
        promises=bool(words),
        promised_minor=amount.minor if amount else 0,
        currency=amount.currency if amount else limit_currency,
        limit_currency=limit_currency,
    )
    if refusal:
        said = f" Your reply says “{words}”." if words else ""
        raise Forbidden(f"{refusal}{said} Write a note for them instead.")


def _checked(written: Written) -> Written:
    answer, details = written.answer.strip(), written.details.strip()
    problems = {}
    if not answer:
        problems["answer"] = "Say the answer in one sentence."
    elif len(answer) > MOST_ANSWER:
        problems["answer"] = f"This has {len(answer)} characters; {MOST_ANSWER} are the most."
    if len(details) > MOST_DETAILS:
        problems["details"] = f"This has {len(details)} characters; {MOST_DETAILS} are the most."
    if problems:
        raise InvalidInput("The reply is not ready to leave.", fields=problems)
    return Written(answer, details)


def _as_fields(reply: RenderedReply) -> ReplyFields:
    actions_taken = tuple(action.id for action in reply.next_actions)
    return ReplyFields(reply.answer, reply.details, reply.outcome, actions_taken, (), (), 1.0)
