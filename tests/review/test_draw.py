"""A week's draw in the database: what it may draw, when, and that it happens once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from supportbot.audit.tables import AuditEntry
from supportbot.customers.tables import Site
from supportbot.db import Database
from supportbot.errors import InvalidInput
from supportbot.inbox.tables import Message
from supportbot.jobs.schedule import SCHEDULE, enqueue_scheduled
from supportbot.review.population import week_span, weeks_back
from supportbot.review.tables import ReviewItem, ReviewWeek
from tests.factories import Shop
from tests.review.weeks import AMSTERDAM, MONDAY_AFTER, TUESDAY, WEEK, answered, draw, items, shop_after_week


def stored(shop: Shop) -> tuple[int, int]:
    with shop.database.transaction(read_only=True) as db:
        return len(db.exec(select(ReviewWeek)).all()), len(db.exec(select(ReviewItem)).all())


def drawn_ids(shop: Shop, week: str = WEEK) -> list[int]:
    return [state.item.conversation_id for state in items(shop, week)]


def test_a_week_is_drawn_once_and_a_second_draw_says_that_it_is_the_same(database: Database) -> None:
    shop = shop_after_week(database, routine=10, held=5)
    first = draw(shop)
    assert (first.state, first.shortfall, first.draw.counted, len(first.draw.items)) == ("drawn", None, 9, 9)
    shop.clock.move(timedelta(days=3))
    again = draw(shop)
    assert (again.state, again.differences, again.draw) == ("same", (), first.draw)
    assert stored(shop) == (1, 9)


def test_the_draw_is_written_to_the_audit_log_with_its_hash(database: Database) -> None:
    shop = shop_after_week(database, routine=2)
    result = draw(shop)
    draw(shop)
    with database.transaction(read_only=True) as db:
        (entry,) = db.exec(select(AuditEntry).where(AuditEntry.action == "review.drawn")).all()
        assert shop.runtime.audit.verify(db, in_use_at=None).problem is None
    assert entry.detail == {
        "week": WEEK,
        "hash": result.draw.hash,
        "population": {"routine": 2, "held": 0},
        "items": 2,
    }


def test_many_draws_at_once_store_one(database: Database) -> None:
    shop = shop_after_week(database, routine=12, held=4)

    def once(_: int) -> str:
        return draw(shop).state

    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(once, range(8)))
    assert sorted(states) == ["drawn", *["same"] * 7]
    assert stored(shop) == (1, 9)


def test_a_draw_that_no_longer_fits_the_records_is_reported_and_the_stored_one_stands(database: Database) -> None:
    shop = shop_after_week(database, routine=3)
    before = draw(shop).draw
    late = answered(shop)
    result = draw(shop)
    assert result.state == "differs"
    assert any("would be drawn" in words for words in result.differences)
    assert result.draw == before
    assert late not in drawn_ids(shop)


def test_only_replies_of_the_week_count_and_the_borders_are_the_teams(database: Database) -> None:
    shop = shop_after_week(database)
    start = datetime(2026, 3, 16, tzinfo=AMSTERDAM)
    inside = {answered(shop, at=start), answered(shop, at=start + timedelta(days=7, seconds=-1))}
    answered(shop, at=start - timedelta(seconds=1))
    answered(shop, at=start + timedelta(days=7))
    draw(shop)
    assert set(drawn_ids(shop)) == inside


@pytest.mark.parametrize(
    ("week", "hours", "first", "after"),
    [
        ("2026-W13", 167, "2026-03-22T23:00:00+00:00", "2026-03-29T22:00:00+00:00"),
        ("2026-W43", 169, "2026-10-18T22:00:00+00:00", "2026-10-25T23:00:00+00:00"),
        ("2026-W12", 168, "2026-03-15T23:00:00+00:00", "2026-03-22T23:00:00+00:00"),
    ],
)
def test_a_week_in_which_the_clocks_change_still_ends_at_midnight(
    week: str, hours: int, first: str, after: str
) -> None:
    span = week_span(week, AMSTERDAM)
    start, end = span.start.astimezone(UTC), span.end.astimezone(UTC)
    assert (start.isoformat(), end.isoformat()) == (first, after)
    assert end - start == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("sunday", "weeks"),
    [(datetime(2026, 3, 29), ("2026-W13", "2026-W14")), (datetime(2026, 10, 25), ("2026-W43", "2026-W44"))],
)
def test_the_last_minute_of_a_sunday_on_which_clocks_change_belongs_to_its_week(
    database: Database, sunday: datetime, weeks: tuple[str, str]
) -> None:
    shop = shop_after_week(database)
    midnight = sunday.replace(tzinfo=AMSTERDAM) + timedelta(days=1)
    last, next_one = answered(shop, at=midnight - timedelta(minutes=1)), answered(shop, at=midnight)
    shop.clock.set(midnight + timedelta(days=8))
    assert [draw(shop, week).state for week in weeks] == ["drawn", "drawn"]
    assert [drawn_ids(shop, week) for week in weeks] == [[last], [next_one]]


def test_a_week_that_is_not_over_is_refused_with_the_day_on_which_it_is_drawn(database: Database) -> None:
    shop = shop_after_week(database, routine=2)
    shop.clock.set(datetime(2026, 3, 22, 23, 59, 59, tzinfo=AMSTERDAM))
    with pytest.raises(InvalidInput, match="drawn the Monday after, 23 March 2026"):
        draw(shop)
    shop.clock.move(timedelta(seconds=1))
    assert draw(shop).state == "drawn"


@pytest.mark.parametrize("week", ["", "2026-46", "2026-W1", "2026-W54", "2025-W53", "2026-W00", "next", "2026-W12 "])
def test_what_is_no_iso_week_is_refused(week: str) -> None:
    with pytest.raises(InvalidInput):
        week_span(week, AMSTERDAM)


def test_a_week_without_replies_stores_nothing_so_it_can_still_be_drawn(database: Database) -> None:
    shop = shop_after_week(database)
    result = draw(shop)
    assert (result.state, result.shortfall) == ("nothing", "No reply was sent in week 12, so nothing is drawn.")
    assert stored(shop) == (0, 0)
    answered(shop)
    assert draw(shop).state == "drawn"


def test_a_conversation_with_one_held_reply_is_held_and_that_reply_is_judged(database: Database) -> None:
    shop = shop_after_week(database)
    conversation_id = answered(shop, held=True)
    answered(shop, at=TUESDAY + timedelta(hours=1), conversation_id=conversation_id)
    (item,) = draw(shop).draw.items
    assert item.kind == "held"
    with database.transaction(read_only=True) as db:
        replies = db.exec(select(Message.id).where(Message.role == "agent").order_by(col(Message.id))).all()
    assert item.reply_id == replies[0]


def test_hunts_are_found_by_edit_by_changed_decision_and_by_fault_each_with_its_reason(database: Database) -> None:
    shop = shop_after_week(database, routine=30)
    check = {"rule": "dates", "title": "Every date is on record", "passed": False, "severity": "warn", "field": "x"}
    for _ in range(4):  # more than one of each: some fall into the sample
        answered(shop, edited="Your invoice is here.")
        answered(shop, changed=True)
        answered(shop, rejected=True)
        answered(shop, checks=[check])
    result = draw(shop)
    hunts = [item for item in result.draw.items if item.kind == "hunt"]
    assert [item.why for item in hunts] == [
        "50 % of the draft’s words were edited.",
        "Routing changed the outcome from refund approved to refund needs review.",
        "Its draft was rejected: wrong fact.",
    ]
    assert [item.position for item in hunts] == [7, 8, 9]
    assert result.draw.counted == 6
    assert draw(shop).state == "same"


def test_a_failed_check_makes_a_hunt_when_nothing_worse_happened(database: Database) -> None:
    shop = shop_after_week(database, routine=8)
    checks = [
        {"rule": "a", "title": "Says what was asked", "passed": True, "severity": "block", "field": "x"},
        {"rule": "b", "title": "Every date is on record", "passed": False, "severity": "block", "field": "x"},
    ]
    odd = {answered(shop, checks=checks) for _ in range(10)}
    hunts = [item for item in draw(shop).draw.items if item.kind == "hunt"]
    assert [item.why for item in hunts] == ["A check of its draft failed: Every date is on record."] * 3
    assert {item.conversation_id for item in hunts} <= odd


def test_the_scheduled_job_draws_last_week_once(database: Database) -> None:
    shop = shop_after_week(database, routine=2)
    entry = next(entry for entry in SCHEDULE if entry.name == "draw_review")
    assert enqueue_scheduled(database, shop.runtime, "draw_review", AMSTERDAM) == f"draw_review:{WEEK}"
    enqueue_scheduled(database, shop.runtime, "draw_review", AMSTERDAM)
    shop.work()
    assert stored(shop) == (1, 2)
    assert entry.period(MONDAY_AFTER) == WEEK


@pytest.mark.parametrize(
    ("after", "fires"),
    [
        (datetime(2026, 3, 28, 12, tzinfo=AMSTERDAM), "2026-03-30T06:00:00+02:00"),
        (datetime(2026, 10, 24, 12, tzinfo=AMSTERDAM), "2026-10-26T06:00:00+01:00"),
        (datetime(2026, 3, 23, 5, 59, tzinfo=AMSTERDAM), "2026-03-23T06:00:00+01:00"),
    ],
)
def test_the_clock_strikes_at_six_on_the_monday_after_either_change(after: datetime, fires: str) -> None:
    entry = next(entry for entry in SCHEDULE if entry.name == "draw_review")
    assert entry.trigger(AMSTERDAM).get_next_fire_time(None, after).isoformat() == fires


def test_the_weeks_before_are_counted_across_the_turn_of_the_year() -> None:
    assert weeks_back("2027-W02", 4) == ["2027-W02", "2027-W01", "2026-W53", "2026-W52"]


def test_a_stored_week_keeps_the_zone_it_was_drawn_in(database: Database) -> None:
    shop = shop_after_week(database, routine=1)
    shop_start = datetime(2026, 3, 16, 0, 30, tzinfo=AMSTERDAM)  # in New York it is still Sunday of the week before
    answered(shop, at=shop_start)
    draw(shop)
    with database.transaction() as db:
        site = db.get_one(Site, shop.site_id)
        site.time_zone = "America/New_York"
        db.add(site)
    assert draw(shop).state == "same"
