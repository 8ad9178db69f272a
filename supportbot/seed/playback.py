"""Plays the story's conversations through the real actions, in the order in which things happened."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import update
from sqlmodel import Session, col, select

from supportbot.accounts.types import Person
from supportbot.clock import FixedClock
from supportbot.customers.tables import Site
from supportbot.db import lock_row
from supportbot.drafting.actions import decisions, edits
from supportbot.drafting.flow import Drafting
from supportbot.drafting.queries import drafts_of
from supportbot.drafting.tables import Draft as DraftRow
from supportbot.engine import MemoryEngine
from supportbot.errors import Conflict, Forbidden, InvalidInput
from supportbot.gateway import Gateway
from supportbot.gateway.tables import AttemptRow
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec
from supportbot.inbox import actions as inbox
from supportbot.inbox.tables import Conversation as ConversationRow
from supportbot.inbox.tables import Message, Outgoing, Tag
from supportbot.inbox.types import InboundMessage
from supportbot.inbox.undo import UNDO_S
from supportbot.runtime import Runtime
from supportbot.seed.types import Conversation, Draft, FailedTry, Turn

Done = TypeVar("Done")


@dataclass(frozen=True, slots=True)
class Cast:
    """Who plays: the wired parts with their clock, and the rows of people and customers by the story's keys."""

    drafting: Drafting
    clock: FixedClock
    people: Mapping[str, Person]
    customers: Mapping[str, int]
    site: Site


@dataclass(slots=True)
class Stage:
    """Where one conversation stands while it is played."""

    conversation_id: int = 0
    message_id: int = 0
    waiting: list[int] = field(default_factory=list)


class SilentProvider:
    """A model that does not answer, for the conversations in which none did."""

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        """A timeout, as the story has it."""
        del spec, request
        return ModelAnswer(outcome="timeout", error_code="timeout")

    def close(self) -> None:
        """There is nothing to close."""


def play(
    cast: Cast,
    conversations: Sequence[Conversation],
    *,
    progress: Callable[[str], None],
    new_day: Callable[[], None],
) -> list[int]:
    """Play everything; gives the messages that still wait for their draft.

    `new_day` is called before the first thing that happens on a day, so that drafts rest on that day's records.
    """
    stages = {one.key: Stage() for one in conversations}
    steps = sorted(_steps(conversations), key=lambda step: (step[0], step[1].key, step[2]))
    told = max(len(steps) // 4, 1)
    for number, (at, conversation, index) in enumerate(steps, start=1):
        if at > cast.clock():
            is_new_day = at.date() > cast.clock().date()
            cast.clock.set(at)
            if is_new_day:
                new_day()
        if index < len(conversation.turns):
            _turn(cast, stages[conversation.key], conversation, conversation.turns[index])
        else:
            _finish(cast, stages[conversation.key], conversation)
        if number % told == 0:
            progress(f"  {number} of {len(steps)} events ...")
    return [message_id for stage in stages.values() for message_id in stage.waiting]


def _steps(conversations: Sequence[Conversation]) -> Iterator[tuple[datetime, Conversation, int]]:
    """Every turn, then the moment at which the conversation got its last status."""
    for conversation in conversations:
        for index, turn in enumerate(conversation.turns):
            yield turn.at, conversation, index
        yield conversation.resolved_at or conversation.turns[-1].at, conversation, len(conversation.turns)


def _turn(cast: Cast, stage: Stage, conversation: Conversation, turn: Turn) -> None:
    if turn.role == "customer":
        _customer_writes(cast, stage, conversation, turn)
    elif turn.role == "agent":
        _agent_answers(cast, stage, conversation, turn)
    elif turn.role == "note":
        with cast.drafting.database.transaction() as db:
            inbox.add_note(db, cast.drafting.runtime, stage.conversation_id, turn.text, by=_person(cast, turn.author))
    if turn.seen_at is not None:
        with cast.drafting.database.transaction() as db:
            statement = (
                update(Message)
                .where(col(Message.conversation_id) == stage.conversation_id, col(Message.role) != "customer")
                .where(col(Message.seen_at).is_(None))
                .values(seen_at=turn.seen_at)
            )
            db.exec(statement)


def _customer_writes(cast: Cast, stage: Stage, conversation: Conversation, turn: Turn) -> None:
    runtime, database = cast.drafting.runtime, cast.drafting.database
    customer = cast.customers[conversation.customer or conversation.visitor or ""]
    inbound = InboundMessage(
        channel=conversation.channel,
        customer_id=customer,
        external_id=turn.external_id or f"seed-{conversation.key}-{turn.at.isoformat()}",
        text=turn.text,
        received_at=cast.clock(),
    )
    with database.transaction() as db:
        received = inbox.receive_message(db, runtime, inbound)
        row = db.get_one(ConversationRow, received.conversation_id)
        if not stage.conversation_id:
            row.subject, row.priority = conversation.subject[:120], conversation.priority
            for tag in conversation.tags:
                db.merge(Tag(conversation_id=received.conversation_id, name=tag))
        db.add(row)
    stage.conversation_id, stage.message_id = received.conversation_id, received.message_id
    tries = [one for draft in turn.drafts for one in draft.tries]
    if not turn.drafts:
        stage.waiting.append(received.message_id)
        return
    drafting = cast.drafting
    if any(draft.state == "failed" for draft in turn.drafts):
        drafting = Drafting(
            database, runtime, Gateway({"builtin": SilentProvider()}, clock=cast.clock), drafting.policy
        )
    drafting.draft_reply(received.message_id)
    with database.transaction() as db:
        runtime.engine.cancel(db, f"draft:{received.message_id}")
    if tries:
        _retell_tries(cast, received.message_id, tries)


def _retell_tries(cast: Cast, message_id: int, tries: Sequence[FailedTry]) -> None:
    """Give the tries the lengths of the story: a silent model fails here at once."""
    with cast.drafting.database.transaction() as db:
        rows = db.exec(select(AttemptRow).where(AttemptRow.message_id == message_id).order_by(col(AttemptRow.id)))
        for row, one in zip(rows, tries, strict=False):
            row.latency_ms, row.started_at, row.outcome = one.latency_ms, one.at, one.outcome
            db.add(row)


def _agent_answers(cast: Cast, stage: Stage, conversation: Conversation, turn: Turn) -> None:
    """Let a reply go ten seconds before the story's moment, the way the story says or as the draft's state allows."""
    runtime, database = cast.drafting.runtime, cast.drafting.database
    person = _person(cast, turn.author)
    told = next((one for one in _drafts_of_turn(conversation, turn) if one.state not in ("compared", "void")), None)
    with database.transaction() as db:
        main = drafts_of(db, stage.message_id).main
        if told is not None and told.state == "rejected" and main is not None and main.state in ("ready", "held"):
            decisions.reject(
                db, runtime, main.id or 0, reason=told.reject_reason or "other", note=told.reject_note, by=person
            )
            main = lock_row(db, DraftRow, main.id or 0)
        _let_go(db, cast, stage, turn, told, main, person)
    cast.clock.move(timedelta(seconds=UNDO_S + 1))
    _run_due(cast)


def _let_go(
    db: Session,
    cast: Cast,
    stage: Stage,
    turn: Turn,
    told: Draft | None,
    main: DraftRow | None,
    person: Person,
) -> Outgoing:
    runtime = cast.drafting.runtime
    written = edits.Written(turn.reply.answer, turn.reply.details) if turn.reply else edits.split_text(turn.text)
    is_edited = told is not None and told.edited
    if main is not None and main.state == "held":
        return _first_who_may(
            cast, person, lambda by: _release(db, runtime, main, turn, written if is_edited else None, by)
        )
    if main is not None and main.state == "ready":
        with suppress(Conflict, InvalidInput):
            if not is_edited:
                return decisions.approve(db, runtime, main.id or 0, content_hash=main.content_hash or "", by=person)
            return edits.send_edited(
                db, runtime, main.id or 0, written, content_hash=main.content_hash or "", by=person
            )
    return _first_who_may(
        cast, person, lambda by: edits.write_reply(db, runtime, stage.conversation_id, written, by=by)
    )


def _release(
    db: Session, runtime: Runtime, main: DraftRow, turn: Turn, edited: edits.Written | None, by: Person
) -> Outgoing:
    """Let a held draft go with a person's words, in the story's variant, or as it was drafted."""
    if edited is not None:
        with suppress(InvalidInput):
            return edits.send_edited(db, runtime, main.id or 0, edited, content_hash=main.content_hash or "", by=by)
    variant = turn.variant if turn.variant in main.variants else "as_drafted"
    chosen = main.variants[variant]
    return decisions.release(db, runtime, main.id or 0, content_hash=chosen["content_hash"], variant=variant, by=by)


def _first_who_may(cast: Cast, person: Person, act: Callable[[Person], Done]) -> Done:
    """Let the story's person act, or the lead, or the owner: whoever has the right."""
    for by in (person, cast.people["ines"]):
        with suppress(Forbidden):
            return act(by)
    return act(cast.people["bram"])


def _finish(cast: Cast, stage: Stage, conversation: Conversation) -> None:
    """Give the conversation the status and the person it ends with."""
    runtime = cast.drafting.runtime
    with cast.drafting.database.transaction() as db:
        row = db.get_one(ConversationRow, stage.conversation_id)
        if conversation.assignee and row.assignee_id is None:
            inbox.assign(
                db, runtime, stage.conversation_id, cast.people[conversation.assignee].id, by=_person(cast, None)
            )
        wanted, until = conversation.status, conversation.snoozed_until
        if wanted == "open" or row.status == wanted or (wanted == "snoozed" and until is None):
            return

        def finish(by: Person) -> None:
            inbox.set_status(db, runtime, stage.conversation_id, wanted, by=by, until=until)

        _first_who_may(cast, _person(cast, conversation.assignee), finish)


def _drafts_of_turn(conversation: Conversation, turn: Turn) -> tuple[Draft, ...]:
    """The drafts of the customer's turn that this agent's turn answers."""
    before = [one for one in conversation.turns[: conversation.turns.index(turn)] if one.role == "customer"]
    return before[-1].drafts if before else ()


def _run_due(cast: Cast) -> None:
    engine = cast.drafting.runtime.engine
    if isinstance(engine, MemoryEngine):
        engine.run_due(cast.clock())


def _person(cast: Cast, key: str | None) -> Person:
    return cast.people[key or "noor"]
