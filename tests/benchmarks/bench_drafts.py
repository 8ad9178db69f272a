"""Figures of drafting: 200 messages at once on one worker, and what a model of a minute holds up."""

import time
from collections.abc import Iterator

from sqlmodel import func, select

from supportbot.engine import JobState
from supportbot.inbox.actions import queue_reply
from supportbot.inbox.tables import Message, Outgoing
from supportbot.inbox.types import ReplyToSend
from supportbot.inbox.undo import UNDO_S
from tests.benchmarks.bench_engine import Bench
from tests.benchmarks.drafts import ONE_DISPUTE_IN, DraftShop, cpu_s, peak_mb
from tests.benchmarks.figures import Figure, Ground
from tests.benchmarks.model_server import most_in_flight

MESSAGES = 200
LIMITS_S = {"sqlite": 10, "postgresql": 6}


def bench_drafts_at_once(ground: Ground) -> Iterator[Figure]:
    """200 messages at once, a model that takes a second, one worker; the bare engine's 200 seconds beside it."""
    for store, url in ground.database_urls.items():
        yield Figure(f"{store}: the bare engine, {MESSAGES} jobs of 1 s", _bare_engine(url), "s")
        with DraftShop(url, ground.folder, wait_s=1) as shop, shop.worker() as worker:
            _draft(shop, 4)
            most_in_flight(shop.base_url)
            before = cpu_s(worker)
            seconds = _draft(shop, MESSAGES)
            spent_ms = (cpu_s(worker) - before) * 1000
            yield Figure(f"{store}: {MESSAGES} drafts, model of 1 s", seconds, "s", at_most=LIMITS_S[store])
            yield Figure(f"{store}: worker's CPU per draft", spent_ms / MESSAGES, "ms")
            yield Figure(f"{store}: most model calls in flight", most_in_flight(shop.base_url), "")
            yield Figure(f"{store}: worker's most memory", peak_mb(worker), "MB", at_most=300)


def bench_drafts_slow_model(ground: Ground) -> Iterator[Figure]:
    """200 drafts wait for a model of a minute; meanwhile a reply leaves, the held are told, and the sweeper runs."""
    held = -(-MESSAGES // ONE_DISPUTE_IN)
    for store, url in ground.database_urls.items():
        with DraftShop(url, ground.folder, wait_s=60) as shop, shop.worker() as worker:
            ids = shop.write(MESSAGES)
            start = time.perf_counter()
            shop.wait(lambda shop=shop: _notices(shop) == held)
            yield Figure(f"{store}: {held} held customers told", time.perf_counter() - start, "s", at_most=10)
            shop.wait(lambda shop=shop: most_in_flight(shop.base_url) == MESSAGES)
            yield Figure(f"{store}: {MESSAGES} drafts in flight after", time.perf_counter() - start, "s", at_most=10)
            yield Figure(f"{store}: a sweep, from enqueue to its end", _sweep(shop), "s", at_most=3)
            yield Figure(f"{store}: a reply leaves late by", _lateness(shop, ids[1]), "s", at_most=3)
            yield Figure(f"{store}: worker's most memory", peak_mb(worker), "MB", at_most=300)


def _draft(shop: DraftShop, messages: int) -> float:
    """Seconds from the commit of so many messages until a person may act on every one."""
    ids = shop.write(messages)
    start = time.perf_counter()
    shop.wait(lambda: shop.undrafted(ids) == 0)
    return time.perf_counter() - start


def _bare_engine(url: str) -> float:
    bench = Bench(url)
    bench.enqueue("second", MESSAGES)
    start = time.perf_counter()
    bench.drain()
    seconds = time.perf_counter() - start
    bench.close()
    return seconds


def _notices(shop: DraftShop) -> int:
    with shop.database.transaction(read_only=True) as db:
        return db.exec(select(func.count()).where(Message.role == "system")).one()


def _sweep(shop: DraftShop) -> float:
    with shop.database.transaction() as db:
        shop.runtime.engine.enqueue(db, "sweep", key="sweep:bench", ids={"period": "bench"})
    start = time.perf_counter()
    shop.wait(lambda: getattr(shop.runtime.engine.status("sweep:bench"), "state", None) is JobState.DONE, pause_s=0.02)
    return time.perf_counter() - start


def _lateness(shop: DraftShop, message_id: int) -> float:
    """Seconds beyond the ten that a reply may be taken back, until it has left."""
    with shop.database.transaction() as db:
        conversation_id = db.get_one(Message, message_id).conversation_id
        reply = ReplyToSend("On its way.", None, "0" * 64)
        outgoing_id = queue_reply(db, shop.runtime, conversation_id, reply, by=shop.shop.agent).id
    start = time.perf_counter()

    def has_left() -> bool:
        with shop.database.transaction(read_only=True) as db:
            return db.get_one(Outgoing, outgoing_id).state == "sent"

    shop.wait(has_left, pause_s=0.02)
    return time.perf_counter() - start - UNDO_S
