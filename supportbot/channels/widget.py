"""The chat widget's way in and out: what its JSON may hold."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from supportbot.channels.message_text import clean_text
from supportbot.channels.types import InboundMessage, OutboundMessage

_PREFIX = "w:"  # the client's ids stay apart from keys that code gives to notices


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NewSession(_Strict):
    """`POST /widget/v1/sessions`: which site, and who: a signed token, a user id with its HMAC, or a visitor."""

    site_key: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    identity_token: Annotated[str, StringConstraints(max_length=4096)] | None = None
    user_id: Annotated[str, StringConstraints(max_length=200)] | None = None
    user_hash: Annotated[str, StringConstraints(max_length=200)] | None = None
    visitor_token: Annotated[str, StringConstraints(max_length=200)] | None = None

    @property
    def claims_identity(self) -> bool:
        """Whether it says to be a known customer, proven or not."""
        return not (self.identity_token is None and self.user_id is None and self.user_hash is None)


class NewMessage(_Strict):
    """`POST /widget/v1/messages`: the client's own id of the message, and its text."""

    client_message_id: Annotated[str, StringConstraints(pattern=r"^[!-~]{1,90}$")]
    text: str


class SeenMessage(_Strict):
    """`POST /widget/v1/seen`: the newest message that the customer has seen."""

    message_id: Annotated[int, Field(ge=1, le=2**53)]


class WidgetChannel:
    """The widget as a channel. Replies need no delivery: the stored message and its event are what it reads."""

    name = "widget"

    def parse(self, raw: NewMessage, *, customer_id: int, received_at: datetime) -> InboundMessage:
        """See `base.Channel`."""
        return InboundMessage(
            channel=self.name,
            customer_id=customer_id,
            external_id=_PREFIX + raw.client_message_id,
            text=clean_text(raw.text),
            received_at=received_at,
        )

    def deliver(self, message: OutboundMessage) -> None:
        """See `base.Channel`."""
