"""Named statistics, each thin over a library and held to published values by `tests/test_stats.py`.

scipy is imported where it is used: it takes a second to load, and most commands show no interval.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True, slots=True)
class Count:
    """`hits` of `total`, before anyone makes a rate of it."""

    hits: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.total:
            raise ValueError(f"{self.hits} of {self.total} is not a count.")


@dataclass(frozen=True, slots=True)
class Interval:
    """Both ends of an interval for a proportion, 0 to 1."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often two readers gave the same mark. `ac1` is None when nothing was read twice."""

    same: int
    total: int
    ac1: float | None


def wilson(count: Count, *, level: float = 0.95) -> Interval:
    """The Wilson score interval; the one to show beside a rate from few cases.

    Raises:
        ValueError: nothing was counted.

    Source: Wilson 1927; exactly 0 at no hits and exactly 1 at all hits.
    """
    return _proportion_interval(count, method="wilson", level=level)


def clopper_pearson(count: Count, *, level: float = 0.95) -> Interval:
    """The exact interval: wider, and never less sure than it says.

    Raises:
        ValueError: nothing was counted.

    Source: Clopper and Pearson 1934.
    """
    return _proportion_interval(count, method="exact", level=level)


def pooled(counts: Iterable[Count]) -> Count:
    """Several counts as one."""
    listed = tuple(counts)
    return Count(sum(one.hits for one in listed), sum(one.total for one in listed))


def agreement(pairs: Iterable[tuple[Hashable, Hashable]], categories: Sequence[Hashable]) -> Agreement:
    """Raw agreement of two readers and Gwet's AC1, which corrects for chance.

    Cohen's kappa is not used: when nearly every mark is "yes" it falls to nothing however well readers agree
    (-0.09 at 83 % agreement), AC1 does not.

    Source: Gwet 2008, "Computing inter-rater reliability and its variance in the presence of high agreement", eq. 6.
    """
    listed = tuple(pairs)
    same = sum(first == second for first, second in listed)
    if not listed:
        return Agreement(0, 0, None)
    marks = Counter(mark for pair in listed for mark in pair)
    shares = [marks[category] / (2 * len(listed)) for category in categories]
    by_chance = sum(share * (1 - share) for share in shares) / (len(categories) - 1)
    return Agreement(same, len(listed), (same / len(listed) - by_chance) / (1 - by_chance))


def edited_words(before: str, after: str) -> int:
    """The fewest words to put in, take out or exchange (Levenshtein's distance, in words)."""
    return Levenshtein.distance(before.split(), after.split())


def edit_share(before: str, after: str) -> float:
    """Edited words as a share of the longer text's words, 0 to 1."""
    longest = max(len(before.split()), len(after.split()))
    return edited_words(before, after) / longest if longest else 0.0


def _proportion_interval(count: Count, *, method: Literal["wilson", "exact"], level: float) -> Interval:
    from scipy.stats import binomtest

    if count.total == 0:
        raise ValueError("Nothing was counted, so there is no interval.")
    found = binomtest(count.hits, count.total).proportion_ci(confidence_level=level, method=method)
    return Interval(float(found.low), float(found.high))
