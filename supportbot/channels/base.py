"""What every channel can do."""

from datetime import datetime
from typing import Protocol, TypeVar

from supportbot.channels.types import InboundMessage, OutboundMessage

Raw = TypeVar("Raw", contravariant=True)


class Channel(Protocol[Raw]):
    """One way in and out. It knows its own format (`Raw`) and nothing about conversations."""

    @property
    def name(self) -> str:
        """The short stable name stored with messages."""
        ...

    def parse(self, raw: Raw, *, customer_id: int, received_at: datetime) -> InboundMessage:
        """Turn what arrived into a checked message of a known customer.

        Raises:
            InvalidInput: it is malformed; nothing may be stored.
        """
        ...

    def deliver(self, message: OutboundMessage) -> None:
        """Hand a stored message to the outside; repeating it does no harm."""
        ...
