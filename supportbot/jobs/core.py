"""Keeps a process to one core, and looks now and then whether another one is freer.

Python runs one thread at a time, however many cores there are. A worker's threads that wake now here, now there fight
over that one turn and find nothing cached: 200 drafts at once cost a quarter more CPU than on one core (measured).
"""

import logging
import os
import random
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LOOK_S = 5.0
# Moving pays only for so much of a core; half of those who would move do, so that two do not chase each other.
_GAIN = 0.25

_log = logging.getLogger(__name__)
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass(frozen=True, slots=True)
class Load:
    """Seconds, since the machine started, that each core was busy, and those that this process has used itself."""

    at: float
    busy_s: Mapping[int, float]
    own_s: float


def freer_core(before: Load, now: Load, *, here: int) -> int | None:
    """The core that others leave at least a quarter freer than ours, as between two looks; None when ours is good."""
    used = {core: now.busy_s[core] - before.busy_s.get(core, 0.0) for core in now.busy_s}
    if here not in used:
        return None
    used[here] -= now.own_s - before.own_s
    best = min(used, key=lambda core: used[core])
    return best if used[here] - used[best] > _GAIN * (now.at - before.at) else None


def read_load(cores: frozenset[int], *, stat: str) -> Load:
    """The load as the text of `/proc/stat` tells it (proc(5): user, nice, system, idle, iowait, ... in ticks)."""
    busy = {}
    for line in stat.splitlines():
        name, *numbers = line.split()
        if name[:3] == "cpu" and name[3:].isdigit() and int(name[3:]) in cores:
            ticks = [int(number) for number in numbers[:8]]
            busy[int(name[3:])] = (sum(ticks) - ticks[3] - ticks[4]) / _TICKS_A_SECOND
    own = os.times()
    return Load(time.monotonic(), busy, own.user + own.system)


class OneCore:
    """The core that this process keeps to. Where the system cannot do that, nothing happens."""

    def __init__(self) -> None:
        self._cores: frozenset[int] = frozenset()
        if hasattr(os, "sched_getaffinity"):
            self._cores = frozenset(os.sched_getaffinity(0))
        self._here = -1
        self._before: Load | None = None

    def keep(self) -> None:
        """Look whether another core is freer, and keep every thread to the chosen one; to be called often."""
        if len(self._cores) < 2 or (self._before and time.monotonic() - self._before.at < LOOK_S):
            return
        try:
            now = read_load(self._cores, stat=Path("/proc/stat").read_text())
            if self._before is None:
                self._here = _core_under_us(self._cores)
            else:
                freer = freer_core(self._before, now, here=self._here)
                if freer is not None and random.random() < 0.5:
                    self._here = freer
            self._before = now
            _put_threads_on(self._here)
        except OSError as error:
            _log.info("The worker cannot keep to one core.", extra={"error": type(error).__name__})
            self._cores = frozenset()


def _core_under_us(cores: frozenset[int]) -> int:
    # The kernel has just put this process where most is free; field 39 of proc(5) says where.
    at = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[36])
    return at if at in cores else min(cores)


def _put_threads_on(core: int) -> None:
    for thread in Path("/proc/self/task").iterdir():
        with suppress(ProcessLookupError):  # it has ended meanwhile
            os.sched_setaffinity(int(thread.name), {core})
