"""Scorecards, replacements and the week's decision: who may, when, and only once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from supportbot.accounts.types import Person
from supportbot.audit.tables import AuditEntry
from supportbot.db import Database
from supportbot.errors import Conflict, Forbidden, InvalidInput, NotFound
from supportbot.review import actions, queries
from supportbot.review.tables import ReviewReplacement, ReviewWeek, Scorecard
from supportbot.stats import Count
from tests.factories import Shop
from tests.review.weeks import WEEK, all_marked, answered, draw, items, read, shop_after_week


def drawn(database: Database, *, routine: int = 8, held: int = 4, edited: int = 0) -> Shop:
    """A shop whose week is drawn."""
    shop = shop_after_week(database, routine=routine, held=held)
    for _ in range(edited):
        answered(shop, edited="Other words entirely.", held=True)
    draw(shop)
    return shop


def replace(shop: Shop, position: int, reason: str = "A test message", *, by: str = "lead") -> None:
    person = {"lead": shop.lead, "agent": shop.agent}[by]
    shop.act(lambda db: actions.replace_item(db, shop.runtime, WEEK, position, reason, by=person))


def close(shop: Shop, decision: str = "keep", reason: str = "Nothing to change.", *, by: str = "lead") -> ReviewWeek:
    person = {"lead": shop.lead, "agent": shop.agent}[by]
    return shop.act(lambda db: actions.close_week(db, shop.runtime, WEEK, decision=decision, reason=reason, by=person))


def read_all(shop: Shop, **marks: object) -> None:
    for state in items(shop):
        read(shop, state.item.position, all_marked(**marks))  # type: ignore[arg-type]


def counts(shop: Shop, week: str = WEEK) -> dict[str, tuple[Count, ...]]:
    found = shop.act(lambda db: queries.count_week(db, week))
    return {row.criterion.name: row.counts for row in found.rows}


def test_an_agent_may_neither_mark_nor_replace_nor_decide(database: Database) -> None:
    shop = drawn(database)
    attempts: list[Callable[[], object]] = [
        lambda: read(shop, 1, by="agent"),
        lambda: replace(shop, 1, by="agent"),
        lambda: close(shop, by="agent"),
    ]
    for attempt in attempts:
        with pytest.raises(Forbidden):
            attempt()
    assert all(not state.cards for state in items(shop))


def test_marks_that_were_submitted_do_not_change(database: Database) -> None:
    shop = drawn(database)
    read(shop, 1, all_marked(tone="no", cause="Cold."))
    with pytest.raises(Conflict, match="do not change"):
        read(shop, 1)
    (card,) = items(shop)[0].cards
    assert (card.marks["tone"], card.cause, card.reviewer_id) == ("no", "Cold.", shop.lead.id)


def test_two_people_who_submit_at_once_leave_one_scorecard_on_what_is_read_once(database: Database) -> None:
    shop = drawn(database)
    once = next(state.item.position for state in items(shop) if not state.item.twice)

    def submit(by: str) -> str:
        try:
            read(shop, once, by=by)
        except Conflict as error:
            return error.code
        return "stored"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(submit, ["lead", "owner"])) == ["marked", "stored"]
    assert len(items(shop)[once - 1].cards) == 1


def test_two_of_the_sample_are_read_by_two_people_and_the_first_one_counts(database: Database) -> None:
    shop = drawn(database)
    twice = [state.item.position for state in items(shop) if state.item.twice]
    assert len(twice) == 2
    read(shop, twice[0], all_marked(tone="no"))
    read(shop, twice[0], all_marked(next_action="no"), by="owner")
    assert counts(shop)["tone"][0] == Count(1, 1)
    assert counts(shop)["next_action"][0] == Count(0, 1)
    found = shop.act(lambda db: queries.count_week(db, WEEK)).agreement
    assert (found.same, found.total) == (3, 5)


def test_what_is_not_in_the_week_cannot_be_marked(database: Database) -> None:
    shop = drawn(database)
    with pytest.raises(NotFound, match="no conversation 13"):
        read(shop, 13)
    with pytest.raises(NotFound, match="has not been drawn"):
        read(shop, 1, week="2026-W11")


def test_a_replacement_needs_a_reason_takes_the_next_one_and_is_kept(database: Database) -> None:
    shop = drawn(database)
    before = items(shop)[0].item
    with pytest.raises(InvalidInput, match="Say why"):
        replace(shop, 1, "  ")
    replace(shop, 1)
    after = items(shop)[0].item
    assert (after.kind, after.position, after.twice) == (before.kind, before.position, before.twice)
    assert after.conversation_id != before.conversation_id
    assert after.conversation_id not in [state.item.conversation_id for state in items(shop)[1:]]
    with database.transaction(read_only=True) as db:
        (kept,) = db.exec(select(ReviewReplacement)).all()
        assert queries.replaced_in(db, WEEK) == 1
    assert (kept.conversation_id, kept.reason, kept.by_id) == (before.conversation_id, "A test message", shop.lead.id)


def test_replaced_conversations_never_come_back_and_the_draw_still_compares_as_the_same(database: Database) -> None:
    shop = drawn(database, routine=9, held=0)
    seen = {state.item.conversation_id for state in items(shop)}
    for _ in range(3):
        replace(shop, 2)
        assert items(shop)[1].item.conversation_id not in seen
        seen.add(items(shop)[1].item.conversation_id)
    with pytest.raises(Conflict, match="Nothing of this kind is left"):
        replace(shop, 2)
    assert draw(shop).state == "same"


def test_what_was_marked_stays(database: Database) -> None:
    shop = drawn(database)
    read(shop, 1)
    with pytest.raises(Conflict, match="stays"):
        replace(shop, 1)


def test_hunts_never_enter_a_rate(database: Database) -> None:
    shop = drawn(database, edited=6)
    kinds = [state.item.kind for state in items(shop)]
    assert kinds.count("hunt") == 3
    for state in items(shop):
        read(shop, state.item.position, all_marked("no" if state.item.kind == "hunt" else "yes"))
    assert set(counts(shop).values()) == {(Count(0, 9), Count(0, 9), Count(0, 9))}


def test_not_applicable_leaves_its_row(database: Database) -> None:
    shop = drawn(database)
    read_all(shop, amounts_dates="na")
    assert counts(shop)["amounts_dates"][0] == Count(0, 0)
    assert counts(shop)["tone"][0] == Count(0, 9)
    assert shop.act(lambda db: queries.count_week(db, WEEK)).not_applicable == 9


def test_what_somebody_still_has_to_mark_is_not_counted_to_them(database: Database) -> None:
    shop = drawn(database)
    twice = next(state.item.position for state in items(shop) if state.item.twice)
    once = next(state.item.position for state in items(shop) if not state.item.twice)
    read(shop, twice, all_marked("no"))
    read(shop, once)

    def seen_by(person: Person) -> set[Count]:
        found = shop.act(lambda db: queries.count_week(db, WEEK, reader=person))
        return {row.counts[0] for row in found.rows}

    assert seen_by(shop.lead) == {Count(1, 2)}
    assert seen_by(shop.owner) == {Count(0, 1)}
    read(shop, twice, by="owner")
    assert seen_by(shop.owner) == {Count(1, 2)}


def test_a_week_closes_with_one_decision_once_everything_is_read(database: Database) -> None:
    shop = drawn(database)
    with pytest.raises(Conflict, match="9 conversations are unread"):
        close(shop)
    read_all(shop)
    with pytest.raises(InvalidInput):
        close(shop, "panic")
    with pytest.raises(InvalidInput):
        close(shop, "keep", " ")
    row = close(shop, "tighten_prompt", "The first sentence must answer.")
    assert (row.decision, row.decision_reason, row.closed_by_id) == (
        "tighten_prompt",
        "The first sentence must answer.",
        shop.lead.id,
    )
    with pytest.raises(Conflict, match="closed"):
        close(shop)
    with pytest.raises(Conflict, match="closed"):
        replace(shop, 1)
    with pytest.raises(Conflict, match="closed"):
        read(shop, 1, by="owner")


def test_the_next_week_finds_the_decision_and_the_week_itself_does_not(database: Database) -> None:
    shop = drawn(database)
    read_all(shop)
    close(shop)
    with database.transaction(read_only=True) as db:
        found = queries.last_decision(db, before="2026-W13")
        assert found is not None
        assert found.week == WEEK
        assert queries.last_decision(db, before=WEEK) is None


def test_every_act_is_in_the_audit_log_and_the_chain_holds(database: Database) -> None:
    shop = drawn(database, routine=9, held=0)
    replace(shop, 1)
    read_all(shop)
    close(shop)
    with database.transaction(read_only=True) as db:
        entries = db.exec(select(AuditEntry)).all()
        report = shop.runtime.audit.verify(db, in_use_at=None)
    names = [entry.action for entry in entries if entry.action.startswith("review.")]
    assert names == ["review.drawn", "review.replaced", *["review.marked"] * 6, "review.closed"]
    assert report.problem is None


def test_weeks_are_listed_newest_first_with_what_is_read_and_replaced(database: Database) -> None:
    shop = drawn(database)
    replace(shop, 3)
    read(shop, 1)
    twice = next(state.item.position for state in items(shop) if state.item.twice)
    if twice != 1:
        read(shop, twice)
    read(shop, twice, by="owner")
    (line,) = shop.act(queries.newest_weeks)
    assert (line.week, line.items, line.read, line.replaced) == (WEEK, 9, 1 if twice == 1 else 2, 1)
    assert shop.act(lambda db: queries.newest_weeks(db, before=WEEK)) == []
    assert shop.act(lambda db: len(db.exec(select(Scorecard)).all())) == (2 if twice == 1 else 3)
