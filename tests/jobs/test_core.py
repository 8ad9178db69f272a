"""A worker keeps to one core, and to a freer one when others crowd it out."""

import os
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from supportbot.jobs.core import Load, OneCore, freer_core, read_load

STAT = """cpu  900 0 100 8000 500 0 0 0 0 0
cpu0 300 10 90 4000 250 5 5 40 7 7
cpu1 600 0 0 4000 250 0 0 0 0 0
intr 12 0 0
"""


@pytest.fixture
def as_before() -> Iterator[None]:
    """Give every thread of the test process all its cores back."""
    cores = os.sched_getaffinity(0)
    yield
    for thread in os.listdir("/proc/self/task"):
        with suppress(ProcessLookupError):
            os.sched_setaffinity(int(thread), cores)


def test_what_the_kernel_tells_is_read_as_seconds_of_each_core_that_may_be_used() -> None:
    a_second = os.sysconf("SC_CLK_TCK")
    assert read_load(frozenset({0, 1}), stat=STAT).busy_s == {0: 450 / a_second, 1: 600 / a_second}
    assert list(read_load(frozenset({1}), stat=STAT).busy_s) == [1]


@pytest.mark.parametrize(
    ("busy", "own", "expected"),
    [
        ({0: 5.0, 1: 0.0}, 5.0, None),  # all of it is ours
        ({0: 5.0, 1: 0.0}, 2.5, 1),  # another process takes half of our core
        ({0: 5.0, 1: 4.0}, 2.5, None),  # the other core is no better
        ({0: 2.0, 1: 1.0}, 0.0, None),  # a fifth of a core is not worth moving for
        ({0: 5.0, 1: 3.0, 2: 1.0}, 1.0, 2),  # the freest of several
    ],
)
def test_the_core_is_left_when_others_leave_another_one_much_freer(
    busy: dict[int, float], own: float, expected: int | None
) -> None:
    before = Load(100.0, dict.fromkeys(busy, 40.0), 7.0)
    now = Load(105.0, {core: 40.0 + seconds for core, seconds in busy.items()}, 7.0 + own)
    assert freer_core(before, now, here=0) == expected


def test_every_thread_is_kept_to_one_core_also_one_that_begins_later(as_before: None) -> None:
    seen: dict[str, set[int]] = {}
    go, late = threading.Event(), threading.Event()

    def look(name: str, after: threading.Event) -> None:
        after.wait(10)
        seen[name] = os.sched_getaffinity(0)

    early = threading.Thread(target=look, args=("early", go))
    early.start()
    OneCore().keep()
    go.set()
    late.set()
    begun_later = threading.Thread(target=look, args=("later", late))
    begun_later.start()
    early.join()
    begun_later.join()

    assert len(os.sched_getaffinity(0)) == 1
    assert seen["early"] == seen["later"] == os.sched_getaffinity(0)


def test_where_the_system_forbids_it_the_worker_works_on_all_cores(
    as_before: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    cores = os.sched_getaffinity(0)
    monkeypatch.setattr(os, "sched_setaffinity", refuse)
    core = OneCore()
    core.keep()
    core.keep()
    monkeypatch.undo()
    assert os.sched_getaffinity(0) == cores
