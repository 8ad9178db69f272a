"""What the inbox accepts and how it names things, decided from the text alone."""

from supportbot.accounts.rules import release_refusal
from supportbot.accounts.types import Person
from supportbot.errors import InvalidInput
from supportbot.language.plain_line import plain_line, says_something


def subject_of(text: str) -> str:
    """The first words of a message, at most 80 characters, cut at a word."""
    line = plain_line(text)
    if len(line) <= 80:
        return line
    return line[:79].rsplit(" ", 1)[0][:79] + "…"


def is_held(*, hold_kind: str | None, work_state: str) -> bool:
    """Whether a case waits for a person to let its reply go; the hold is kept on record after that."""
    return hold_kind is not None and work_state not in ("sending", "answered")


def closing_refusal(person: Person, *, hold_kind: str | None, work_state: str) -> str | None:
    """Why `person` may not resolve or snooze a case; None when they may.

    A held one leaves the list of those that wait only by whom it waits for: the customer was told to expect a person.
    """
    if hold_kind is None or not is_held(hold_kind=hold_kind, work_state=work_state):
        return None
    refusal = release_refusal(person, hold_kind=hold_kind, promises=False)
    return f"{refusal} Until then it stays open; write a note for them." if refusal else None


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
