"""Live updates: nothing is missed, nothing is doubled, nobody hears what is not theirs."""

import re
import socket
import threading
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlmodel import delete

from supportbot.db import Database
from supportbot.events.cursor import EventCursor
from supportbot.events.tables import Event
from supportbot.events.tail import KEPT_FOR_DESK, MOST_PER_CUSTOMER, QUEUE_SIZE, EventTail, StreamsFull, Subscription
from supportbot.events.types import DESK, Audience, Notice
from supportbot.web.live_stream import event_lines, has_hung_up
from tests.web.shop import Shop, bearer, make_shop

AT = datetime(2026, 3, 18, 9, 14, tzinfo=UTC)
MIRA = Audience(customer_id=1)


@pytest.fixture
def tail(database: Database) -> Iterator[EventTail]:
    made = EventTail(database, poll_s=0.02, most_streams=3)
    yield made
    made.stop()


@pytest.fixture
def shop(database_url: str) -> Iterator[Shop]:
    made = make_shop(database_url, most_streams=2)
    yield made
    made.close()


def event(customer_id: int = 1, *, for_widget: bool = True, kind: str = "message") -> Event:
    return Event(at=AT, kind=kind, conversation_id=5, customer_id=customer_id, for_widget=for_widget)


def publish(database: Database, *events: Event) -> list[int]:
    with database.transaction() as db:
        for made in events:
            db.add(made)
            db.flush()
        return [made.id or 0 for made in events]


def heard(subscription: Subscription, count: int) -> list[int]:
    """The next `count` ids; fails when they do not come within two seconds each."""
    notices = [subscription.next(wait_s=2.0) for _ in range(count)]
    assert None not in notices, notices
    return [notice.id for notice in notices if notice is not None]


def notice(number: int) -> Notice:
    return Notice(id=number, kind="message", conversation_id=5, customer_id=1, for_widget=True)


# The cursor


def test_cursor_gives_each_id_once() -> None:
    cursor = EventCursor(10, present=range(1, 11))
    assert cursor.take([11, 12], now=0.0) == [11, 12]
    assert cursor.take([11, 12, 13], now=0.0) == [13]


def test_cursor_asks_again_for_ids_that_commit_late() -> None:
    cursor = EventCursor(10, present=range(1, 11))
    assert cursor.take([11, 14], now=0.0) == [11, 14]
    assert cursor.gaps == (12, 13)
    assert cursor.take([13], now=1.0) == [13]
    assert cursor.gaps == (12,)


def test_cursor_gives_up_on_ids_that_were_rolled_back() -> None:
    cursor = EventCursor(10, present=range(1, 11))
    cursor.take([12], now=0.0)
    assert cursor.take([], now=9.9) == []
    assert cursor.gaps == (11,)
    cursor.take([], now=10.0)
    assert cursor.gaps == ()


def test_cursor_starts_with_the_gaps_just_below_the_newest() -> None:
    assert EventCursor(10, present=[7, 8, 10]).gaps == (1, 2, 3, 4, 5, 6, 9)


# The tail


def test_desk_hears_everything_and_a_widget_only_its_own(database: Database, tail: EventTail) -> None:
    desk, mira = tail.open(DESK), tail.open(MIRA)
    ids = publish(database, event(1), event(2), event(1, for_widget=False), event(1))
    assert heard(desk, 4) == ids
    assert heard(mira, 2) == [ids[0], ids[3]]


def test_event_that_commits_late_is_heard_once(postgres_database_url: str) -> None:
    database = Database(postgres_database_url)
    tail = EventTail(database, poll_s=0.02)
    try:
        desk = tail.open(DESK)
        with database.transaction() as slow:
            late = event()
            slow.add(late)
            slow.flush()
            (early_id,) = publish(database, event())
            assert heard(desk, 1) == [early_id]
        assert heard(desk, 1) == [late.id]
        assert late.id < early_id
        (last_id,) = publish(database, event())
        assert heard(desk, 1) == [last_id]
    finally:
        tail.stop()
        database.dispose()


def test_event_that_was_open_when_listening_began_is_heard(postgres_database_url: str) -> None:
    database = Database(postgres_database_url)
    tail = EventTail(database, poll_s=0.02)
    try:
        with database.transaction() as slow:
            late = event()
            slow.add(late)
            slow.flush()
            publish(database, event())
            desk = tail.open(DESK)
        assert heard(desk, 1) == [late.id]
    finally:
        tail.stop()
        database.dispose()


def test_events_after_the_table_was_emptied_are_heard(database: Database, tail: EventTail) -> None:
    desk = tail.open(DESK)
    heard(desk, len(publish(database, event(), event(), event())))
    with database.transaction() as db:
        db.exec(delete(Event))
    ids = publish(database, event())
    assert heard(desk, 1) == ids


def test_reader_who_comes_back_gets_what_came_meanwhile(database: Database, tail: EventTail) -> None:
    ids = publish(database, event(1), event(2), event(1))
    back = tail.open(MIRA, after=ids[0])
    assert [missed.id for missed in back.missed or ()] == [ids[2]]


def test_reader_who_missed_too_much_starts_over(database: Database, tail: EventTail) -> None:
    publish(database, *(event() for _ in range(QUEUE_SIZE + 1)))
    assert tail.open(MIRA, after=0).missed is None


def test_slow_reader_is_dropped_and_others_are_not(database: Database, tail: EventTail) -> None:
    slow, quick = tail.open(DESK), tail.open(DESK)
    for _ in range(QUEUE_SIZE + 1):
        (made,) = publish(database, event())
        assert heard(quick, 1) == [made]
    assert slow.ended.is_set()
    assert not quick.ended.is_set()
    lines = list(event_lines(slow, is_allowed=lambda: True))
    assert sum("event: message" in line for line in lines) == QUEUE_SIZE


def test_stream_over_the_cap_is_refused_until_one_closes(tail: EventTail) -> None:
    first, *_ = [tail.open(Audience(customer_id)) for customer_id in (1, 2, 3)]
    with pytest.raises(StreamsFull):
        tail.open(Audience(4))
    tail.close(first)
    tail.close(first)
    tail.open(Audience(4))
    assert tail.open_streams == 3


def test_desk_has_places_that_widgets_cannot_take(tail: EventTail) -> None:
    for customer_id in (1, 2, 3):
        tail.open(Audience(customer_id))
    for _ in range(KEPT_FOR_DESK):
        tail.open(DESK)
    with pytest.raises(StreamsFull):
        tail.open(DESK)


def test_one_customer_cannot_take_everybodys_places(database: Database) -> None:
    tail = EventTail(database, poll_s=0.02)
    for _ in range(MOST_PER_CUSTOMER):
        tail.open(MIRA)
    with pytest.raises(StreamsFull):
        tail.open(MIRA)
    tail.open(Audience(customer_id=2))
    tail.stop()


def test_thread_rests_when_nobody_listens_and_starts_again(database: Database, tail: EventTail) -> None:
    tail.close(tail.open(DESK))
    for thread in [thread for thread in threading.enumerate() if thread.name == "event-tail"]:
        thread.join(timeout=30)
        assert not thread.is_alive()
    again = tail.open(DESK)
    ids = publish(database, event())
    assert heard(again, 1) == ids


def test_stopping_ends_every_stream_at_once(tail: EventTail) -> None:
    subscription = tail.open(DESK)
    lines = event_lines(subscription, is_allowed=lambda: True)
    assert next(lines) == "retry: 3000\n\n"
    tail.stop()
    assert list(lines) == []


# The text of a stream


def test_notice_is_sent_as_ids_only() -> None:
    subscription = Subscription(MIRA)
    subscription.offer(notice(7))
    subscription.end()
    _, line = event_lines(subscription, is_allowed=lambda: True)
    assert line == 'id: 7\nevent: message\ndata: {"id": 7, "kind": "message", "conversation_id": 5}\n\n'


def test_what_was_missed_comes_first_and_is_not_repeated() -> None:
    subscription = Subscription(MIRA, missed=[notice(7)])
    subscription.offer(notice(7))
    subscription.offer(notice(8))
    subscription.end()
    lines = "".join(event_lines(subscription, is_allowed=lambda: True))
    assert re.findall(r"^id: (\d+)$", lines, re.M) == ["7", "8"]


def test_reader_who_missed_too_much_is_told_to_start_over() -> None:
    subscription = Subscription(MIRA, missed=None)
    subscription.end()
    assert "event: reset\ndata: {}\n\n" in list(event_lines(subscription, is_allowed=lambda: True))


def test_quiet_stream_beats_until_its_life_is_over() -> None:
    lines = list(event_lines(Subscription(MIRA), is_allowed=lambda: True, heartbeat_s=0.01, life_s=0.1))
    assert 3 <= lines.count(": still here\n\n") <= 10


def test_stream_ends_at_the_heartbeat_after_its_right_is_gone() -> None:
    answers = iter([True, False])
    lines = list(event_lines(Subscription(MIRA), is_allowed=lambda: next(answers), heartbeat_s=0.01))
    assert lines == ["retry: 3000\n\n", ": still here\n\n"]


def test_stream_ends_soon_after_its_reader_left() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        lines = event_lines(
            Subscription(MIRA), is_allowed=lambda: True, has_left=lambda: has_hung_up(ours), look_up_s=0.01
        )
        assert next(lines) == "retry: 3000\n\n"
        theirs.sendall(b"GET /again")  # a reader who goes on talking is still there
        assert not has_hung_up(ours)
        ours.recv(100)
        assert not has_hung_up(ours)
        theirs.close()
        assert list(lines) == []


# Over HTTP


def test_widget_stream_carries_the_customers_own_replies(shop: Shop) -> None:
    mira, jonas = shop.sign_in("user-17")["session_token"], shop.sign_in("user-18")["session_token"]
    mine, theirs = shop.write(mira).json["conversation_id"], shop.write(jonas).json["conversation_id"]
    stream = shop.client.get("/widget/v1/events", headers=bearer(mira))
    assert stream.mimetype == "text/event-stream"
    assert stream.headers["X-Accel-Buffering"] == "no"
    assert stream.headers["Cache-Control"] == "no-store"
    shop.answer(theirs)
    shop.answer(mine)
    parts = iter(stream.response)
    assert next(parts) == b"retry: 3000\n\n"
    line = next(parts).decode()
    assert f'"conversation_id": {mine}' in line
    assert "invoice" not in line
    stream.close()
    assert shop.tail.open_streams == 0


def test_widget_stream_resumes_after_the_last_id(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    conversation_id = shop.write(token).json["conversation_id"]
    shop.answer(conversation_id)
    headers = bearer(token) | {"Last-Event-ID": "1"}
    stream = shop.client.get("/widget/v1/events", headers=headers)
    parts = iter(stream.response)
    assert [next(parts)[:5] for _ in range(2)] == [b"retry", b"id: 2"]
    stream.close()


def test_strange_last_id_is_ignored(shop: Shop, subtests: pytest.Subtests) -> None:
    token = shop.sign_in("user-17")["session_token"]
    for last in ("abc", "-1", "", "9" * 30, "١"):
        with subtests.test(last=last):
            stream = shop.client.get("/widget/v1/events", headers=bearer(token) | {"Last-Event-ID": last})
            assert stream.status_code == 200
            stream.close()


def test_stream_over_the_cap_answers_503_and_when_to_come_back(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    open_streams = [shop.client.get("/widget/v1/events", headers=bearer(token)) for _ in range(2)]
    refused = shop.client.get("/widget/v1/events", headers=bearer(token))
    assert refused.status_code == 503
    assert refused.json["error"] == "streams_full"
    assert refused.headers["Retry-After"] == "30"
    for stream in open_streams:
        stream.close()
    assert shop.tail.open_streams == 0


def test_stream_holds_no_database_connection(shop: Shop) -> None:
    token = shop.sign_in("user-17")["session_token"]
    stream = shop.client.get("/widget/v1/events", headers=bearer(token))
    next(iter(stream.response))
    shop.tail.stop()
    assert shop.database.engine.pool.checkedout() == 0
    stream.close()
