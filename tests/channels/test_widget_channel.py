"""Cleaning a text: what is refused, what is removed, what stays."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.channels import CHANNELS
from supportbot.channels.message_text import LONGEST_TEXT_BYTES, clean_text
from supportbot.channels.widget import NewMessage
from supportbot.errors import InvalidInput

AT = datetime(2026, 3, 18, 9, 14, tzinfo=UTC)


def test_widget_message_keeps_the_clients_id_apart_from_ours() -> None:
    raw = NewMessage(client_message_id="abc", text=" Hello ")
    inbound = CHANNELS["widget"].parse(raw, customer_id=7, received_at=AT)
    assert (inbound.channel, inbound.customer_id, inbound.external_id) == ("widget", 7, "w:abc")
    assert (inbound.text, inbound.received_at) == ("Hello", AT)


@pytest.mark.parametrize(
    "text", ["", "  ", "\n\t", "\u200b\u200b", "\ufeff \u202e", "\x1b\x07", "a\x00", "a" * (LONGEST_TEXT_BYTES + 1)]
)
def test_text_that_says_nothing_or_too_much_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        clean_text(text)
    assert set(caught.value.fields) == {"text"}


def test_line_ends_become_newlines_and_tabs_stay() -> None:
    assert clean_text("a\r\nb\rc\n\td") == "a\nb\nc\n\td"


@given(st.text(max_size=200))
def test_cleaned_text_is_clean_and_cleaning_again_changes_nothing(text: str) -> None:
    try:
        cleaned = clean_text(text)
    except InvalidInput:
        return
    assert cleaned == clean_text(cleaned) == cleaned.strip()
    assert not any((ord(c) < 32 and c not in "\n\t") or 127 <= ord(c) < 160 for c in cleaned)
