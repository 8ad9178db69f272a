"""Rules, models and a provider that answers from a script."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from supportbot.clock import FixedClock
from supportbot.contract.reply.v1 import REPLY_1
from supportbot.contract.types import ReplyFields
from supportbot.gateway import Gateway
from supportbot.gateway.types import (
    CallRule,
    ModelAnswer,
    ModelRequest,
    ModelResult,
    ModelSpec,
    OutcomeClass,
    Provider,
    Tokens,
)
from tests.contract.factories import make_answer

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
RETRY = frozenset[OutcomeClass](
    {"timeout", "rate_limited", "overloaded", "transport", "truncated", "schema_invalid", "refused", "quota"}
)
FALLBACK = frozenset[OutcomeClass](
    {"timeout", "rate_limited", "overloaded", "transport", "quota", "auth", "refused", "filtered", "schema_invalid"}
)
OK = ModelAnswer("ok", text=make_answer(), model_answered="small-chat-2026-01-01", tokens=Tokens(100, 0, 0, 50))


def make_rule(**changes: Any) -> CallRule:
    """A low-risk rule with a retry and a backup; it also asks for what no rule may have (refused, quota)."""
    values: dict[str, Any] = {
        "task": "routine_reply",
        "model": "fast",
        "backup": "builtin",
        "risk": "low",
        "deadline_s": 5.0,
        "try_timeout_s": 2.0,
        "retry_on": RETRY,
        "retry_times": 1,
        "fallback_on": FALLBACK,
        "max_output_tokens": 800,
        "max_cost_usd": None,
    }
    return CallRule(**{**values, **changes})


def make_spec(key: str = "fast", **changes: Any) -> ModelSpec:
    values: dict[str, Any] = {"key": key, "provider": "openai_compatible", "model": "small-chat", "job": "Drafts."}
    return ModelSpec(**{**values, **changes})


MODELS = {"fast": make_spec(), "builtin": make_spec("builtin", provider="builtin", model="extractive")}


class Time:
    """Seconds that pass only when told: by sleeping, or by a scripted call."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class ScriptedProvider:
    """Gives one answer after the other, each after `takes_s` of the given time; keeps every request."""

    def __init__(self, answers: Sequence[ModelAnswer], *, time: Time, takes_s: float = 0.1) -> None:
        self._answers = list(answers)
        self._time = time
        self._takes_s = takes_s
        self.requests: list[ModelRequest] = []

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        self.requests.append(request)
        answer = self._answers.pop(0)
        self._time.now += request.timeout_s if answer.outcome == "timeout" else self._takes_s
        return answer

    def close(self) -> None:
        """There is nothing to close."""


def failed(outcome: OutcomeClass, **changes: Any) -> ModelAnswer:
    return replace(ModelAnswer(outcome), **changes)


def make_gateway(time: Time, **providers: Provider) -> Gateway:
    return Gateway(providers, clock=FixedClock(AT), monotonic=time.monotonic, sleep=time.sleep, jitter=lambda: 0.5)


def is_storable(answer: ModelAnswer) -> bool:
    """Whether every name and number that a server sent fits into both databases; the text is parsed before."""
    names = (answer.model_answered, answer.provider_request_id, answer.error_code, answer.fingerprint)
    said = "".join(name or "" for name in names)
    counts = (answer.tokens.input_uncached, answer.tokens.cache_read, answer.tokens.cache_write, answer.tokens.output)
    return "\0" not in said.encode().decode() and max(number or 0 for number in counts) < 2**31


def complete(gateway: Gateway, rule: CallRule | None = None, **changes: Any) -> ModelResult[ReplyFields]:
    given: dict[str, Any] = {"models": MODELS, "system": "s", "user": "u", "material": {}, "schema": REPLY_1}
    given.update(changes)
    call: Callable[..., ModelResult[ReplyFields]] = gateway.complete
    return call(rule or make_rule(), given.pop("models"), **given)
