"""Values of the gateway."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

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
OUTCOME_CLASSES: tuple[OutcomeClass, ...] = get_args(OutcomeClass)


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
