"""`supportbot review`: the draw and the status, for people and for programs."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supportbot.cli import main
from supportbot.clock import iso_week, system_clock
from supportbot.db import Database
from tests.factories import SECRET_KEY, Shop
from tests.review.weeks import AMSTERDAM, all_marked, answered, read, shop_after_week

WEEK = "2024-W11"
TUESDAY = datetime(2024, 3, 12, 10, tzinfo=AMSTERDAM)
Run = Callable[..., Result]


@pytest.fixture
def database(sqlite_database_url: str) -> Iterator[Database]:
    """SQLite: a command ends with its process, and here PostgreSQL's connections would outlive it."""
    opened = Database(sqlite_database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def shop(database: Database) -> Shop:
    """A shop with a small week long ago: commands go by the real clock."""
    made = shop_after_week(database)
    for held in (False, False, True):
        answered(made, at=TUESDAY, held=held)
    return made


@pytest.fixture
def run(shop: Shop, tmp_path: Path) -> Run:
    """Runs the command on the shop's database."""
    env = {
        "SUPPORTBOT_DATABASE_URL": shop.database.url.render_as_string(hide_password=False),
        "SUPPORTBOT_DATA_DIR": str(tmp_path),
        "SUPPORTBOT_SECRET_KEY": SECRET_KEY,
    }
    return lambda *words: CliRunner().invoke(main, ["review", *words], env=env)


def test_a_draw_names_the_week_what_it_is_of_and_each_conversation(run: Run) -> None:
    result = run("draw", "--week", WEEK)
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0] == (
        "Week 2024-W11 is drawn. Only 3 conversations were answered in week 11: "
        "all are drawn; fewer than 9 are too few to tell."
    )
    assert lines[1] == "3 counted and 0 hunts, from 2 routine, 1 held."
    assert len(lines) == 6
    assert lines[-1].startswith("sha256 ")


def test_a_second_draw_says_that_it_is_the_same_and_a_changed_record_makes_it_fail(run: Run, shop: Shop) -> None:
    first = json.loads(run("draw", "--week", WEEK, "--json").stdout)
    again = json.loads(run("draw", "--week", WEEK, "--json").stdout)
    assert (first["state"], again["state"]) == ("drawn", "same")
    assert again | {"state": "drawn"} == first
    assert {item["kind"] for item in again["items"]} == {"routine", "held"}
    answered(shop, at=TUESDAY)
    late = run("draw", "--week", WEEK)
    assert late.exit_code == 1
    assert "The stored draw stands." in late.stdout
    assert "would be drawn" in late.stdout


@pytest.mark.parametrize(
    ("week", "words"),
    [
        (iso_week(system_clock()), "is not over yet"),
        ("2126-W10", "is not over yet"),
        ("2024-W99", "'2024-W99' is not an ISO week. Write it like 2026-W46."),
        ("last", "is not an ISO week"),
    ],
)
def test_a_week_that_cannot_be_drawn_ends_with_its_reason(run: Run, week: str, words: str) -> None:
    result = run("draw", "--week", week)
    assert (result.exit_code, result.stdout) == (1, "")
    assert words in result.stderr


def test_a_week_without_replies_says_so_and_is_no_failure(run: Run) -> None:
    result = run("draw", "--week", "2024-W10")
    assert (result.exit_code, result.stdout) == (0, "No reply was sent in week 10, so nothing is drawn.\n")


def test_the_status_says_how_far_a_week_is_read(run: Run, shop: Shop) -> None:
    assert run("status").stderr == "No week has been drawn yet. Draw last week with: supportbot review draw\n"
    run("draw", "--week", WEEK)
    read(shop, 1, all_marked(), week=WEEK)
    assert run("status").stdout == "2024-W11  1 of 3 read. Open.\n"
    (line,) = json.loads(run("status", "--json").stdout)
    assert (line["week"], line["read"], line["items"], line["decision"]) == (WEEK, 1, 3, None)
