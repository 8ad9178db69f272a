"""What a benchmark gives, and how it measures."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number; `at_most` is the limit that it must keep, if there is one."""

    name: str
    value: float
    unit: str
    at_most: float | None = None

    @property
    def is_kept(self) -> bool:
        """Whether the figure keeps its limit."""
        return self.at_most is None or self.value <= self.at_most


@dataclass(frozen=True, slots=True)
class Ground:
    """What benchmarks run on: a scratch folder and a fresh database URL per engine."""

    folder: Path
    database_urls: dict[str, str]


def measure(name: str, act: Callable[[], object], *, times: int, at_most_ms: float | None = None) -> tuple[Figure, ...]:
    """Run `act` again and again; give median and 95th percentile in milliseconds (the limit is on the latter)."""
    act()
    spent = []
    for _ in range(times):
        start = time.perf_counter()
        act()
        spent.append((time.perf_counter() - start) * 1000)
    p95 = statistics.quantiles(spent, n=20, method="inclusive")[-1]
    return (
        Figure(f"{name}, median of {times}", statistics.median(spent), "ms"),
        Figure(f"{name}, p95", p95, "ms", at_most=at_most_ms),
    )
