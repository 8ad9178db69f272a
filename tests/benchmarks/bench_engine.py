"""Figures of the job engine: from enqueue to start, jobs a second, slow jobs side by side."""

import statistics
import threading
import time
from collections.abc import Iterator
from itertools import count

from supportbot.db import Database
from supportbot.engine import DbosEngine, Ids, JobKind
from tests.benchmarks.figures import Figure, Ground

_numbers = count(1)
_pause = threading.Event()


class Bench:
    """An engine at work with a quick kind and a kind of one second."""

    def __init__(self, url: str) -> None:
        self.database = Database(url)
        self.engine = DbosEngine(self.database)
        self.started_at: dict[int | str, float] = {}
        self.engine.register(JobKind("quick", self._note, queue="bench", concurrency=50))
        self.engine.register(JobKind("second", self._wait, queue="bench", concurrency=200))
        self.engine.migrate()
        self.engine.start_worker()

    def close(self) -> None:
        """End the worker."""
        self.engine.stop(grace_s=0)
        self.database.dispose()

    def enqueue(self, kind: str, jobs: int) -> list[int]:
        """Enqueue so many jobs in one transaction."""
        numbers = [next(_numbers) for _ in range(jobs)]
        with self.database.transaction() as db:
            for number in numbers:
                self.engine.enqueue(db, kind, key=f"bench:{number}", ids={"number": number})
        return numbers

    def wait(self, numbers: list[int]) -> None:
        """Wait until all have started."""
        while any(number not in self.started_at for number in numbers):
            _pause.wait(0.002)

    def drain(self) -> None:
        """Wait until nothing waits or runs."""
        while (health := self.engine.health()).waiting or health.running:
            _pause.wait(0.02)

    def _note(self, ids: Ids) -> None:
        self.started_at[ids["number"]] = time.perf_counter()

    def _wait(self, ids: Ids) -> None:
        self._note(ids)
        _pause.wait(1)


def bench_engine_start(ground: Ground) -> Iterator[Figure]:
    """From the commit of an enqueue to the start of the job, one at a time."""
    for store, url in ground.database_urls.items():
        bench, spent = Bench(url), []
        for _ in range(50):
            numbers = bench.enqueue("quick", 1)
            committed_at = time.perf_counter()
            bench.wait(numbers)
            spent.append((bench.started_at[numbers[0]] - committed_at) * 1000)
        bench.close()
        yield Figure(f"{store}: enqueue to start, median", statistics.median(spent), "ms")
        yield Figure(f"{store}: enqueue to start, p95", statistics.quantiles(spent, n=20)[-1], "ms", at_most=300)


def bench_engine_rate(ground: Ground) -> Iterator[Figure]:
    """Empty jobs, from the first start to the last record."""
    for store, url in ground.database_urls.items():
        bench = Bench(url)
        start = time.perf_counter()
        bench.enqueue("quick", 500)
        enqueued = time.perf_counter()
        bench.drain()
        rate = 500 / (time.perf_counter() - enqueued)
        bench.close()
        yield Figure(f"{store}: enqueue one of 500 in a transaction", (enqueued - start) * 2, "ms")
        yield Figure(f"{store}: empty jobs", rate, "/s")


def bench_engine_side_by_side(ground: Ground) -> Iterator[Figure]:
    """200 jobs of one second on one worker."""
    for store, url in ground.database_urls.items():
        bench = Bench(url)
        bench.enqueue("second", 200)
        start = time.perf_counter()
        bench.drain()
        yield Figure(f"{store}: 200 jobs of 1 s", time.perf_counter() - start, "s", at_most=5)
        bench.close()
