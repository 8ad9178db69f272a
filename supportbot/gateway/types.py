"""Values of the gateway."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Literal, Protocol, get_args

from supportbot.contract.types import FieldsT

OutcomeClass = Literal[
    "ok",
    "truncated",
    "refused",
    "filtered",
    "schema_invalid",
    "rate_limited",
    "quota",
    "overloaded",
    "timeout",
    "context_length",
    "invalid_request",
    "auth",
    "transport",
]
Ended = OutcomeClass | Literal["paused", "over_limit"]
OUTCOME_CLASSES: tuple[OutcomeClass, ...] = get_args(OutcomeClass)


ProviderName = Literal["builtin", "openai_compatible", "anthropic"]
PROVIDER_NAMES: tuple[ProviderName, ...] = get_args(ProviderName)
StructuredOutput = Literal["json_schema", "json_object_schema", "tool", "json_object", "none"]
"""How a server is made to answer on a schema; `json_object_schema` is llama-cpp-python's way."""
FoundBy = Literal["doctor", "activation", "call"]
LengthField = Literal["max_tokens", "max_completion_tokens"]
Effort = Literal["none", "minimal", "low", "medium", "high", "xhigh", "max"]
NO_ARTICLES = "no_articles_in_language"
"""The error code of a drafter that only extracts, where no help article is in the customer's language."""


@dataclass(frozen=True, slots=True)
class PriceOverride:
    """US dollars per million tokens, named in the policy for a model that the price table does not know."""

    input_usd: float
    output_usd: float
    cache_read_usd: float | None = None
    cache_write_usd: float | None = None


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """One model as the routing policy names it. `api_key_env` is the variable's name, never the key.

    `structured` None means: as the model was found to keep to a schema. `length_field` is what the server calls the
    output limit; `temperature` and `effort` (how long to reason) are not sent when None.
    """

    key: str
    provider: ProviderName
    model: str
    job: str
    base_url: str | None = None
    api_key_env: str | None = None
    allow_hosts: tuple[str, ...] = ()
    structured: StructuredOutput | None = "json_schema"
    price: PriceOverride | None = None
    length_field: LengthField = "max_tokens"
    temperature: float | None = 0.0
    effort: Effort | None = None

    @property
    def endpoint(self) -> str:
        """A model at an address, whatever the policy calls it: what a breaker and a served name belong to."""
        return f"{self.provider} {self.base_url or ''} {self.model}"[:400]


@dataclass(frozen=True, slots=True)
class CallRule:
    """How one task may call its models: one deadline over all tries, and what may be tried again or passed on.

    `retry_times` counts tries after the first. `fallback_on` is empty where there is no backup.
    """

    task: str
    model: str
    backup: str | None
    risk: Literal["low", "high"]
    deadline_s: float
    try_timeout_s: float
    retry_on: frozenset[OutcomeClass]
    retry_times: int
    fallback_on: frozenset[OutcomeClass]
    max_output_tokens: int
    max_cost_usd: float | None


@dataclass(frozen=True, slots=True)
class Tokens:
    """Token counts normalised over providers; None where the provider did not say."""

    input_uncached: int | None = None
    cache_read: int | None = None
    cache_write: int | None = None
    output: int | None = None


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """One call to one model. `material` is the same data as in `user`, as values, for the built-in provider."""

    task: str
    model: str
    system: str
    user: str
    schema_name: str
    schema: Mapping[str, Any]
    material: Mapping[str, Any]
    max_output_tokens: int
    timeout_s: float


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """What came back from a provider, classed before anything was parsed. `text` only when `outcome` is ok."""

    outcome: OutcomeClass
    text: str = ""
    model_answered: str | None = None
    provider_request_id: str | None = None
    http_status: int | None = None
    error_code: str | None = None
    retry_after_s: float | None = None
    tokens: Tokens = Tokens()
    fingerprint: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, for the log. `latency_ms` covers the whole try."""

    task: str
    number: int
    model_key: str
    provider: str
    model_asked: str
    model_answered: str | None
    provider_request_id: str | None
    outcome: OutcomeClass
    http_status: int | None
    error_code: str | None
    started_at: datetime
    latency_ms: int
    tokens: Tokens
    cost_microusd: int | None
    is_backup: bool
    fingerprint: str | None = None
    reservation_id: int | None = None


@dataclass(frozen=True, slots=True)
class SpendLimits:
    """What may be spent, in millionths of a US dollar; None means no limit. Calls without a price count tokens."""

    per_reply_microusd: int | None = None
    per_day_microusd: int | None = None
    per_day_output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a run is for: the message whose reply it is, and the limits that hold for it."""

    message_id: int | None = None
    limits: SpendLimits = SpendLimits()


@dataclass(frozen=True, slots=True)
class RunSoFar:
    """What a run may cost by its task's rule (None: no limit), what it has cost, and its calls' reservations."""

    limit_microusd: int | None = None
    microusd: int = 0
    reservations: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """A call about to be made. `worst_microusd` is what it can cost at most; None when the price is not known."""

    spec: ModelSpec
    task: str
    purpose: Purpose
    worst_microusd: int | None
    worst_output_tokens: int
    try_timeout_s: float
    run: RunSoFar = RunSoFar()


@dataclass(frozen=True, slots=True)
class Admitted:
    """The call may be made; its worst case is reserved under `reservation_id`, if anything is."""

    reservation_id: int | None
    is_probe: bool = False


@dataclass(frozen=True, slots=True)
class NotAdmitted:
    """The call may not be made: its model is paused after failures of the class `because`, or a limit is reached."""

    kind: Literal["paused", "over_limit"]
    words: str
    because: OutcomeClass | None = None


class Guard(Protocol):
    """Asked before each call, told of it afterwards."""

    def admit(self, call: PlannedCall) -> Admitted | NotAdmitted:
        """Whether the call may be made now."""
        ...

    def report(self, call: PlannedCall, admitted: Admitted, attempt: Attempt) -> None:
        """How it ended."""
        ...


class KnownSchemaModes(Protocol):
    """What is known about how models keep to a schema, for those whose policy does not name the way."""

    def mode_of(self, spec: ModelSpec) -> StructuredOutput | None:
        """The way to ask this model; None when nobody knows yet."""
        ...

    def learn(self, spec: ModelSpec, way: StructuredOutput) -> None:
        """An answer to `way` kept to the schema."""
        ...

    def forget(self, spec: ModelSpec) -> None:
        """The known way was refused: find out anew."""
        ...


@dataclass(frozen=True, slots=True)
class ModelResult(Generic[FieldsT]):
    """How one task run ended. `fields` is there only when `outcome` is ok; they are parsed, not yet normalised.

    `paused` and `over_limit` mean that the last call was not made. There may be no attempt at all.

    `raw_text` is the last answer's text, `model_key` the policy's name of the model that gave it, `reason` one plain
    sentence for the decision row.
    """

    fields: FieldsT | None
    raw_text: str
    attempts: tuple[Attempt, ...]
    outcome: Ended
    model_key: str | None
    reason: str


class Provider(Protocol):
    """One API that models are reached by."""

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        """Make one call and class what came back, within `request.timeout_s`. Never raises for a failed call."""
        ...

    def close(self) -> None:
        """Let connections go; the next call opens new ones."""
        ...
