"""Values of the inbox that cross borders."""

from dataclasses import dataclass
from typing import Any, Literal

from supportbot.channels.types import InboundMessage as InboundMessage  # what `receive_message` takes

Status = Literal["open", "pending", "snoozed", "resolved"]
WorkState = Literal["waiting", "drafting", "ready", "held", "failed", "manual", "sending", "answered"]
# The tasks that help the person who takes a case.
SUMMARY, EXTRACTION = "case_summary", "field_extraction"
AIDS = (SUMMARY, EXTRACTION)


@dataclass(frozen=True, slots=True)
class Received:
    """Where an inbound message stands now. `is_new` is False when it had been received before."""

    message_id: int
    conversation_id: int
    is_new: bool


@dataclass(frozen=True, slots=True)
class ReplyToSend:
    """Something a person let go: the text, and the structured reply when it came from a draft."""

    text: str
    reply: dict[str, Any] | None
    content_hash: str
    draft_id: int | None = None
    answers_message_id: int | None = None
    resolve: bool = False
