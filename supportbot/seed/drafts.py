"""What the drafters made of a message, and what a person made of the draft."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from supportbot.errors import InvalidInput
from supportbot.inbox.undo import UNDO_S
from supportbot.language.money import Money
from supportbot.seed.conversation_shapes import Answered, Edit, Hold, Said, Write
from supportbot.seed.moments import span
from supportbot.seed.types import Draft, FailedTry, HelpArticle, Reply, Shop, Variant

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Decision:
    """How a person answered one message: the reply that was sent, when and by whom, and the drafts closed by it."""

    reply: Reply
    variant: Variant
    drafts: tuple[Draft, ...]


def draft_message(
    said: Said, at: datetime, articles: Mapping[str, HelpArticle], values: Mapping[str, str], *, key: str
) -> tuple[Draft, ...]:
    """The drafts made for one message: none while one is being written, two for a held message."""
    if said.failed:
        return (_failed(said, at),)
    if said.draft is None:
        return ()
    fast = _fast(said, at, articles[said.draft], values, key=key)
    if said.hold is None:
        return (fast,)
    return replace(fast, state="compared"), _dispute(said.hold, at, values, key=key)


def decide(drafts: tuple[Draft, ...], answered: Answered, at: datetime, shop: Shop, *, key: str) -> Decision:
    """What a person did with the newest draft; the reply left at `at`."""
    *others, draft = drafts
    if draft.reply is None:
        raise InvalidInput(f"The story's {key} answers a message that has no draft.")
    closed_at = at - timedelta(seconds=UNDO_S)
    seconds = answered.seconds or spread(key, 4, 48)
    closed = replace(
        draft,
        state="rejected" if answered.reject else "sent",
        shown_at=max(draft.finished_at, closed_at - timedelta(seconds=seconds)),
        closed_at=closed_at,
        closed_by=answered.by,
        edited=answered.edit is not None,
        reject_reason=answered.reject.reason if answered.reject else None,
        reject_note=answered.reject.note if answered.reject else "",
    )
    reply, variant = _sent(draft.reply, answered, Money(draft.amount_minor or 0, shop.currency))
    return Decision(reply=reply, variant=variant, drafts=(*others, closed))


def fill(text: str, values: Mapping[str, str]) -> str:
    """The text with its placeholders filled.

    Raises:
        InvalidInput: a placeholder is not among `values`.
    """
    missing = unknown(text, values)
    if missing:
        raise InvalidInput(f"The story names facts that are not known ({', '.join(missing)}): {text}")
    return " ".join(_PLACEHOLDER.sub(lambda match: values[match[1]], text).split())


def unknown(text: str, values: Mapping[str, str]) -> list[str]:
    """The placeholders of a text that `values` does not hold."""
    return [name for name in _PLACEHOLDER.findall(text) if name not in values]


def spread(key: str, low: int, high: int) -> int:
    """A number from `low` to `high` that looks drawn but follows from `key`."""
    return low + int(sha256(key.encode()).hexdigest(), 16) % (high - low + 1)


def _fast(said: Said, at: datetime, article: HelpArticle, values: Mapping[str, str], *, key: str) -> Draft:
    passage = article.passages[said.passage - 1]
    answer = article.short_answer
    if article.short_answer_plain and unknown(answer, values):
        answer = article.short_answer_plain
    reply = Reply(
        answer=fill(answer, values),
        details=passage.text,
        outcome=article.outcome,
        next_actions=article.actions,
        sources=(f"{article.slug}#{passage.number}",),
    )
    finished = at + timedelta(milliseconds=spread(key, 700, 2400))
    return Draft("routine_reply", "ready", reply, article.slug, None, at, finished)


def _dispute(hold: Hold, at: datetime, values: Mapping[str, str], *, key: str) -> Draft:
    reply = Reply(
        answer=fill(hold.answer, values),
        details=fill(hold.details, values),
        outcome=hold.outcome,
        next_actions=hold.actions,
        sources=hold.sources,
    )
    finished = at + timedelta(milliseconds=spread(f"{key}-dispute", 5200, 14800))
    return Draft("dispute_reply", "held", reply, None, hold.due_minor, at, finished)


def _failed(said: Said, at: datetime) -> Draft:
    tries = tuple(
        FailedTry(at=at + span(one.after[1:]), model=one.model, outcome=one.outcome, latency_ms=one.ms)
        for one in said.failed
    )
    finished = tries[-1].at + timedelta(milliseconds=tries[-1].latency_ms)
    return Draft("routine_reply", "failed", None, None, None, at, finished, tries=tries)


def _sent(drafted: Reply, answered: Answered, due: Money) -> tuple[Reply, Variant]:
    if answered.write:
        return _written(drafted, answered.write), "written"
    if answered.edit:
        return _edited(drafted, answered.edit), "edited"
    if answered.approve_refund:
        return _approved(drafted, due), "approve_refund"
    return drafted, "as_drafted"


def _written(drafted: Reply, write: Write) -> Reply:
    return Reply(write.answer, " ".join(write.details.split()), write.outcome, write.actions, drafted.sources)


def _edited(drafted: Reply, edit: Edit) -> Reply:
    return replace(
        drafted,
        answer=edit.answer or drafted.answer,
        details=" ".join((edit.details or drafted.details).split()),
        outcome=edit.outcome or drafted.outcome,
    )


def _approved(drafted: Reply, due: Money) -> Reply:
    return replace(
        drafted,
        answer=f"Your refund of {due} has been approved.",
        details="It goes back to the card that paid and arrives within five to seven working days.",
        outcome="refund_approved",
    )
