"""What a customer's message may hold on every channel: how long it is at most, and how it is cleaned.

NUL and half surrogate pairs are refused. Other control characters (all of C0, DEL and C1 except newline and tab)
carry nothing a person meant to say and are removed; line ends become newlines.
"""

import re

from supportbot.errors import InvalidInput
from supportbot.language.plain_line import says_something

LONGEST_TEXT_BYTES = 16_384

_CONTROLS = re.compile(r"[\x01-\x08\x0b-\x1f\x7f-\x9f]")


def clean_text(text: str) -> str:
    """The text as it is stored: line ends are newlines, control characters gone, trimmed.

    Raises:
        InvalidInput: it holds NUL, says nothing, or has more than `LONGEST_TEXT_BYTES`.
    """
    if "\x00" in text:
        raise _bad_text("contains a NUL character")
    cleaned = _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    size = len(cleaned.encode("utf-8", "surrogatepass"))
    if not says_something(cleaned):
        raise _bad_text("is empty")
    if size > LONGEST_TEXT_BYTES:
        raise _bad_text(f"has {size} bytes; {LONGEST_TEXT_BYTES} are the most. Send it in two messages")
    return cleaned


def _bad_text(problem: str) -> InvalidInput:
    return InvalidInput(f"The message {problem}.", fields={"text": problem})
