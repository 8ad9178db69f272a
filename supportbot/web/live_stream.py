"""Live updates: one thread per process tails the `event` table and hands what is new to open streams.

The table is the bus, so any number of processes and machines hear each other. A stream holds no database connection
and sends ids only; its reader fetches what changed over the ordinary, authorised endpoints.
"""

import contextlib
import json
import logging
import queue
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import Response, request
from sqlmodel import Session, col, select

from supportbot.db import Database
from supportbot.errors import Unavailable
from supportbot.events.tables import Event

logger = logging.getLogger(__name__)

POLL_S = 0.3
QUEUE_SIZE = 64
MOST_STREAMS = 400
KEPT_FOR_DESK = 100
MOST_PER_CUSTOMER = 6
HEARTBEAT_S = 15.0
LOOK_UP_S = 3.0
LIFE_S = 600.0
RETRY_AFTER_S = 30
PATIENCE_S = 10.0
LOOK_BACK = 200
BATCH = 1000


@dataclass(frozen=True, slots=True)
class Notice:
    """One event as streams carry it: ids, never text."""

    id: int
    kind: str
    conversation_id: int
    customer_id: int
    for_widget: bool


@dataclass(frozen=True, slots=True)
class Audience:
    """Who listens: the desk hears everything, a widget only what concerns its one customer."""

    customer_id: int | None = None

    def hears(self, notice: Notice) -> bool:
        """Whether this notice is for them."""
        return self.customer_id is None or (notice.for_widget and notice.customer_id == self.customer_id)

    def conditions(self) -> list[sa.ColumnElement[bool]]:
        """The same rule, for a query."""
        if self.customer_id is None:
            return []
        return [col(Event.for_widget).is_(True), col(Event.customer_id) == self.customer_id]


DESK = Audience()


class StreamsFull(Unavailable):
    """This process carries as many streams as it may; the reader polls and tries again later."""

    code = "streams_full"


class EventCursor:
    """Which events were read already. Ids may commit out of order, so gaps are asked for again for a while."""

    def __init__(self, newest: int, present: Iterable[int] = (), *, now: float = 0.0) -> None:
        self.newest = newest
        known = set(present)
        first = max(1, newest - LOOK_BACK)
        self._gaps = {missing: now + PATIENCE_S for missing in range(first, newest) if missing not in known}

    @property
    def gaps(self) -> tuple[int, ...]:
        """Ids below the newest that may still arrive."""
        return tuple(self._gaps)

    def start_over_if_emptied(self, newest: int) -> None:
        """SQLite counts from 1 again once every row was removed."""
        if newest < self.newest:
            self.newest, self._gaps = 0, {}

    def take(self, ids: Iterable[int], *, now: float) -> list[int]:
        """Note what was read at `now` (monotonic seconds); gives what had not been seen, in order."""
        fresh = []
        for seen in sorted(ids):
            if seen > self.newest:
                first = max(self.newest + 1, seen - LOOK_BACK)
                self._gaps.update({missing: now + PATIENCE_S for missing in range(first, seen)})
                self.newest = seen
            elif self._gaps.pop(seen, None) is None:
                continue
            fresh.append(seen)
        self._gaps = {missing: until for missing, until in self._gaps.items() if until > now}
        return fresh


@dataclass(eq=False, slots=True)
class Subscription:
    """One open stream's bounded queue, and what it missed before it opened. `missed` None: too much, start over."""

    audience: Audience
    missed: list[Notice] | None = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)
    _queue: "queue.Queue[Notice | None]" = field(default_factory=lambda: queue.Queue(QUEUE_SIZE))

    def offer(self, notice: Notice) -> None:
        """Queue a notice; a reader too slow for its queue is dropped and resumes by itself."""
        try:
            self._queue.put_nowait(notice)
        except queue.Full:
            self.ended.set()

    def end(self) -> None:
        """Let the reader leave, at once if it waits."""
        self.ended.set()
        with contextlib.suppress(queue.Full):
            self._queue.put_nowait(None)

    def next(self, *, wait_s: float) -> Notice | None:
        """The next notice; None when none came in time or the stream ended."""
        try:
            return self._queue.get(timeout=max(wait_s, 0.0), block=not self.ended.is_set())
        except queue.Empty:
            return None


class EventTail:
    """The process's one reader of events. Its thread runs only while somebody listens."""

    def __init__(self, database: Database, *, poll_s: float = POLL_S, most_streams: int = MOST_STREAMS) -> None:
        self._database = database
        self._poll_s = poll_s
        self._most_streams = most_streams
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._subscriptions: set[Subscription] = set()
        self._thread: threading.Thread | None = None

    @property
    def open_streams(self) -> int:
        """How many streams this process carries now."""
        return len(self._subscriptions)

    def open(self, audience: Audience, *, after: int | None = None) -> Subscription:
        """Start listening; `after` is the last event id the reader has, and what came since is in `missed`.

        Raises:
            StreamsFull: the process carries its most already.
        """
        subscription = Subscription(audience)
        with self._lock:
            if self._is_full_for(audience):
                raise StreamsFull(
                    "Live updates are full here. Ask every few seconds instead.", retry_after_s=RETRY_AFTER_S
                )
            self._subscriptions.add(subscription)
            if self._thread is None:
                self._thread = self._started_thread()
        if after is not None:
            subscription.missed = self._missed(audience, after)
        return subscription

    def close(self, subscription: Subscription) -> None:
        """Stop listening; closing twice does no harm."""
        subscription.end()
        with self._lock:
            self._subscriptions.discard(subscription)

    def stop(self) -> None:
        """End every stream and the thread."""
        with self._lock:
            subscriptions, thread = list(self._subscriptions), self._thread
            self._subscriptions.clear()
        for subscription in subscriptions:
            subscription.end()
        self._wake.set()
        if thread is not None:
            thread.join(timeout=5)

    def _is_full_for(self, audience: Audience) -> bool:
        """Widgets never take the places kept for the desk, nor one customer everybody's."""
        if audience.customer_id is None:
            return len(self._subscriptions) >= self._most_streams + KEPT_FOR_DESK
        mine = sum(other.audience == audience for other in self._subscriptions)
        return mine >= MOST_PER_CUSTOMER or len(self._subscriptions) >= self._most_streams

    def _started_thread(self) -> threading.Thread:
        with self._database.transaction(read_only=True) as db:
            newest = _newest_id(db)
            present = db.exec(select(Event.id).where(col(Event.id) > newest - LOOK_BACK)).all()
        cursor = EventCursor(newest, (seen for seen in present if seen is not None), now=time.monotonic())
        self._wake.clear()
        thread = threading.Thread(target=self._run, args=(cursor,), name="event-tail", daemon=True)
        thread.start()
        return thread

    def _run(self, cursor: EventCursor) -> None:
        while not self._wake.wait(self._poll_s):
            with self._lock:
                if not self._subscriptions:
                    self._thread = None
                    return
            try:
                self._hand_out(cursor)
            except sa.exc.SQLAlchemyError:
                logger.exception("events could not be read; trying again")
        with self._lock:
            self._thread = None

    def _hand_out(self, cursor: EventCursor) -> None:
        with self._database.transaction(read_only=True) as db:
            cursor.start_over_if_emptied(_newest_id(db))
            condition = sa.or_(col(Event.id) > cursor.newest, col(Event.id).in_(cursor.gaps))
            read = {notice.id: notice for notice in _notices(db, [condition], limit=BATCH)}
        fresh = cursor.take(read, now=time.monotonic())
        if not fresh:
            return
        with self._lock:
            subscriptions = list(self._subscriptions)
        for notice in (read[seen] for seen in fresh):
            for subscription in subscriptions:
                if subscription.audience.hears(notice):
                    subscription.offer(notice)

    def _missed(self, audience: Audience, after: int) -> list[Notice] | None:
        conditions = [col(Event.id) > after, *audience.conditions()]
        with self._database.transaction(read_only=True) as db:
            missed = _notices(db, conditions, limit=QUEUE_SIZE + 1)
        return missed if len(missed) <= QUEUE_SIZE else None


def stream_response(
    tail: EventTail, audience: Audience, *, last_event_id: str | None, is_allowed: Callable[[], bool]
) -> Response:
    """An event stream for one reader.

    Args:
        last_event_id: the header of a reader that comes back; anything but a number is ignored.
        is_allowed: asked at each heartbeat whether the reader may still listen.

    Raises:
        StreamsFull: see `EventTail.open`.
    """
    after = int(last_event_id) if last_event_id and last_event_id.isdecimal() and len(last_event_id) < 19 else None
    subscription = tail.open(audience, after=after)
    response = Response(
        event_lines(subscription, is_allowed=is_allowed, has_left=_reader_watch()),
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )
    response.call_on_close(lambda: tail.close(subscription))
    return response


def event_lines(
    subscription: Subscription,
    *,
    is_allowed: Callable[[], bool],
    has_left: Callable[[], bool] = lambda: False,
    heartbeat_s: float = HEARTBEAT_S,
    look_up_s: float = LOOK_UP_S,
    life_s: float = LIFE_S,
) -> Iterator[str]:
    """The stream's text: what was missed, then each notice, with a comment at every heartbeat so that both ends
    know of each other. Ends after `life_s`; the reader comes back with the last id and its right is checked anew.

    Args:
        has_left: asked every `look_up_s`; a write to a reader who left fails only the second time, half a minute on.
    """
    yield "retry: 3000\n\n"
    sent: set[int] = set()
    if subscription.missed is None:
        yield "event: reset\ndata: {}\n\n"
    for missed in subscription.missed or ():
        sent.add(missed.id)
        yield _as_event(missed)
    ends_at = time.monotonic() + life_s
    beats_at = time.monotonic() + heartbeat_s
    while (now := time.monotonic()) < ends_at:
        if now >= beats_at:
            if not is_allowed():
                return
            yield ": still here\n\n"
            beats_at = now + heartbeat_s
        notice = subscription.next(wait_s=min(beats_at, ends_at, now + look_up_s) - now)
        if notice is not None and notice.id not in sent:
            yield _as_event(notice)
        elif notice is None and (subscription.ended.is_set() or has_left()):
            return


def _reader_watch() -> Callable[[], bool]:
    """Whether the reader of this request has hung up, as far as the server lets us see."""
    reader: object = request.environ.get("gunicorn.socket") or request.environ.get("werkzeug.socket")
    if type(reader) is not socket.socket or reader.gettimeout() is not None:  # a TLS socket cannot be peeked at
        return lambda: False
    return lambda: has_hung_up(reader)


def has_hung_up(reader: socket.socket) -> bool:
    """Whether the other end closed; nothing is read and nothing is waited for."""
    try:
        return reader.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def _newest_id(db: Session) -> int:
    return db.exec(select(sa.func.max(Event.id))).one() or 0


def _notices(db: Session, conditions: list[sa.ColumnElement[bool]], *, limit: int) -> list[Notice]:
    rows = db.exec(select(Event).where(*conditions).order_by(col(Event.id)).limit(limit)).all()
    return [
        Notice(
            id=row.id or 0,
            kind=row.kind,
            conversation_id=row.conversation_id,
            customer_id=row.customer_id,
            for_widget=row.for_widget,
        )
        for row in rows
    ]


def _as_event(notice: Notice) -> str:
    data = json.dumps({"id": notice.id, "kind": notice.kind, "conversation_id": notice.conversation_id})
    return f"id: {notice.id}\nevent: {notice.kind}\ndata: {data}\n\n"
