"""Writes about drafts: starting, saving, and everything a person may decide about one. Actions never commit.

Only `approve`, `release` and `send_edited` let a reply go, and each needs a signed-in person with the right.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import update
from sqlmodel import Session, col, select

from supportbot.accounts.rules import release_refusal
from supportbot.accounts.types import Person
from supportbot.audit.types import SYSTEM, Actor
from supportbot.contract.types import RenderedReply
from supportbot.contract.voice import render
from supportbot.customers.tables import Site
from supportbot.db import lock_row
from supportbot.drafting.actions import labels
from supportbot.drafting.queries import REGENERATED
from supportbot.drafting.rules.draft_state import effective_state, promises, shown_state
from supportbot.drafting.tables import Draft
from supportbot.drafting.types import REJECT_REASONS, VARIANTS
from supportbot.errors import Conflict, Forbidden, InvalidInput, NotFound
from supportbot.inbox import actions as inbox
from supportbot.inbox.tables import Conversation, Outgoing
from supportbot.inbox.types import ReplyToSend, WorkState
from supportbot.language.money import Money
from supportbot.runtime import Runtime
from supportbot.training.actions import remove_label_of_reply

MOST_DRAFTS = 10


def approve(db: Session, runtime: Runtime, draft_id: int, *, content_hash: str, by: Person) -> Outgoing:
    """Let a ready draft go exactly as shown.

    Raises:
        Conflict: the draft changed, is void, has a blocking check, or was never meant to be sent.
        Forbidden: it is held, and approving is not releasing.
    """
    draft, conversation = _open_draft(db, draft_id)
    state = _state(draft, conversation)
    if state == "held":
        _require_release_right(db, draft, conversation, by, outcome=draft.outcome, promised_minor=0)
        raise Conflict("This draft is held. Release it instead of approving it.", code="held")
    _require_state(state, "ready")
    _require_hash(draft.content_hash, content_hash)
    _require_unblocked(draft)
    outgoing = _let_go(db, runtime, draft, render.from_json(draft.reply or {}), by=by, action="draft.approved")
    labels.label_approval(db, runtime, draft, outgoing.id, by=by)
    return outgoing


def release(db: Session, runtime: Runtime, draft_id: int, *, content_hash: str, variant: str, by: Person) -> Outgoing:
    """Let a held draft go, in one of its variants, exactly as shown.

    Raises:
        Forbidden: this person may not release this reply.
        Conflict: the draft changed, is void or not held, or a blocking check failed on it.
        InvalidInput: there is no such variant of this draft.
    """
    draft, conversation = _open_draft(db, draft_id)
    _require_state(_state(draft, conversation), "held")
    chosen = draft.variants.get(variant) if variant in VARIANTS else None
    if chosen is None:
        raise InvalidInput(
            f"Variant {variant!r} does not exist for this draft. Choose one of: {', '.join(draft.variants)}.",
            fields={"variant": "unknown"},
        )
    reply = render.from_json(chosen["reply"])
    promised_minor, currency = int(chosen.get("promised_minor") or 0), chosen.get("currency")
    _require_release_right(
        db, draft, conversation, by, outcome=reply.outcome, promised_minor=promised_minor, currency=currency
    )
    _require_hash(chosen["content_hash"], content_hash)
    if variant == "as_drafted":
        _require_unblocked(draft)
    detail = {"variant": variant, "outcome": reply.outcome, "promised_minor": promised_minor}
    outgoing = _let_go(db, runtime, draft, reply, by=by, action="draft.released", detail=detail)
    labels.label_release(db, runtime, draft, outgoing.id, outcome=reply.outcome, by=by)
    return outgoing


def send_edited(
    db: Session,
    runtime: Runtime,
    draft_id: int,
    reply: RenderedReply,
    *,
    promised: Money | None,
    by: Person,
    resolve: bool,
) -> Outgoing:
    """Let a draft go as a person rewrote it; `drafting.editing` has checked the words.

    Raises:
        Forbidden: it is held and this person may not release it.
        Conflict: it is void or no longer open.
    """
    draft, conversation = _open_draft(db, draft_id)
    state = _state(draft, conversation)
    if state == "held":
        outcome = "refund_approved" if promised else reply.outcome
        minor, currency = (promised.minor, promised.currency) if promised else (0, None)
        _require_release_right(db, draft, conversation, by, outcome=outcome, promised_minor=minor, currency=currency)
    else:
        _require_state(state, "ready")
    draft.edited = True
    outgoing = _let_go(db, runtime, draft, reply, by=by, action="draft.edited", resolve=resolve)
    labels.label_edit(db, runtime, draft, outgoing.id, promised=promised is not None, by=by)
    return outgoing


def reject(db: Session, runtime: Runtime, draft_id: int, *, reason: str, note: str, by: Person) -> Draft:
    """Refuse a draft, saying why; the reply is then written by hand.

    Raises:
        InvalidInput: there is no such reason.
        Conflict: the draft is not open.
    """
    if reason not in REJECT_REASONS:
        raise InvalidInput(
            f"Reason {reason!r} does not exist. Choose one of: {', '.join(REJECT_REASONS)}.",
            fields={"reason": "unknown"},
        )
    draft, conversation = _open_draft(db, draft_id)
    _require_state(_state(draft, conversation), "ready", "held")
    _move(db, draft, "rejected", by, runtime)
    draft.reject_reason, draft.reject_note = reason, note.strip()[:500] or None
    db.add(draft)
    inbox.show_work(db, runtime, conversation, "manual")
    _audit(runtime, db, draft, by, "draft.rejected", {"reason": reason})
    return draft


def hold(db: Session, runtime: Runtime, draft_id: int, *, by: Person) -> Draft:
    """Hold a ready draft for a lead.

    Raises:
        Conflict: the draft is not ready.
    """
    draft, conversation = _open_draft(db, draft_id)
    _require_state(_state(draft, conversation), "ready")
    draft.hold_kind = conversation.hold_kind = "risk"
    draft.state_reason = f"Held by {by.name}"
    conversation.hold_label = f"by {by.name}"[:80]
    draft.variants = {"as_drafted": {"reply": draft.reply, "content_hash": draft.content_hash}}
    _move(db, draft, "held", None, runtime)
    db.add(draft)
    inbox.show_work(db, runtime, conversation, "held")
    _audit(runtime, db, draft, by, "draft.held", {})
    labels.label_escalation(db, runtime, draft, by=by)
    return draft


def regenerate(db: Session, runtime: Runtime, draft_id: int, *, by: Person) -> int:
    """Ask for a new draft of the same message; gives the new generation.

    Raises:
        Conflict: the draft answers an older message or is already decided.
    """
    draft, conversation = _open_draft(db, draft_id)
    _require_state(_state(draft, conversation), "ready", "held", "failed", "rejected")
    return draft_again(db, runtime, draft, by=by, conversation=conversation)


def undo(db: Session, runtime: Runtime, outgoing_id: int, *, by: Person) -> Outgoing:
    """Take back what is about to leave; its draft stands as it did before.

    Raises:
        Conflict: it has left already.
        Forbidden: somebody else let it go.
    """
    outgoing = inbox.find_outgoing(db, outgoing_id)
    conversation = inbox.lock_conversation(db, outgoing.conversation_id)
    draft = lock_row(db, Draft, outgoing.draft_id) if outgoing.draft_id else None
    before: WorkState = "held" if draft is not None and draft.hold_kind else "ready"
    shown = before if draft is not None else _shown_without_reply(db, conversation)
    outgoing = inbox.undo_reply(db, runtime, outgoing_id, by=by, work_state=shown)
    remove_label_of_reply(db, runtime.audit, outgoing_id, by=by, at=runtime.clock())
    if draft is not None:
        draft.edited, draft.closed_by_id, draft.closed_at = False, None, None
        _swap(db, draft, "approved", before)
    return outgoing


def _shown_without_reply(db: Session, conversation: Conversation) -> WorkState:
    if conversation.waiting_since is None:
        return "answered"
    query = select(Draft).where(Draft.message_id == conversation.newest_customer_message_id)
    rows = db.exec(query.order_by(col(Draft.id).desc())).all()
    return shown_state({row.state for row in rows if row.generation == rows[0].generation})


def send_approved(db: Session, runtime: Runtime, outgoing_id: int) -> bool:
    """Send what was let go ten seconds ago, if it still answers the newest message. True when it left."""
    message = inbox.send_reply(db, runtime, outgoing_id)
    outgoing = db.get(Outgoing, outgoing_id)
    if outgoing is None or outgoing.state not in ("sent", "void"):
        return False
    if outgoing.draft_id:
        draft = lock_row(db, Draft, outgoing.draft_id)
        if draft.state == "approved":
            draft.state_reason = outgoing.close_reason
            _swap(db, draft, "approved", outgoing.state)
    if message is not None:
        _void_open_drafts(db, runtime, outgoing.conversation_id)
    return message is not None


def _void_open_drafts(db: Session, runtime: Runtime, conversation_id: int) -> None:
    statement = (
        update(Draft)
        .where(
            col(Draft.conversation_id) == conversation_id,
            col(Draft.state).in_(("ready", "held", "failed", "drafting")),
        )
        .values(state="void", state_reason="A person answered.", closed_at=runtime.clock())
    )
    db.exec(statement)


def _let_go(
    db: Session,
    runtime: Runtime,
    draft: Draft,
    reply: RenderedReply,
    *,
    by: Person,
    action: str,
    detail: Mapping[str, Any] | None = None,
    resolve: bool = False,
) -> Outgoing:
    _move(db, draft, "approved", by, runtime)
    to_send = ReplyToSend(
        text=render.to_text(reply),
        reply=render.to_json(reply),
        content_hash=render.content_hash(reply),
        draft_id=draft.id,
        answers_message_id=draft.message_id,
        resolve=resolve,
    )
    outgoing = inbox.queue_reply(db, runtime, draft.conversation_id, to_send, by=by)
    made_at = draft.finished_at or draft.created_at
    seconds = round((runtime.clock() - made_at).total_seconds(), 1)
    content = {"hash": to_send.content_hash, "outgoing": outgoing.id, "seconds": seconds, **(detail or {})}
    _audit(runtime, db, draft, by, action, content)
    return outgoing


def draft_again(db: Session, runtime: Runtime, draft: Draft, *, conversation: Conversation, by: Person) -> int:
    """Void what was drafted for a message and enqueue a new draft; gives its generation. The conversation is locked.

    Raises:
        Conflict: ten drafts were made for it.
    """
    query = select(Draft.generation).where(Draft.message_id == draft.message_id).order_by(col(Draft.generation).desc())
    generation = (db.exec(query).first() or 1) + 1
    if generation > MOST_DRAFTS:
        raise Conflict("Ten drafts were made for this message. Write the reply by hand.")
    void_drafts(db, runtime, draft.message_id)
    inbox.show_work(db, runtime, conversation, "waiting")
    _audit(runtime, db, draft, by, REGENERATED, {"generation": generation})
    runtime.engine.enqueue(
        db,
        inbox.DRAFT_JOB,
        key=f"draft:{draft.message_id}:g{generation}",
        ids={"message_id": draft.message_id, "generation": generation},
    )
    return generation


def void_drafts(db: Session, runtime: Runtime, message_id: int) -> None:
    """Put every draft of a message that could still be let go, or is being written, out of use."""
    statement = (
        update(Draft)
        .where(
            col(Draft.message_id) == message_id,
            col(Draft.state).in_(("ready", "held", "failed", "compared", "drafting")),
        )
        .values(state="void", state_reason="A new draft was asked for.", closed_at=runtime.clock())
    )
    db.exec(statement)


def _open_draft(db: Session, draft_id: int) -> tuple[Draft, Conversation]:
    conversation_id = db.exec(select(Draft.conversation_id).where(Draft.id == draft_id)).first()
    if conversation_id is None:
        raise NotFound(f"There is no draft {draft_id}.")
    conversation = inbox.lock_conversation(db, conversation_id)
    return lock_row(db, Draft, draft_id), conversation


def _state(draft: Draft, conversation: Conversation) -> str:
    return effective_state(
        draft.state,
        message_id=draft.message_id,
        newest_customer_message_id=conversation.newest_customer_message_id,
    )


def _require_state(state: str, *wanted: str) -> None:
    if state in wanted:
        return
    words = {
        "compared": "This draft was made for the divergence log only; it is never sent.",
        "void": "This draft is out of date: the customer wrote again or a person answered.",
        "approved": "This draft was approved already.",
        "sent": "This draft was sent already.",
        "rejected": "This draft was rejected.",
        "failed": "There is no draft to send: the model did not answer.",
        "drafting": "This draft is still being written.",
        "held": "This draft is held. It has to be released.",
        "ready": "This draft is not held. Approve it instead.",
    }
    raise Conflict(words.get(state, f"This draft is {state}."), code=state)


def _require_hash(current: str | None, shown: str) -> None:
    if not current or current != shown:
        raise Conflict("The draft changed since you opened it. Read it again before you let it go.", code="changed")


def _require_unblocked(draft: Draft) -> None:
    """What the words say is checked apart from the outcome: a hold may lead to a person, never around a check."""
    blocking = [check["title"] for check in draft.checks if not check["passed"] and check["severity"] == "block"]
    if blocking:
        raise Conflict(f"Not as it stands: {'; '.join(blocking)}. Edit the draft first.", code="blocked")


def _require_release_right(
    db: Session,
    draft: Draft,
    conversation: Conversation,
    by: Person,
    *,
    outcome: str | None,
    promised_minor: int,
    currency: str | None = None,
) -> None:
    site = db.get_one(Site, conversation.site_id)
    refusal = release_refusal(
        by,
        hold_kind=draft.hold_kind or "risk",
        promises=promises(outcome),
        promised_minor=promised_minor,
        currency=currency or site.currency,
        limit_currency=site.currency,
    )
    if refusal:
        raise Forbidden(refusal)


def _move(db: Session, draft: Draft, state: str, by: Person | None, runtime: Runtime) -> None:
    draft.closed_by_id = by.id if by else None
    draft.closed_at = runtime.clock()
    _swap(db, draft, draft.state, state)


def _swap(db: Session, draft: Draft, before: str, after: str) -> None:
    """Change a state only from the one we saw; the row count tells whether somebody was faster."""
    db.flush()
    statement = update(Draft).where(col(Draft.id) == draft.id, col(Draft.state) == before).values(state=after)
    if db.exec(statement).rowcount != 1:
        raise Conflict("Somebody else decided about this draft a moment ago. Look again.")
    db.refresh(draft)


def _audit(
    runtime: Runtime, db: Session, draft: Draft, by: Person | None, action: str, detail: Mapping[str, Any]
) -> None:
    runtime.audit.record(
        db,
        actor=Actor("agent", by.id, by.name) if by else SYSTEM,
        action=action,
        subject="draft",
        subject_id=draft.id,
        conversation_id=draft.conversation_id,
        detail=detail,
    )
