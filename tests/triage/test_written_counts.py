"""How many of the written messages triage holds: measured once, kept with slack, each half by itself.

Wanted: at most 20 % of the look-alikes and at least 95 % of the disguised disputes. Where the numbers below are not
there yet, they say what was measured.
"""

import json
from collections import Counter
from pathlib import Path

import pytest

from supportbot.routing.policy import shipped_policy
from supportbot.routing.rules import decide_route
from supportbot.triage.rules import classify

HERE = Path(__file__).parent
POLICY = shipped_policy()
Row = dict[str, str]
# Shares in percent, by half; rows of a half that has none here fail until somebody has measured and written it down.
MOST_LOOKALIKES = {"dev": 21.0, "held_out": 26.0}
FEWEST_DISGUISED = {"dev": 97.0, "held_out": 97.0}


def rows_of(name: str) -> list[Row]:
    """All rows of one file."""
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


def halves(name: str) -> list[str]:
    """The halves that a file has rows of."""
    return sorted({row["half"] for row in rows_of(name)})


def held_pct(name: str, half: str) -> float:
    """The share of one half that is held; says nothing about single rows."""
    rows = [row for row in rows_of(name) if row["half"] == half]
    held: Counter[bool] = Counter()
    for row in rows:
        held[row["language"] == "en"] += decide_route(POLICY, classify(row["text"], POLICY.triage)).hold
    total = len(rows)
    print(f"{name}, {half}: {held.total()} of {total} held ({held[True]} English)")
    return 100 * held.total() / total


@pytest.mark.parametrize("half", halves("disguised"))
def test_disguised_disputes_are_held(half: str) -> None:
    assert held_pct("disguised", half) >= FEWEST_DISGUISED[half]


@pytest.mark.parametrize("half", halves("lookalikes"))
def test_look_alikes_are_not_held_more_than_measured(half: str) -> None:
    assert held_pct("lookalikes", half) <= MOST_LOOKALIKES[half]
