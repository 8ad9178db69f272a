"""How a scorecard is read, and what may be said of the counts. Pure."""

from collections.abc import Mapping, Sequence

from supportbot.errors import InvalidInput
from supportbot.review.types import (
    CRITERIA,
    DECISIONS,
    MARKS,
    CriterionCount,
    Mark,
    Marks,
    WeekDecision,
)
from supportbot.stats import Count

LONGEST_CAUSE, LONGEST_REASON, LONGEST_REPLACE_REASON = 500, 500, 300


def read_marks(form: Mapping[str, str]) -> Marks:
    """A scorecard as it was sent.

    Raises:
        InvalidInput: a criterion has no mark or one that does not exist, or the cause is too long.
    """
    problems: dict[str, str] = {}
    marks: dict[str, Mark] = {}
    for criterion in CRITERIA:
        value = form.get(criterion.name, "")
        if value in MARKS:
            marks[criterion.name] = value
        else:
            problems[criterion.name] = "Choose yes, no or not applicable." if not value else f"{value!r} is no mark."
    cause = form.get("cause", "").strip()
    if len(cause) > LONGEST_CAUSE:
        problems["cause"] = f"At most {LONGEST_CAUSE} characters; this has {len(cause)}."
    if problems:
        raise InvalidInput("Your marks are not saved yet: each criterion needs one.", fields=problems)
    return Marks(marks, cause if "no" in marks.values() else "")


def read_reason(text: str, *, longest: int, field: str = "reason") -> str:
    """A reason somebody wrote, on one line.

    Raises:
        InvalidInput: it is empty or too long.
    """
    reason = " ".join(text.split())
    if not reason:
        raise InvalidInput("Say why, in one sentence.", fields={field: "Say why, in one sentence."})
    if len(reason) > longest:
        problem = f"At most {longest} characters; this has {len(reason)}."
        raise InvalidInput(problem, fields={field: problem})
    return reason


def read_decision(value: str) -> WeekDecision:
    """The week's decision as it was sent.

    Raises:
        InvalidInput: it is none of the four.
    """
    if value not in DECISIONS:
        raise InvalidInput(
            f"Decision {value!r} does not exist. Choose one of: {', '.join(DECISIONS)}.",
            fields={"decision": "Choose one of the four."},
        )
    return value


def unread_words(unread: int) -> str:
    """How many conversations are unread, as a sentence."""
    return "1 conversation is unread." if unread == 1 else f"{unread} conversations are unread."


def count_marks(spans: Sequence[Sequence[Mapping[str, Mark]]]) -> tuple[CriterionCount, ...]:
    """The "no" marks by criterion in each span of scorecards; "not applicable" leaves its row.

    The counts are of the sample as drawn: held cases are over-represented in it, on purpose, so they are not the rates
    of all traffic.
    """
    return tuple(
        CriterionCount(criterion, tuple(_count([card[criterion.name] for card in span]) for span in spans))
        for criterion in CRITERIA
    )


def _count(marks: Sequence[Mark]) -> Count:
    return Count(marks.count("no"), len(marks) - marks.count("na"))
