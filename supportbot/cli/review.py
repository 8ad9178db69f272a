"""`supportbot review`: the week's draw, made or made again, and how far its reading is."""

import sys
from dataclasses import asdict
from datetime import timedelta

import click

from supportbot.cli.common import answer, as_json, open_parts
from supportbot.clock import iso_week
from supportbot.errors import NotFound
from supportbot.review.actions import draw_week
from supportbot.review.population import team_zone
from supportbot.review.queries import newest_weeks
from supportbot.review.types import DECISIONS, DrawResult, WeekLine


@click.group()
def review() -> None:
    """The weekly review: twelve conversations, drawn so that anyone can draw them again."""


@review.command()
@click.option("--week", default=None, help="An ISO week such as 2026-W46; last week when left out.")
@as_json
def draw(week: str | None, as_json: bool) -> None:
    """Draw a week, or draw it again and compare; a stored draw never changes. Exit code 1 when it differs."""
    parts = open_parts()
    with parts.database.transaction() as db:
        local = parts.runtime.clock().astimezone(team_zone(db))
        result = draw_week(db, parts.runtime, week or iso_week(local - timedelta(days=7)))
    drawn = result.draw
    rows = {
        "state": result.state,
        "week": drawn.week,
        "hash": drawn.hash,
        "population": drawn.population,
        "counted": drawn.counted,
        "shortfall": result.shortfall,
        "differences": result.differences,
        "items": [
            {"case_number" if name == "name" else name: value for name, value in asdict(item).items()}
            for item in drawn.items
        ],
    }
    answer(rows, as_json, _draw_words(result))
    sys.exit(1 if result.state == "differs" else 0)


@review.command()
@as_json
def status(as_json: bool) -> None:
    """Say how far the newest week is read, and what the weeks before decided."""
    parts = open_parts()
    with parts.database.transaction(read_only=True) as db:
        weeks = newest_weeks(db)
    if not weeks:
        raise NotFound("No week has been drawn yet. Draw last week with: supportbot review draw")
    answer([asdict(line) for line in weeks], as_json, "\n".join(map(_status_words, weeks)))


def _draw_words(result: DrawResult) -> str:
    drawn = result.draw
    short = f" {result.shortfall}" if result.shortfall else ""
    if result.state == "nothing":
        return short.strip()
    states = {
        "drawn": f"Week {drawn.week} is drawn.",
        "same": f"Week {drawn.week} was drawn before, and drawing it again gives the same.",
        "differs": f"Week {drawn.week} was drawn before, and drawing it again differs. The stored draw stands.",
    }
    there = ", ".join(f"{number} {stratum}" for stratum, number in drawn.population.items())
    lines = [f"{states[result.state]}{short}", *(f"  {words}" for words in result.differences)]
    lines.append(f"{drawn.counted} counted and {len(drawn.items) - drawn.counted} hunts, from {there}.")
    for item in drawn.items:
        twice = " Read twice." if item.twice else ""
        lines.append(f"  {item.position:>2}  {item.kind:<8} {item.name}  {item.why}{twice}")
    return "\n".join([*lines, f"sha256 {drawn.hash}"])


def _status_words(line: WeekLine) -> str:
    decision = f"Closed: {DECISIONS[line.decision]}: {line.reason}" if line.decision else "Open."
    replaced = f", {line.replaced} replaced" if line.replaced else ""
    return f"{line.week}  {line.read} of {line.items} read{replaced}. {decision}"
