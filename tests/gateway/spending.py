"""The limits that many processes race for, and the calls they make."""

from dataclasses import replace
from datetime import UTC, datetime

from supportbot.gateway.types import PlannedCall, PriceOverride, Purpose, RunSoFar, SpendLimits
from tests.gateway.factories import make_spec

AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
PROCESSES = 3
MOST_TRIES = 12
"""Each process tries so often that all of them together try much more than is allowed."""
WORST_MICROUSD, OUTPUT_TOKENS = 1_000, 800
# Limit: what it allows, in calls of the worst case; not a whole number, so that the last part must stay unspent.
LIMITS = {"reply": 7, "task": 5, "day": 15, "unpriced day": 9}

_SPEC = make_spec(price=PriceOverride(1.0, 10.0), base_url="http://127.0.0.1:1/v1")


def call_of(limit: str) -> PlannedCall:
    """A call that only this limit can refuse. The day's limit counts what the earlier calls have spent already."""
    half = WORST_MICROUSD // 2
    if limit == "reply":
        given = SpendLimits(per_reply_microusd=LIMITS["reply"] * WORST_MICROUSD + half)
        return _call(1, given)
    if limit == "task":
        return replace(_call(2, SpendLimits()), run=RunSoFar(LIMITS["task"] * WORST_MICROUSD + half))
    if limit == "day":
        day = (LIMITS["reply"] + LIMITS["task"] + LIMITS["day"]) * WORST_MICROUSD + half
        return _call(None, SpendLimits(per_day_microusd=day))
    tokens = LIMITS["unpriced day"] * OUTPUT_TOKENS + OUTPUT_TOKENS // 2
    return replace(_call(None, SpendLimits(per_day_output_tokens=tokens)), worst_microusd=None)


def _call(message_id: int | None, limits: SpendLimits) -> PlannedCall:
    return PlannedCall(_SPEC, "routine_reply", Purpose(message_id, limits), WORST_MICROUSD, OUTPUT_TOKENS, 5.0)
