"""The weights of the linear model: one JSON file that a person can read, with its model card inside."""

import json
import math
from datetime import date
from functools import lru_cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from supportbot.errors import InvalidInput
from supportbot.routing.types import TOPICS, Topic

SHIPPED_FILE = "weights.json"
MAX_BYTES = 4 * 1024 * 1024
Finite = Annotated[float, Field(allow_inf_nan=False)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
FIRST_TOPIC = 2


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SourceCard(_Strict):
    """One source of training rows. The counts are out of fold, on core rows, by this model alone at `hold`."""

    source: str
    licence: str
    rows: int = Field(ge=0)
    high: int = Field(ge=0)
    low: int = Field(ge=0)
    high_above_hold: int = Field(ge=0)
    low_above_hold: int = Field(ge=0)


class InputFile(_Strict):
    """A file that was trained on."""

    name: str
    sha256: Sha256
    rows: int = Field(ge=0)


class ModelCard(_Strict):
    """What the weights are made from and how good they were found to be."""

    name: str
    made_on: date
    method: str
    inputs: tuple[InputFile, ...] = ()
    sources: tuple[SourceCard, ...] = ()
    languages: dict[str, int]
    limits: str


class Thresholds(_Strict):
    """Log odds: from `hold` on a message is held as unsure, from `high` on as high risk.

    A message without a word of the policy's topics goes the fast way only when a topic's share is at least
    `clear_topic`.
    """

    hold: Finite
    high: Finite
    clear_topic: float = Field(ge=0, le=1)


class Weights(_Strict):
    """All that scoring needs.

    A row of `words`, `pieces` and `hints` holds how rare the feature is, its weight for risk, and, where it has any,
    its weights for the topics in the order of `topics`. A block's sum is divided by the length of its rarities.
    """

    format: Literal[1] = 1
    card: ModelCard
    thresholds: Thresholds
    risk_bias: Finite
    topics: tuple[Topic, ...] = TOPICS
    topic_biases: tuple[Finite, ...]
    hints: dict[str, tuple[Finite, ...]]
    words: dict[str, tuple[Finite, ...]]
    pieces: dict[str, tuple[Finite, ...]]

    @property
    def is_empty(self) -> bool:
        """Whether there is no model: then the policy's words alone decide."""
        return not (self.words or self.pieces or self.hints)


def no_weights() -> Weights:
    """No model at all: nothing is scored, and every weak word of the policy holds."""
    card = ModelCard(name="none", made_on=date(1970, 1, 1), method="no model", languages={}, limits="scores nothing")
    thresholds = Thresholds(hold=0, high=0, clear_topic=1)
    return Weights(
        card=card, thresholds=thresholds, risk_bias=0, topic_biases=(0,) * len(TOPICS), hints={}, words={}, pieces={}
    )


def read_weights(text: str) -> Weights:
    """Weights from their JSON.

    Raises:
        InvalidInput: too large, no JSON, or not what scoring needs; says what and where.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise InvalidInput(
            f"The weights have {size:,} bytes; at most {MAX_BYTES:,} are read. Train with fewer features."
        )
    try:
        weights = Weights.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "the file"
        raise InvalidInput(
            f"The weights cannot be used: {place}: {first['msg']}. Write them anew: supportbot triage train"
        ) from error
    problem = _problem(weights)
    if problem:
        raise InvalidInput(f"The weights cannot be used: {problem} Write them anew: supportbot triage train")
    return weights


def weights_text(weights: Weights) -> str:
    """The weights as JSON, one feature a line, the card first: the same weights are the same bytes."""
    raw = weights.model_dump(mode="json")
    parts = []
    for name, value in raw.items():
        if name in ("hints", "words", "pieces"):
            rows = ",\n".join(f"{_json(key)}:{_numbers(value[key])}" for key in sorted(value))
            parts.append(f"{_json(name)}:{{\n{rows}\n}}")
        else:
            parts.append(f"{_json(name)}:{_json(value, indent=1 if name == 'card' else None)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


@lru_cache(maxsize=1)
def shipped_weights() -> Weights:
    """The weights that come with supportbot."""
    return read_weights(resources.files("supportbot.triage").joinpath(SHIPPED_FILE).read_text(encoding="utf-8"))


def _problem(weights: Weights) -> str | None:
    if len(weights.topic_biases) != len(weights.topics) or len(set(weights.topics)) != len(weights.topics):
        return f"{len(weights.topics)} topics have {len(weights.topic_biases)} biases."
    lengths = (FIRST_TOPIC, FIRST_TOPIC + len(weights.topics))
    for block in (weights.hints, weights.words, weights.pieces):
        odd = next((key for key, row in block.items() if len(row) not in lengths), None)
        if odd is not None:
            return f"{odd!r} has {len(block[odd])} numbers; it needs {lengths[0]} or {lengths[1]}."
    if weights.thresholds.high < weights.thresholds.hold:
        return "the threshold 'high' lies below 'hold'."
    return None


def _numbers(row: list[float]) -> str:
    return "[" + ",".join(_number(value) for value in row) + "]"


def _number(value: float) -> str:
    return str(int(value)) if math.isclose(value, round(value), abs_tol=1e-12) else repr(value)


def _json(value: object, *, indent: int | None = None) -> str:
    separators = None if indent else (",", ":")
    return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
