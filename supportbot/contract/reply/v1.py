"""Schema reply/1: what a model fills in for a reply to a customer. Released; it never changes."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, field_validator

from supportbot.contract.reply.parser import Border, read_strictly
from supportbot.contract.types import ReplyFields, SchemaVersion

NAME = "reply/1"
# As they were when the schema was released; a new one belongs to the next version.
_Outcome = Literal[
    "answered",
    "needs_information",
    "refund_approved",
    "refund_needs_review",
    "refund_declined",
    "charge_needs_review",
    "cancellation_confirmed",
    "cancellation_needs_review",
    "escalated",
]
_Action = Literal[
    "open_invoices",
    "track_order",
    "manage_plan",
    "update_details",
    "send_information",
    "report_problem",
    "refund_review",
    "cancellation_review",
    "talk_to_person",
]
SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["answer", "details", "outcome", "next_actions", "facts_used", "sources", "confidence"],
    "properties": {
        "answer": {
            "type": "string",
            "description": "One sentence, at most 240 characters, that answers the question. No greeting.",
        },
        "details": {
            "type": "string",
            "description": "At most 900 characters of plain text. Empty when the answer says it all.",
        },
        "outcome": {"type": "string", "enum": list(get_args(_Outcome))},
        "next_actions": {
            "type": "array",
            "items": {"type": "string", "enum": list(get_args(_Action))},
            "description": "One to three, the most useful first.",
        },
        "facts_used": {"type": "array", "items": {"type": "string"}, "description": "Ids of the facts relied on."},
        "sources": {"type": "array", "items": {"type": "string"}, "description": "Refs of the passages relied on."},
        "confidence": {"type": "number", "description": "From 0 to 1."},
    },
}
_Ref = Annotated[str, Field(min_length=1, max_length=200)]


class ReplyShape(Border):
    """What every version of the reply schema has, as it is read."""

    answer: Annotated[str, Field(min_length=1, max_length=4_000)]
    details: Annotated[str, Field(max_length=12_000)]
    outcome: _Outcome
    next_actions: Annotated[list[_Action], Field(max_length=12)]
    facts_used: Annotated[list[_Ref], Field(max_length=50)]
    sources: Annotated[list[_Ref], Field(max_length=50)]
    confidence: Annotated[float, Field(ge=0, le=1)]

    @field_validator("answer")
    @classmethod
    def _says_something(cls, answer: str) -> str:
        if not any(mark.isalnum() for mark in answer):
            raise ValueError("must say something")
        return answer

    @field_validator("next_actions")
    @classmethod
    def _at_most_three(cls, actions: list[_Action]) -> list[_Action]:
        if len(set(actions)) > 3:
            raise ValueError("at most three different actions")
        return actions


def parse(text: str) -> ReplyFields:
    """A model's whole answer as reply fields, checked strictly.

    Longer texts than the contract shows are accepted within reason and shortened by `normalise`.

    Raises:
        ContractError: an unknown field or value, a wrong type or length, NaN, or no JSON object at all.
    """
    return as_fields(read_strictly(text, ReplyShape, schema=NAME))


def as_fields(read: ReplyShape) -> ReplyFields:
    """What was read as the fields that all versions share."""
    return ReplyFields(
        answer=read.answer,
        details=read.details,
        outcome=read.outcome,
        # An empty list fits the schema as it was sent, and one way on there always is.
        next_actions=tuple(read.next_actions) or ("talk_to_person",),
        facts_used=tuple(read.facts_used),
        sources=tuple(read.sources),
        confidence=float(read.confidence),
    )


REPLY_1: SchemaVersion[ReplyFields] = SchemaVersion(NAME, SCHEMA, parse)
