"""Values of triage."""

from dataclasses import dataclass
from typing import Literal

from supportbot.routing.types import Risk, Topic


@dataclass(frozen=True, slots=True)
class ThreadContext:
    """What came before this message on its conversation, back to its last resolution; oldest text first."""

    open_money_case: bool = False
    earlier_texts: tuple[str, ...] = ()


NO_THREAD = ThreadContext()


LabelSource = Literal["approval", "release", "edit", "topic_correction", "wrong_route", "escalation"]


@dataclass(frozen=True, slots=True)
class Said:
    """What triage said of one message, under which policy version and with which weights."""

    topic: str
    risk: str
    hold: bool
    weights: str
    policy_version: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What a person's act proves about a message; None where it proves nothing."""

    source: LabelSource
    topic: Topic | None = None
    risk: Risk | None = None


@dataclass(frozen=True, slots=True)
class SpokenLabel:
    """What people say of a message now; None where nobody spoke of it."""

    topic: str | None
    risk: str | None
    source: str


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A message of which a person or a data set says what it is.

    `core` is false where the risk can fairly be read either way: such rows train, but stand in no headline figure.
    `language` is two letters; a row of weight 3 counts as three.
    """

    text: str
    topic: Topic
    risk: Risk
    source: str
    core: bool = True
    licence: str = ""
    language: str = "en"
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class WordShare:
    """How much one word of a text speaks for risk (above 0) or against it; `start` and `end` are places in the text."""

    start: int
    end: int
    share: float


@dataclass(frozen=True, slots=True)
class Score:
    """What the linear model says of a text.

    `risk` is the worst of the whole message and each clause, as log odds; `words` are the customer's words that speak
    most for it. `topics` are shares from 0 to 1, each topic for itself.
    """

    risk: float
    whole: float
    words: tuple[str, ...]
    topics: dict[Topic, float]
