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
