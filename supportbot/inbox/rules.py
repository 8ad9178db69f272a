"""What the inbox accepts and how it names things, decided from the text alone."""

from supportbot.accounts.names import plain_line, says_something
from supportbot.errors import InvalidInput


def subject_of(text: str) -> str:
    """The first words of a message, at most 80 characters, cut at a word."""
    line = plain_line(text)
    if len(line) <= 80:
        return line
    return line[:79].rsplit(" ", 1)[0][:79] + "…"


def is_held(*, hold_kind: str | None, work_state: str) -> bool:
    """Whether a case waits for a person to let its reply go; the hold is kept on record after that."""
    return hold_kind is not None and work_state not in ("sending", "answered")


def checked_text(text: str, name: str) -> str:
    """What a person wrote, without the space around it.

    Args:
        text: as it came.
        name: what it is, for the message ("note").

    Raises:
        InvalidInput: it is empty or has more than 10,000 characters.
    """
    text = text.strip()
    if not says_something(text) or len(text) > 10_000:
        problem = "is empty" if not says_something(text) else f"has {len(text)} characters; 10,000 are the most"
        raise InvalidInput(f"The {name} {problem}.", fields={"text": problem})
    return text
