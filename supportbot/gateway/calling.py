"""Runs one task on its models: one deadline over every try, pause and the backup; each try becomes an attempt."""

import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Generic

from supportbot.clock import Clock
from supportbot.contract.types import FieldsT, SchemaVersion
from supportbot.errors import ContractError, PolicyError
from supportbot.gateway.prices import PriceTable, load_prices
from supportbot.gateway.rules import Step, first_step, next_step, reason
from supportbot.gateway.types import Attempt, CallRule, ModelAnswer, ModelRequest, ModelResult, ModelSpec, Provider

_AGAIN = "\n\nThe last answer did not fit the schema ({fields}). Answer again with exactly one JSON object.\n"


class Gateway:
    """The only door to models.

    Args:
        providers: the policy's provider name to the adapter; each lives as long as the process.
        prices: None reads the shipped table.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        *,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        prices: PriceTable | None = None,
    ) -> None:
        self._providers = providers
        self._clock = clock
        self._monotonic = monotonic
        self._sleep = sleep
        self._jitter = jitter
        self._prices = prices or load_prices()

    def complete(
        self,
        rule: CallRule,
        models: Mapping[str, ModelSpec],
        *,
        system: str,
        user: str,
        material: Mapping[str, Any],
        schema: SchemaVersion[FieldsT],
    ) -> ModelResult[FieldsT]:
        """Run one task: at most three calls, all within the rule's deadline.

        Raises:
            PolicyError: the rule names a model or provider that does not exist. A failed call is a result, no error.
        """
        ends_at = self._monotonic() + rule.deadline_s
        attempts: list[Attempt] = []
        step: Step | None = first_step(rule)
        note = ""
        while step is not None:
            self._pause(step.pause_s)
            spec, provider = self._find(rule, models, step.model_key)
            request = ModelRequest(
                task=rule.task,
                model=spec.model,
                system=system,
                user=user + note,
                schema_name=schema.name,
                schema=schema.schema,
                material=material,
                max_output_tokens=step.max_output_tokens,
                timeout_s=max(0.0, min(rule.try_timeout_s, ends_at - self._monotonic())),
            )
            tried = self._try(provider, spec, request, schema, number=len(attempts) + 1, is_backup=step.is_backup)
            attempts.append(tried.attempt)
            if tried.fields is not None:
                return _result(attempts, tried.answer.text, tried.fields)
            note = _AGAIN.format(fields=tried.attempt.error_code) if tried.attempt.outcome == "schema_invalid" else ""
            step = next_step(
                rule,
                step,
                tried.answer,
                calls=len(attempts),
                remaining_s=ends_at - self._monotonic(),
                jitter=self._jitter(),
            )
        return _result(attempts, tried.answer.text, None)

    def close(self) -> None:
        """Close the providers' connections; a later call opens new ones."""
        for provider in self._providers.values():
            provider.close()

    def _try(
        self,
        provider: Provider,
        spec: ModelSpec,
        request: ModelRequest,
        schema: SchemaVersion[FieldsT],
        *,
        number: int,
        is_backup: bool,
    ) -> "_Tried[FieldsT]":
        started_at, started = self._clock(), self._monotonic()
        answer = provider.complete(spec, request)
        latency_ms = round((self._monotonic() - started) * 1000)
        read = _read(answer, schema)
        attempt = self._attempt(spec, request, read.answer, started_at, latency_ms, number=number, is_backup=is_backup)
        return _Tried(read.answer, attempt, read.fields)

    def _attempt(
        self,
        spec: ModelSpec,
        request: ModelRequest,
        answer: ModelAnswer,
        started_at: datetime,
        latency_ms: int,
        *,
        number: int,
        is_backup: bool,
    ) -> Attempt:
        return Attempt(
            task=request.task,
            number=number,
            model_key=spec.key,
            provider=spec.provider,
            model_asked=spec.model,
            model_answered=answer.model_answered,
            provider_request_id=answer.provider_request_id,
            outcome=answer.outcome,
            http_status=answer.http_status,
            error_code=answer.error_code,
            started_at=started_at,
            latency_ms=latency_ms,
            tokens=answer.tokens,
            cost_microusd=self._prices.cost_microusd(spec, answer.model_answered, answer.tokens),
            is_backup=is_backup,
        )

    def _find(self, rule: CallRule, models: Mapping[str, ModelSpec], key: str) -> tuple[ModelSpec, Provider]:
        spec = models.get(key)
        if spec is None:
            raise PolicyError(f"Task {rule.task!r} names model {key!r}, which the policy does not have.")
        provider = self._providers.get(spec.provider)
        if provider is None:
            known = ", ".join(sorted(self._providers))
            raise PolicyError(f"Model {key!r} names provider {spec.provider!r}, which does not exist. Known: {known}.")
        return spec, provider

    def _pause(self, seconds: float) -> None:
        if seconds > 0:
            self._sleep(seconds)


@dataclass(frozen=True, slots=True)
class _Read(Generic[FieldsT]):
    """An answer with its class after parsing."""

    answer: ModelAnswer
    fields: FieldsT | None


@dataclass(frozen=True, slots=True)
class _Tried(Generic[FieldsT]):
    """One call and what it gave; `fields` only when the answer fits the schema."""

    answer: ModelAnswer
    attempt: Attempt
    fields: FieldsT | None


def _read(answer: ModelAnswer, schema: SchemaVersion[FieldsT]) -> "_Read[FieldsT]":
    """Parse an answer that came through; one off the schema is classed so, with the fields that do not fit."""
    if answer.outcome != "ok":
        return _Read(answer, None)
    try:
        return _Read(answer, schema.parse(answer.text))
    except ContractError as error:
        code = ", ".join(sorted(error.fields))[:100] or "no_object"
        return _Read(replace(answer, outcome="schema_invalid", error_code=code), None)


def _result(attempts: list[Attempt], text: str, fields: FieldsT | None) -> ModelResult[FieldsT]:
    last = attempts[-1]
    return ModelResult(
        fields=fields,
        raw_text=text,
        attempts=tuple(attempts),
        outcome=last.outcome,
        model_key=last.model_key,
        reason=reason([attempt.outcome for attempt in attempts], is_backup=last.is_backup),
    )
