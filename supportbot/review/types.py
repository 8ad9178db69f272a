"""Values of the weekly review that cross borders."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from supportbot.stats import Agreement, Count

Stratum = Literal["routine", "held"]
Kind = Literal["routine", "held", "hunt"]
Mark = Literal["yes", "no", "na"]
MARKS: tuple[Mark, ...] = get_args(Mark)
WeekDecision = Literal["keep", "change_rule", "tighten_prompt", "accept_baseline"]
DECISIONS: dict[WeekDecision, str] = {
    "keep": "Keep as it is",
    "change_rule": "Change a rule",
    "tighten_prompt": "Tighten a prompt",
    "accept_baseline": "Accept a new baseline",
}
# What looks odd enough to be hunted, in the order in which the hunts are filled.
Oddness = Literal["edit", "changed", "fault"]
ODDNESS: tuple[Oddness, ...] = get_args(Oddness)


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of the scorecard. A "no" on a critical one is a fault whatever the others say."""

    name: str
    title: str
    short: str
    critical: bool = False


CRITERIA = (
    Criterion("first_sentence", "The first sentence answers the question", "First sentence answers"),
    Criterion("amounts_dates", "Every amount and date is right", "Amounts and dates right", critical=True),
    Criterion("promise", "No promise beyond the policy", "No promise beyond policy", critical=True),
    Criterion("next_action", "The next action fits the case", "Next action fits"),
    Criterion("tone", "Calm, plain, in the customer’s language", "Calm and plain"),
)


@dataclass(frozen=True, slots=True)
class Oddity:
    """Why a reply looks odd. `size` ranks oddities of one kind, the largest first."""

    kind: Oddness
    reply_id: int
    size: float
    words: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A conversation in which a reply was sent in the week. `reply_id` is the message to be judged; `name` is the
    case number, by which the draw is reproducible."""

    conversation_id: int
    name: str
    stratum: Stratum
    reply_id: int
    oddities: tuple[Oddity, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawn:
    """One conversation to read, in its place (from 1). `twice`: two people read it."""

    position: int
    kind: Kind
    conversation_id: int
    name: str
    reply_id: int
    why: str
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Draw:
    """What one week's draw is. `population` counts what could have been drawn, by stratum."""

    week: str
    items: tuple[Drawn, ...]
    population: dict[str, int]
    hash: str

    @property
    def counted(self) -> int:
        """How many of the items enter a rate."""
        return sum(item.kind != "hunt" for item in self.items)


@dataclass(frozen=True, slots=True)
class DrawResult:
    """What came of asking for a draw.

    `state`: drawn (just now), same (the stored draw, made again, is the same), differs (`differences` say how; the
    stored one stands), nothing (no reply was sent in the week, so nothing is stored).
    """

    state: Literal["drawn", "same", "differs", "nothing"]
    draw: Draw
    shortfall: str | None
    differences: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Marks:
    """A filled-in scorecard: criterion name to mark, and what caused a "no" ("" when nothing was written)."""

    by_criterion: dict[str, Mark]
    cause: str = ""


@dataclass(frozen=True, slots=True)
class CriterionCount:
    """The "no" marks of one criterion over the last week, 4 weeks and 12 weeks."""

    criterion: Criterion
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """What the counted conversations gave. `reads` is how many were read in each span; a span with fewer than
    `sample.FEWEST` says "too few" beside its intervals."""

    rows: tuple[CriterionCount, ...]
    reads: tuple[int, ...]
    not_applicable: int
    agreement: Agreement
    agreement_long: Agreement


@dataclass(frozen=True, slots=True)
class WeekLine:
    """One drawn week in a list."""

    week: str
    drawn_at: datetime
    population: dict[str, int]
    items: int
    read: int
    replaced: int
    decision: WeekDecision | None
    reason: str | None
    closed_at: datetime | None
