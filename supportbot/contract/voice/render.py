"""From fields and frame to the reply as sent, and from there to JSON, plain text and a hash."""

import hashlib
import json
from collections.abc import Mapping
from datetime import tzinfo
from typing import Any

from pydantic import TypeAdapter, ValidationError

from supportbot.contract.rules import decided_actions
from supportbot.contract.types import Action, CaseFrame, Outcome, RenderedReply, ReplyFields
from supportbot.contract.voice.catalogue import catalogue
from supportbot.contract.voice.frame import case_frame
from supportbot.errors import ContractError
from supportbot.language.money import Money, format_money

_REPLY = TypeAdapter(RenderedReply)


def render(fields: ReplyFields, frame: CaseFrame, *, outcome: Outcome) -> RenderedReply:
    """The reply exactly as a customer will see it; `outcome` is the decided one and sets the buttons.

    A question back ends the details, whichever version of the schema it came by: nobody sees which one that was.
    """
    labels = catalogue(frame.locale).actions
    return RenderedReply(
        answer=fields.answer,
        details=" ".join(part for part in (fields.details, fields.ask) if part),
        outcome=outcome,
        case_fields=frame.case_fields,
        next_actions=tuple(
            Action(action, labels[action]) for action in decided_actions(fields.next_actions, outcome=outcome)
        ),
        sign_off=frame.sign_off,
        locale=frame.locale,
    )


def refund_approved_reply(
    amount: Money,
    *,
    case_number: str,
    topic: str | None,
    plan_or_order: str | None,
    zone: tzinfo,
    locale: str,
    sign_off: str = "",
) -> RenderedReply:
    """The variant "approve_refund": every word and the amount by code; only a person with the right releases it."""
    words = catalogue(locale)
    written = format_money(amount, words.date_locale)
    frame = case_frame(
        case_number=case_number,
        topic=topic,
        plan_or_order=plan_or_order,
        amount=amount,
        outcome="refund_approved",
        next_update=None,
        zone=zone,
        locale=locale,
        sign_off=sign_off,
    )
    fields = ReplyFields(
        answer=words.notices.refund_approved.format(amount=written),
        details=words.notices.refund_approved_details.format(amount=written),
        outcome="refund_approved",
        next_actions=("talk_to_person",),
        facts_used=(),
        sources=(),
        confidence=1.0,
    )
    return render(fields, frame, outcome="refund_approved")


def to_json(reply: RenderedReply) -> dict[str, Any]:
    """The reply as plain data: the widget's `reply` shape with `outcome` and `locale`."""
    return {
        "answer": reply.answer,
        "details": reply.details,
        "outcome": reply.outcome,
        "case_fields": [{"key": field.key, "label": field.label, "value": field.value} for field in reply.case_fields],
        "next_actions": [{"id": action.id, "label": action.label} for action in reply.next_actions],
        "sign_off": reply.sign_off,
        "locale": reply.locale,
    }


def from_json(data: Mapping[str, Any]) -> RenderedReply:
    """The reply that `to_json` wrote.

    Raises:
        ContractError: the data is not a rendered reply.
    """
    try:
        return _REPLY.validate_python(dict(data))
    except ValidationError as error:
        problems = {".".join(map(str, item["loc"])): item["msg"] for item in error.errors()}
        raise ContractError(f"Stored reply does not fit: {problems}.", fields=problems) from error


def to_text(reply: RenderedReply) -> str:
    """The reply as plain text, for the text column, e-mail and copying."""
    fields = "\n".join(f"{field.label}: {field.value}" for field in reply.case_fields)
    actions = " · ".join(action.label for action in reply.next_actions)
    return "\n\n".join(part for part in (reply.answer, reply.details, fields, actions, reply.sign_off) if part)


def content_hash(reply: RenderedReply) -> str:
    """sha256 of the reply's canonical JSON: what an approval is bound to."""
    canonical = json.dumps(to_json(reply), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()
