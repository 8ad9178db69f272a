"""Values of triage and routing that cross borders."""

from dataclasses import dataclass
from typing import Literal, get_args

from supportbot.contract.types import Topic as Topic

TOPICS: tuple[Topic, ...] = get_args(Topic)
Risk = Literal["low", "high"]
Lane = Literal["fast", "reasoning"]
HoldKind = Literal["money", "risk", "unsure"]
Layer = Literal["rule", "model", "unsure", "thread", "model_task", "person"]
LAYERS: tuple[Layer, ...] = get_args(Layer)
MONEY_TOPICS: frozenset[Topic] = frozenset({"billing", "refund", "cancellation"})


@dataclass(frozen=True, slots=True)
class Reason:
    """Why triage decided as it did: `layer` names who spoke, `code` the rule, `words` what it saw.

    `model` is the linear model, `model_task` the language model that a policy may ask as well, `person` somebody here.
    """

    layer: Layer
    code: str
    text: str
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Triage:
    """What a message is about and how risky it is. `unsure` means no layer could tell; it is held then."""

    topic: Topic
    risk: Risk
    unsure: bool
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class RouteDecision:
    """Where one message goes.

    `task` drafts the reply that may be sent; `compare_task` drafts one for the divergence log only. `hold_kind` is
    None when nobody needs to release the reply: money (a refund or charge dispute), risk (legal, medical, fraud ...),
    unsure. `reason` has at most 120 characters and no model names.
    """

    lane: Lane
    task: str
    compare_task: str | None
    hold: bool
    hold_kind: HoldKind | None
    rule: str
    reason: str
