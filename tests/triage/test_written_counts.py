"""How many of the written messages triage holds: measured once, kept with slack, each half by itself.

Wanted: at most 20 % of the look-alikes and at least 95 % of the disguised disputes. Where the numbers below are not
there yet, they say what was measured.
"""

import json
from pathlib import Path

import pytest

from supportbot.routing.policy import shipped_policy
from supportbot.routing.rules import decide_route
from supportbot.triage.rules import classify

HERE = Path(__file__).parent
POLICY = shipped_policy()


def held(name: str, half: str) -> int:
    """How many of the sixty rows of one half are held; says nothing about single rows."""
    lines = (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [row["text"] for row in map(json.loads, lines) if row["half"] == half]
    assert len(texts) == 60
    count = sum(decide_route(POLICY, classify(text, POLICY.triage)).hold for text in texts)
    print(f"{name}, {half}: {count} of {len(texts)} held")
    return count


@pytest.mark.parametrize(("half", "fewest"), [("dev", 57), ("held_out", 56)])
def test_disguised_disputes_are_held(half: str, fewest: int) -> None:
    assert held("disguised", half) >= fewest


@pytest.mark.parametrize(("half", "most"), [("dev", 16), ("held_out", 32)])
def test_look_alikes_are_not_held_more_than_measured(half: str, most: int) -> None:
    assert held("lookalikes", half) <= most
