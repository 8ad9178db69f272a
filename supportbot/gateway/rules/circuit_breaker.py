"""When a model is left alone, and for how long. Pure."""

from collections.abc import Sequence

from supportbot.gateway.types import OutcomeClass

WINDOW_S = 60
MOST_FAILURES = 5
"""In a row, however far apart: a shop that asks once in two minutes has failures too."""
LEAST_CALLS = 4
"""Over half of fewer calls than this says nothing."""
AT_ONCE: frozenset[OutcomeClass] = frozenset({"auth", "quota"})
"""The next call would end the same way, until a person acts."""
BREAKING: frozenset[OutcomeClass] = AT_ONCE | {"timeout", "rate_limited", "overloaded", "transport"}
"""Failures of the model's server. An answer that we cannot use shows that it works."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 30.0, 300.0


def opens(last: Sequence[str], recent: Sequence[str], newest: OutcomeClass) -> bool:
    """Whether a model is paused now.

    Args:
        last: how its last `MOST_FAILURES` calls ended, whenever they were, this one included.
        recent: how those of the last `WINDOW_S` seconds did.
        newest: how this one did.
    """
    if newest in AT_ONCE:
        return True
    if len(last) >= MOST_FAILURES and all(outcome in BREAKING for outcome in last):
        return True
    failed = sum(outcome in BREAKING for outcome in recent)
    return len(recent) >= LEAST_CALLS and failed * 2 > len(recent)


def pause_s(outcome: OutcomeClass, failed_probes: int) -> float:
    """Seconds until the next probe: twice as long after each one that failed, five minutes at most."""
    first = _FIRST_PAUSE_S * (2 if outcome in AT_ONCE else 1)
    return min(_LONGEST_PAUSE_S, first * float(2 ** min(failed_probes, 8)))
