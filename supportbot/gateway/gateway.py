"""Runs one task on its models: one deadline over every try, pause and the backup; each try becomes an attempt."""

import logging
import random
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Any, Generic, Literal

from supportbot.clock import Clock
from supportbot.contract.types import FieldsT, SchemaVersion
from supportbot.errors import ContractError, PolicyError
from supportbot.gateway.open_guard import NoKnownModes, OpenGuard
from supportbot.gateway.prices import PriceTable, load_prices
from supportbot.gateway.rules.retry import (
    Step,
    backup_step,
    first_step,
    next_step,
    over_task_limit,
    reason,
    worst_input_tokens,
)
from supportbot.gateway.rules.schema_modes import best_mode, mode_after
from supportbot.gateway.types import (
    Admitted,
    Attempt,
    CallRule,
    Guard,
    KnownSchemaModes,
    ModelAnswer,
    ModelRequest,
    ModelResult,
    ModelSpec,
    NotAdmitted,
    PlannedCall,
    Provider,
    Purpose,
    RunSoFar,
    StructuredOutput,
)

_log = logging.getLogger(__name__)
_Known = Literal["policy", "found", "nobody"]
_AGAIN = "\n\nThe last answer did not fit the schema ({fields}). Answer again with exactly one JSON object.\n"


class Gateway:
    """The only door to models.

    Args:
        providers: the policy's provider name to the adapter; each lives as long as the process.
        guard: asked before each call and told of it afterwards (limits, breaker); None lets all through.
        prices: None reads the shipped table.
        ways: how models are known to keep to a schema; None knows nothing.
        while_waiting: entered while a call or a pause lasts, so that others may work meanwhile.
    """

    def __init__(
        self,
        providers: Mapping[str, Provider],
        *,
        clock: Clock,
        guard: Guard | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
        prices: PriceTable | None = None,
        ways: KnownSchemaModes | None = None,
        while_waiting: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        self._providers = providers
        self._clock = clock
        self._guard = guard or OpenGuard()
        self._monotonic = monotonic
        self._sleep = sleep
        self._jitter = jitter
        self._prices = prices or load_prices()
        self._ways = ways or NoKnownModes()
        self._while_waiting = while_waiting

    def complete(
        self,
        rule: CallRule,
        models: Mapping[str, ModelSpec],
        *,
        system: str,
        user: str,
        material: Mapping[str, Any],
        schema: SchemaVersion[FieldsT],
        purpose: Purpose | None = None,
    ) -> ModelResult[FieldsT]:
        """Run one task: at most three calls, all within the rule's deadline.

        Raises:
            PolicyError: the rule names a model or provider that does not exist. A failed call is a result, no error.
        """
        ends_at = self._monotonic() + rule.deadline_s
        run = _Run(rule, schema, purpose or Purpose())
        base = ModelRequest(
            task=rule.task,
            model="",
            system=system,
            user=user,
            schema_name=schema.name,
            schema=schema.schema,
            material=material,
            max_output_tokens=rule.max_output_tokens,
            timeout_s=0.0,
        )
        step: Step | None = first_step(rule)
        while step is not None:
            step = self._take(run, step, models, base, ends_at)
        return run.result()

    def close(self) -> None:
        """Close the providers' connections; a later call opens new ones."""
        for provider in self._providers.values():
            provider.close()

    def provider_of(self, spec: ModelSpec) -> Provider:
        """The adapter of a model.

        Raises:
            PolicyError: there is none of that name.
        """
        provider = self._providers.get(spec.provider)
        if provider is None:
            known = ", ".join(sorted(self._providers))
            raise PolicyError(
                f"Model {spec.key!r} names provider {spec.provider!r}, which does not exist. Known: {known}."
            )
        return provider

    def _take(
        self, run: "_Run[FieldsT]", step: Step, models: Mapping[str, ModelSpec], base: ModelRequest, ends_at: float
    ) -> Step | None:
        """Make one call, if it may be made; gives what follows."""
        spec, known = self._with_mode(run, _find(run.rule, models, step.model_key))
        provider = self.provider_of(spec)
        if step.pause_s > 0:
            with self._while_waiting():
                self._sleep(step.pause_s)
        request = replace(base, model=spec.model, user=base.user + run.note, max_output_tokens=step.max_output_tokens)
        call = self._plan(run, spec, request)
        admitted = over_task_limit(call) or self._guard.admit(call)
        if isinstance(admitted, NotAdmitted):
            run.stopped = admitted
            return backup_step(run.rule, step, admitted)
        run.stopped = None
        request = replace(request, timeout_s=max(0.0, min(run.rule.try_timeout_s, ends_at - self._monotonic())))
        answer = self._call(run, call, provider, request, admitted, is_backup=step.is_backup)
        other_mode = self._learn(run, spec, known, answer)
        if run.fields is not None:
            return None
        return next_step(
            run.rule,
            step,
            answer,
            calls=len(run.attempts),
            remaining_s=ends_at - self._monotonic(),
            jitter=self._jitter(),
            other_mode=other_mode,
        )

    def _with_mode(self, run: "_Run[FieldsT]", named: ModelSpec) -> tuple[ModelSpec, _Known]:
        """The model with the way to ask it, and who knows that way."""
        if named.structured is not None or named.provider == "builtin":
            return named, "policy"
        known = self._ways.mode_of(named)
        way = known or run.ways.get(named.key) or best_mode(named.provider)
        return replace(named, structured=way), "found" if known else "nobody"

    def _learn(self, run: "_Run[FieldsT]", spec: ModelSpec, known: _Known, answer: ModelAnswer) -> bool:
        """Keep what an answer tells of the way it was asked for; says whether there is another way to try."""
        if known == "policy" or spec.structured is None:
            return False
        if known == "found":
            if answer.outcome == "invalid_request":
                self._ways.forget(spec)
            return False
        if run.fields is not None:
            self._ways.learn(spec, spec.structured)
            return False
        other = mode_after(spec, spec.structured, answer)
        if other is not None:
            run.ways[spec.key] = other
        return other is not None

    def _plan(self, run: "_Run[FieldsT]", spec: ModelSpec, request: ModelRequest) -> PlannedCall:
        worst = self._prices.worst_microusd(
            spec,
            input_tokens=worst_input_tokens(request.system, request.user, request.schema),
            output_tokens=request.max_output_tokens,
        )
        return PlannedCall(
            spec=spec,
            task=run.rule.task,
            purpose=run.purpose,
            worst_microusd=worst,
            worst_output_tokens=request.max_output_tokens,
            try_timeout_s=run.rule.try_timeout_s,
            run=run.so_far(),
        )

    def _call(
        self,
        run: "_Run[FieldsT]",
        call: PlannedCall,
        provider: Provider,
        request: ModelRequest,
        admitted: Admitted,
        *,
        is_backup: bool,
    ) -> ModelAnswer:
        started_at, started = self._clock(), self._monotonic()
        with self._while_waiting():
            raw = provider.complete(call.spec, request)
            ended = self._monotonic()
        latency_ms = round((ended - started) * 1000)
        read = _read(raw, run.schema)
        answer, run.fields = read
        attempt = Attempt(
            task=request.task,
            number=len(run.attempts) + 1,
            model_key=call.spec.key,
            provider=call.spec.provider,
            model_asked=call.spec.model,
            model_answered=answer.model_answered,
            provider_request_id=answer.provider_request_id,
            fingerprint=answer.fingerprint,
            outcome=answer.outcome,
            http_status=answer.http_status,
            error_code=answer.error_code,
            started_at=started_at,
            latency_ms=latency_ms,
            tokens=answer.tokens,
            cost_microusd=self._prices.cost_microusd(call.spec, answer.model_answered, answer.tokens),
            is_backup=is_backup,
            reservation_id=admitted.reservation_id,
        )
        if answer.outcome == "invalid_request" and call.spec.provider != "builtin":
            told = {"model": call.spec.key, "http_status": answer.http_status, "error_code": answer.error_code}
            _log.warning("A model did not accept a request of ours.", extra=told)
        self._guard.report(call, admitted, attempt)
        run.add(attempt, answer, call)
        return answer


@dataclass(slots=True)
class _Run(Generic[FieldsT]):
    """One run under way: its tries so far, what they may have cost, and why it stopped."""

    rule: CallRule
    schema: SchemaVersion[FieldsT]
    purpose: Purpose
    attempts: list[Attempt] = field(default_factory=list)
    fields: FieldsT | None = None
    text: str = ""
    note: str = ""
    spent_microusd: int = 0
    stopped: NotAdmitted | None = None
    ways: dict[str, StructuredOutput] = field(default_factory=dict)

    def add(self, attempt: Attempt, answer: ModelAnswer, call: PlannedCall) -> None:
        """Keep one try. A cost that is not known counts as the worst one."""
        self.attempts.append(attempt)
        self.text = answer.text
        self.note = _AGAIN.format(fields=attempt.error_code) if attempt.outcome == "schema_invalid" else ""
        cost = attempt.cost_microusd if attempt.cost_microusd is not None else call.worst_microusd
        self.spent_microusd += cost or 0

    def so_far(self) -> RunSoFar:
        """What its task's limit looks at."""
        limit = self.rule.max_cost_usd
        made = tuple(one.reservation_id for one in self.attempts if one.reservation_id is not None)
        return RunSoFar(None if limit is None else round(limit * 1_000_000), self.spent_microusd, made)

    def result(self) -> ModelResult[FieldsT]:
        """How it ended."""
        last = self.attempts[-1] if self.attempts else None
        outcomes = [attempt.outcome for attempt in self.attempts]
        return ModelResult(
            fields=self.fields,
            raw_text=self.text,
            attempts=tuple(self.attempts),
            outcome=self.stopped.kind if self.stopped else outcomes[-1],
            model_key=last.model_key if last else None,
            reason=reason(outcomes, is_backup=bool(last and last.is_backup), stopped=self.stopped),
        )


def _find(rule: CallRule, models: Mapping[str, ModelSpec], key: str) -> ModelSpec:
    spec = models.get(key)
    if spec is None:
        raise PolicyError(f"Task {rule.task!r} names model {key!r}, which the policy does not have.")
    return spec


def _read(answer: ModelAnswer, schema: SchemaVersion[FieldsT]) -> tuple[ModelAnswer, FieldsT | None]:
    """Parse an answer that came through; one off the schema is classed so, with the fields that do not fit."""
    if answer.outcome != "ok":
        return answer, None
    try:
        return answer, schema.parse(answer.text)
    except ContractError as error:
        code = ", ".join(sorted(error.fields))[:100] or "no_object"
        return replace(answer, outcome="schema_invalid", error_code=code), None
