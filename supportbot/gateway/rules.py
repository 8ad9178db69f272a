"""What follows a try that failed: once more, the backup, or a person. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from supportbot.gateway.types import CallRule, ModelAnswer, OutcomeClass

MOST_CALLS = 3
LEAST_TRY_S = 0.25
"""A call with less time than this left is not begun."""
RETRIED: frozenset[OutcomeClass] = frozenset(
    {"timeout", "rate_limited", "overloaded", "transport", "truncated", "schema_invalid"}
)
"""Only these may ever be tried again; refused, filtered, quota, auth and our own mistakes never."""
NEVER_PASSED_ON: frozenset[OutcomeClass] = frozenset({"refused", "filtered"})
"""A backup never walks around a refusal."""
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
    rule: CallRule, done: Step, answer: ModelAnswer, *, calls: int, remaining_s: float, jitter: float
) -> Step | None:
    """What to do after a call that did not succeed; None means stop and ask a person.

    Args:
        calls: made so far in this run, at least 1.
        remaining_s: until the task's deadline.
        jitter: 0 to 1, spreads pauses.
    """
    if calls >= MOST_CALLS:
        return None
    pause = _pause(answer, jitter)
    if _may_retry(rule, done, answer.outcome) and pause + LEAST_TRY_S <= remaining_s:
        limit = done.max_output_tokens * (2 if answer.outcome == "truncated" else 1)
        return Step(done.model_key, limit, again=True, pause_s=pause)
    if _may_pass_on(rule, done, answer.outcome) and remaining_s >= LEAST_TRY_S and rule.backup:
        return Step(rule.backup, rule.max_output_tokens, is_backup=True)
    return None


def reason(outcomes: Sequence[OutcomeClass], *, is_backup: bool) -> str:
    """One plain sentence on how a run ended, without names of models.

    Args:
        outcomes: of every call in order.
        is_backup: whether the last call went to the backup.
    """
    last, earlier = outcomes[-1], outcomes[:-1]
    failures = " and ".join(dict.fromkeys(_words(outcome) for outcome in earlier))
    if last == "ok" and is_backup:
        return f"The backup answered, after {failures}."
    if last == "ok":
        after = f", after {failures}" if failures else ""
        return f"Answered at the {_ORDINALS[len(outcomes) - 1]} try{after}."
    tries = f"{len(outcomes)} {'try' if len(outcomes) == 1 else 'tries'}"
    return f"Stopped after {tries}: {_words(last)}. A person is needed."


def _may_retry(rule: CallRule, done: Step, outcome: OutcomeClass) -> bool:
    return not (done.is_backup or done.again) and rule.retry_times > 0 and outcome in rule.retry_on & RETRIED


def _may_pass_on(rule: CallRule, done: Step, outcome: OutcomeClass) -> bool:
    allowed = rule.risk == "low" and not done.is_backup
    return allowed and outcome in rule.fallback_on and outcome not in NEVER_PASSED_ON


def _pause(answer: ModelAnswer, jitter: float) -> float:
    """Seconds to wait before the same model is asked again: what it said, else a short spread."""
    if answer.retry_after_s is not None:
        return max(0.0, answer.retry_after_s)
    return 0.2 + 0.3 * jitter if answer.outcome in _PAUSED else 0.0


def _words(outcome: OutcomeClass) -> str:
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
        "auth": "a key that was not accepted",
        "transport": "a broken connection",
    }[outcome]
