"""Values that channels give and take."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """A customer's message as a channel understood it, checked, ready to be received once.

    `external_id` is the sender's own id of it (at most 100 characters): the same id twice is the same message.
    `text` is trimmed, within `message_text.LONGEST_TEXT_BYTES`, without control characters other than newline and tab.
    """

    channel: str
    customer_id: int
    external_id: str
    text: str
    received_at: datetime


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """A sent message, stored already, ready to leave through its channel."""

    channel: str
    customer_id: int
    conversation_id: int
    message_id: int
    text: str
