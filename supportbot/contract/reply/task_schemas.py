"""Output schemas of the tasks that write no reply: case summary, field extraction and triage."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import Field

from supportbot.contract.reply.parser import Border, read_strictly
from supportbot.contract.types import SchemaVersion

# As they were when triage/1 was released.
_Topic = Literal[
    "billing",
    "refund",
    "cancellation",
    "account_howto",
    "bug_technical",
    "order_shipping",
    "feedback_other",
    "out_of_scope",
]
_Line = Annotated[str, Field(min_length=1, max_length=300)]
_Lines = Annotated[list[_Line], Field(max_length=20)]


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """A case in a sentence or two for the person who takes over, and what is still open."""

    summary: str
    open_points: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExtractedFields:
    """Numbers, amounts and dates as the customer wrote them."""

    order_ids: tuple[str, ...]
    invoice_ids: tuple[str, ...]
    amounts: tuple[str, ...]
    dates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProposedTriage:
    """A model's view of a message; it may raise the risk, never lower it."""

    topic: str
    risk: Literal["low", "high"]
    reason: str


class _Summary(Border):
    summary: Annotated[str, Field(min_length=1, max_length=1_000)]
    open_points: _Lines


class _Extraction(Border):
    order_ids: _Lines
    invoice_ids: _Lines
    amounts: _Lines
    dates: _Lines


class _Triage(Border):
    topic: _Topic
    risk: Literal["low", "high"]
    reason: Annotated[str, Field(min_length=1, max_length=300)]


def _object(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }


_TEXT = {"type": "string"}
_TEXTS = {"type": "array", "items": {"type": "string"}}


def parse_summary(text: str) -> CaseSummary:
    """A model's answer as a case summary; raises ContractError."""
    read = read_strictly(text, _Summary, schema="summary/1")
    return CaseSummary(read.summary, tuple(read.open_points))


def parse_extraction(text: str) -> ExtractedFields:
    """A model's answer as extracted fields; raises ContractError."""
    read = read_strictly(text, _Extraction, schema="fields/1")
    return ExtractedFields(tuple(read.order_ids), tuple(read.invoice_ids), tuple(read.amounts), tuple(read.dates))


def parse_triage(text: str) -> ProposedTriage:
    """A model's answer as a proposed triage; raises ContractError."""
    read = read_strictly(text, _Triage, schema="triage/1")
    return ProposedTriage(read.topic, read.risk, read.reason)


SUMMARY_1 = SchemaVersion("summary/1", _object(summary=_TEXT, open_points=_TEXTS), parse_summary)
FIELDS_1 = SchemaVersion(
    "fields/1",
    _object(order_ids=_TEXTS, invoice_ids=_TEXTS, amounts=_TEXTS, dates=_TEXTS),
    parse_extraction,
)
TRIAGE_1 = SchemaVersion(
    "triage/1",
    _object(
        topic={"type": "string", "enum": list(get_args(_Topic))},
        risk={"type": "string", "enum": ["low", "high"]},
        reason=_TEXT,
    ),
    parse_triage,
)
