"""Limits hold across processes: however many race, together they never spend more than is allowed."""

import subprocess
import sys
from pathlib import Path

from sqlmodel import select

from supportbot.db import Database
from supportbot.gateway.tables import Reservation, SpendDay
from tests.gateway.spending import LIMITS, MOST_TRIES, OUTPUT_TOKENS, PROCESSES, WORST_MICROUSD

ROOT = Path(__file__).parents[2]


def race(url: str) -> dict[str, int]:
    """Start every process, let all begin on each limit at once, and give how much they were allowed together."""
    command = [sys.executable, "-m", "tests.gateway.spender", url]
    running = [
        subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        for _ in range(PROCESSES)
    ]
    try:
        assert [_line(one) for one in running] == ["ready"] * PROCESSES
        together = {}
        for limit in LIMITS:
            for one in running:
                assert one.stdin is not None
                one.stdin.write("go\n")
                one.stdin.flush()
            together[limit] = sum(int(_line(one)) for one in running)
        return together
    finally:
        for one in running:
            one.kill()
            one.communicate()


def _line(process: "subprocess.Popen[str]") -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def test_processes_that_race_spend_exactly_what_each_limit_allows_and_never_more(database: Database) -> None:
    database_url = database.url.render_as_string(hide_password=False)

    together = race(database_url)

    assert max(LIMITS.values()) < PROCESSES * MOST_TRIES
    assert together == LIMITS
    with database.transaction(read_only=True) as db:
        (day,) = db.exec(select(SpendDay)).all()
        reservations = db.exec(select(Reservation)).all()
    assert len(reservations) == sum(LIMITS.values())
    assert day.microusd == (LIMITS["reply"] + LIMITS["task"] + LIMITS["day"]) * WORST_MICROUSD
    assert day.unpriced_output_tokens == LIMITS["unpriced day"] * OUTPUT_TOKENS
