"""Replies that a person writes: a draft edited, or one from scratch. Both keep the frame that code wrote.

Two rules hold for people too: what blocks a draft blocks its edited words, and a promise leaves only by somebody with
that right.
"""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from sqlmodel import Session

from supportbot.accounts.rules import release_refusal
from supportbot.accounts.types import Person
from supportbot.contract.checks.draft_checks import blocks, check_reply
from supportbot.contract.promised_amounts import Promise, amounts_named, promise_in
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
from supportbot.language.invisible_characters import without_unseen
from supportbot.language.money import Money
from supportbot.language.person_names import possible_names
from supportbot.language.plain_line import says_something
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
    promise, currency = promise_in(_words(reply), case.shop.currency), case.shop.currency
    amount = _require_promise_right(by, "money", promise, reply, currency) if promise else None
    grounding = ground(case, None)
    names = possible_names(f"{written.answer}\n{written.details}", grounding.words)
    others = others_named(db, names, conversation_id=case.conversation_id)
    allowed = replace(grounding.allowed, may_promise=promise is not None, others=others)
    failed = blocks(check_reply(reply, _as_fields(reply), allowed))
    problems = {one.field: f"{one.title}: {one.found or 'missing'}; expected {one.expected}" for one in failed}
    if problems:
        raise InvalidInput("Not yet: a check found something in your words.", fields=problems)
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
    promise = promise_in(_words(reply), site.currency)
    kind = conversation.hold_kind or ("money" if promise else None)
    if kind is not None:
        _require_promise_right(by, kind, promise, reply, site.currency)
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


def _require_promise_right(
    by: Person, hold_kind: str, promise: Promise | None, reply: RenderedReply, currency: str
) -> Money | None:
    """The money that a reply promises, when this person may promise that; None when it promises nothing.

    A promise without an amount is one of the amount in question, which stands in the frame.
    """
    if promise is None:
        total = Money(0, currency)
    else:
        frame = "" if promise.amounts else "\n".join(field.value for field in reply.case_fields)
        total = promise.total(currency, at_least=amounts_named(f"{_words(reply)}\n{frame}", currency))
    refusal = release_refusal(
        by,
        hold_kind=hold_kind,
        promises=promise is not None,
        promised_minor=total.minor,
        currency=total.currency,
        limit_currency=currency,
        unread=promise.unread if promise else (),
    )
    if refusal:
        said = f" Your reply says “{', '.join(promise.words)}”." if promise else ""
        raise Forbidden(f"{refusal}{said} Write a note for them instead.")
    return total if promise else None


def _words(reply: RenderedReply) -> str:
    return f"{reply.answer}\n{reply.details}"


def _checked(written: Written) -> Written:
    answer, details = (without_unseen(text).strip() for text in (written.answer, written.details))
    problems = {}
    if not says_something(answer):
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
