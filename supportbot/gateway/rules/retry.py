"""What follows a try that failed: once more, the backup, or a person. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from supportbot.gateway.types import CallRule, ModelAnswer, NotAdmitted, OutcomeClass, PlannedCall

MOST_CALLS = 3
LEAST_TRY_S = 0.25
"""A call with less time than this left is not begun."""
RETRIED: frozenset[OutcomeClass] = frozenset(
    {"timeout", "rate_limited", "overloaded", "transport", "truncated", "schema_invalid"}
)
"""Only these may ever be tried again; refused, filtered, quota, auth and our own mistakes never."""
PASSED_ON: frozenset[OutcomeClass] = frozenset({"timeout", "rate_limited", "overloaded", "transport", "quota", "auth"})
"""Only these may go to a backup. It never walks around a refusal, which may also come as prose off the schema."""
_PAUSED: frozenset[OutcomeClass] = frozenset({"rate_limited", "overloaded", "transport"})
_ORDINALS = ("first", "second", "third")


@dataclass(frozen=True, slots=True)
class Step:
    """The next call: which model, after which pause, with which output limit; `again` says it is a retry."""

    model_key: str
    max_output_tokens: int
    is_backup: bool = False
    again: bool = False
    pause_s: float = 0.0


def first_step(rule: CallRule) -> Step:
    """Every run begins with the task's own model."""
    return Step(rule.model, rule.max_output_tokens)


def next_step(
    rule: CallRule,
    done: Step,
    answer: ModelAnswer,
    *,
    calls: int,
    remaining_s: float,
    jitter: float,
    other_mode: bool = False,
) -> Step | None:
    """What to do after a call that did not succeed; None means stop and ask a person.

    Args:
        calls: made so far in this run, at least 1.
        remaining_s: until the task's deadline.
        jitter: 0 to 1, spreads pauses.
        other_way: nobody knows yet how this model keeps to a schema, the way that was tried may be to blame, and
            there is another one. Then it is asked so, whatever the rule says of retries: a refused request is not
            the task's mistake, and a model whose way is never found would never answer.
    """
    if calls >= MOST_CALLS:
        return None
    pause = _pause(answer, jitter)
    if _may_retry(rule, done, answer.outcome) and pause + LEAST_TRY_S <= remaining_s:
        limit = done.max_output_tokens * (2 if answer.outcome == "truncated" else 1)
        return Step(done.model_key, limit, again=True, pause_s=pause)
    if other_mode and (answer.outcome == "invalid_request" or not done.again) and remaining_s >= LEAST_TRY_S:
        return replace(done, again=True, pause_s=0.0)
    if _may_pass_on(rule, done, answer.outcome) and remaining_s >= LEAST_TRY_S and rule.backup:
        return Step(rule.backup, rule.max_output_tokens, is_backup=True)
    return None


def backup_step(rule: CallRule, done: Step, why: NotAdmitted) -> Step | None:
    """The backup in place of a model that is paused; None means a person. A limit is never walked around."""
    passed_on = why.kind == "paused" and why.because is not None and _may_pass_on(rule, done, why.because)
    return Step(rule.backup, rule.max_output_tokens, is_backup=True) if passed_on and rule.backup else None


def over_task_limit(call: PlannedCall, *, lost_microusd: int = 0) -> NotAdmitted | None:
    """Refuse a call that could lead a run over what its task may cost; a price that is not known refuses nothing.

    Args:
        lost_microusd: what other runs of the task for the same message may have cost, that never ended or have not yet.
    """
    limit, worst = call.run.limit_microusd, call.worst_microusd
    if limit is None or worst is None or lost_microusd + call.run.microusd + worst <= limit:
        return None
    earlier = ", with the tries of a run that was cut off" if lost_microusd else ""
    return NotAdmitted("over_limit", f"one more call could pass the task's {limit / 1_000_000:g} USD a run{earlier}")


def worst_input_tokens(system: str, user: str, schema: Mapping[str, object]) -> int:
    """More tokens than a prompt has: two bytes each, where English has four and dense digits or other scripts two."""
    return (len(system.encode("utf-8", "replace")) + len(user.encode("utf-8", "replace")) + len(repr(schema))) // 2 + 16


def reason(outcomes: Sequence[OutcomeClass], *, is_backup: bool, stopped: NotAdmitted | None = None) -> str:
    """One plain sentence on how a run ended, without names of models.

    Args:
        outcomes: of every call in order.
        is_backup: whether the last call went to the backup.
        stopped: why the next call was not made.
    """
    if stopped is not None:
        after = f" after {_tries(outcomes)} ({words_of(outcomes[-1])})" if outcomes else ""
        return f"Stopped{after}: {stopped.words}. A person is needed."
    last, earlier = outcomes[-1], outcomes[:-1]
    failures = " and ".join(dict.fromkeys(words_of(outcome) for outcome in earlier))
    if last == "ok" and is_backup:
        return f"The backup answered, after {failures}." if failures else "The backup answered: the model was paused."
    if last == "ok":
        after = f", after {failures}" if failures else ""
        return f"Answered at the {_ORDINALS[len(outcomes) - 1]} try{after}."
    return f"Stopped after {_tries(outcomes)}: {words_of(last)}. A person is needed."


def _tries(outcomes: Sequence[OutcomeClass]) -> str:
    return f"{len(outcomes)} {'try' if len(outcomes) == 1 else 'tries'}"


def _may_retry(rule: CallRule, done: Step, outcome: OutcomeClass) -> bool:
    return not (done.is_backup or done.again) and rule.retry_times > 0 and outcome in rule.retry_on & RETRIED


def _may_pass_on(rule: CallRule, done: Step, outcome: OutcomeClass) -> bool:
    allowed = rule.risk == "low" and not done.is_backup
    return allowed and outcome in rule.fallback_on & PASSED_ON


def _pause(answer: ModelAnswer, jitter: float) -> float:
    """Seconds to wait before the same model is asked again: what it said, else a moment; spread, never shorter."""
    spread = 0.3 * jitter
    if answer.retry_after_s is not None:
        return max(0.0, answer.retry_after_s) + spread
    return 0.2 + spread if answer.outcome in _PAUSED else 0.0


def words_of(outcome: OutcomeClass) -> str:
    """An outcome as the end of a sentence."""
    return {
        "ok": "an answer",
        "truncated": "an answer that was cut off",
        "refused": "a refusal",
        "filtered": "an answer held back by a filter",
        "schema_invalid": "an answer off the contract",
        "rate_limited": "too many requests",
        "quota": "a used-up quota",
        "overloaded": "an overloaded model",
        "timeout": "no answer in time",
        "context_length": "a message too long for the model",
        "invalid_request": "a request that the model did not accept",
        "auth": "a key that is missing or was not accepted",
        "transport": "a broken connection",
    }[outcome]
