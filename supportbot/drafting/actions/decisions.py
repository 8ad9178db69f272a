"""What a person may decide about a draft. Actions never commit.

Only `approve`, `release` and `send_edited` let a reply go, and each needs a signed-in person with the right.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from supportbot.accounts.rules import release_refusal
from supportbot.accounts.types import Person
from supportbot.contract.types import RenderedReply
from supportbot.contract.voice import render
from supportbot.customers.tables import Site
from supportbot.drafting.actions import labels
from supportbot.drafting.actions.draft_rows import close, lock_draft, record_act, require_state, state_of
from supportbot.drafting.rules.draft_state import promises
from supportbot.drafting.tables import Draft
from supportbot.drafting.types import REJECT_REASONS, VARIANTS
from supportbot.errors import Conflict, Forbidden, InvalidInput
from supportbot.inbox import actions as inbox
from supportbot.inbox.tables import Conversation, Outgoing
from supportbot.inbox.types import ReplyToSend
from supportbot.language.money import Money
from supportbot.runtime import Runtime


def approve(db: Session, runtime: Runtime, draft_id: int, *, content_hash: str, by: Person) -> Outgoing:
    """Let a ready draft go exactly as shown.

    Raises:
        Conflict: the draft changed, is void, has a blocking check, or was never meant to be sent.
        Forbidden: it is held, and approving is not releasing.
    """
    draft, conversation = lock_draft(db, draft_id)
    state = state_of(draft, conversation)
    if state == "held":
        _require_release_right(db, draft, conversation, by, outcome=draft.outcome, promised_minor=0)
        raise Conflict("This draft is held. Release it instead of approving it.", code="held")
    require_state(state, "ready")
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
    draft, conversation = lock_draft(db, draft_id)
    require_state(state_of(draft, conversation), "held")
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
    """Let a draft go as a person rewrote it; `edits` has checked the words.

    Raises:
        Forbidden: it is held and this person may not release it.
        Conflict: it is void or no longer open.
    """
    draft, conversation = lock_draft(db, draft_id)
    state = state_of(draft, conversation)
    if state == "held":
        outcome = "refund_approved" if promised else reply.outcome
        minor, currency = (promised.minor, promised.currency) if promised else (0, None)
        _require_release_right(db, draft, conversation, by, outcome=outcome, promised_minor=minor, currency=currency)
    else:
        require_state(state, "ready")
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
    draft, conversation = lock_draft(db, draft_id)
    require_state(state_of(draft, conversation), "ready", "held")
    close(db, runtime, draft, "rejected", by=by)
    draft.reject_reason, draft.reject_note = reason, note.strip()[:500] or None
    db.add(draft)
    inbox.show_work(db, runtime, conversation, "manual")
    record_act(db, runtime, draft, "draft.rejected", {"reason": reason}, by=by)
    return draft


def hold(db: Session, runtime: Runtime, draft_id: int, *, by: Person) -> Draft:
    """Hold a ready draft for a lead.

    Raises:
        Conflict: the draft is not ready.
    """
    draft, conversation = lock_draft(db, draft_id)
    require_state(state_of(draft, conversation), "ready")
    draft.hold_kind = conversation.hold_kind = "risk"
    draft.state_reason = f"Held by {by.name}"
    conversation.hold_label = f"by {by.name}"[:80]
    draft.variants = {"as_drafted": {"reply": draft.reply, "content_hash": draft.content_hash}}
    close(db, runtime, draft, "held", by=None)
    db.add(draft)
    inbox.show_work(db, runtime, conversation, "held")
    record_act(db, runtime, draft, "draft.held", {}, by=by)
    labels.label_escalation(db, runtime, draft, by=by)
    return draft


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
    close(db, runtime, draft, "approved", by=by)
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
    record_act(db, runtime, draft, action, content, by=by)
    return outgoing


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
