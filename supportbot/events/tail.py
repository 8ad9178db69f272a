"""One thread per process tails the `event` table and hands what is new to open streams.

The table is the bus, so any number of processes and machines hear each other. A stream holds no database connection
and sends ids only; its reader fetches what changed over the ordinary, authorised endpoints.
"""

import contextlib
import logging
import queue
import threading
import time
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.db import Database
from supportbot.errors import Unavailable
from supportbot.events.cursor import LOOK_BACK, EventCursor
from supportbot.events.tables import Event
from supportbot.events.types import Audience, Notice

logger = logging.getLogger(__name__)

POLL_S = 0.3
QUEUE_SIZE = 64
MOST_STREAMS = 400
KEPT_FOR_DESK = 100
MOST_PER_CUSTOMER = 6
RETRY_AFTER_S = 30
BATCH = 1000


class StreamsFull(Unavailable):
    """This process carries as many streams as it may; the reader polls and tries again later."""

    code = "streams_full"


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
        conditions = [col(Event.id) > after, *_heard_by(audience)]
        with self._database.transaction(read_only=True) as db:
            missed = _notices(db, conditions, limit=QUEUE_SIZE + 1)
        return missed if len(missed) <= QUEUE_SIZE else None


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


def _heard_by(audience: Audience) -> list[sa.ColumnElement[bool]]:
    """What `Audience.hears` says, for a query."""
    if audience.customer_id is None:
        return []
    return [col(Event.for_widget).is_(True), col(Event.customer_id) == audience.customer_id]
