"""Measures triage on labelled messages, source by source: out of fold, on a source left out, and after some labels."""

import random
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from supportbot.routing.policy import TriageRules
from supportbot.routing.types import TOPICS, Topic, Triage
from supportbot.stats import Count
from supportbot.training.design_matrix import Places, Table, make_table
from supportbot.training.fine_tune import adapt
from supportbot.training.labelled_messages import shipped_examples
from supportbot.training.trainer import train_on
from supportbot.training.types import Lesson
from supportbot.triage.evidence import gather, weigh
from supportbot.triage.rules import judge
from supportbot.triage.types import LabelledText
from supportbot.triage.weights import Weights

LEFT_OUT = ("banking77", "multidogo", "bitext")
TAUGHT = ("banking77", "multidogo")
LABELS = 200
SEEDS = (1, 2, 3, 4, 5)
CURVE_SHIFTS = (-2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5)
_DAY = date(2000, 1, 1)
Held = dict[int, Triage]


@dataclass(frozen=True, slots=True)
class Tally:
    """Core rows of one source: how many of high and of low risk were held, and how well topics were told."""

    source: str
    high: Count
    low: Count
    topic_f1: float


@dataclass(frozen=True, slots=True)
class Point:
    """The counts with both limits of the weights moved by `shift`."""

    shift: float
    high: Count
    low: Count


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A source that the weights were not trained on: as it stands, and by the limit's place."""

    tally: Tally
    curve: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class Taught:
    """A source left out, after some labels drawn from it: each seed tested on the rest."""

    source: str
    labels: int
    tallies: tuple[Tally, ...]

    @property
    def recall(self) -> float:
        """The mean over the seeds."""
        return sum(tally.high.hits / tally.high.total for tally in self.tallies) / len(self.tallies)

    @property
    def held_share(self) -> float:
        """The mean share of low risk held over the seeds."""
        return sum(tally.low.hits / tally.low.total for tally in self.tallies) / len(self.tallies)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything measured. `confusion` counts (true topic, told topic) on core rows; times are per message."""

    folds: int
    by_source: tuple[Tally, ...]
    all_rows: Tally
    everything: Tally
    confusion: dict[tuple[Topic, Topic], int]
    p50_ms: float
    p99_ms: float
    left_out: tuple[LeftOut, ...]
    taught: tuple[Taught, ...]


def evaluate(rows: Sequence[LabelledText], rules: TriageRules, *, folds: int = 3, is_whole: bool = True) -> Report:
    """Train on a part, test on the rest, for every claim. The shipped examples always train and are never tested.

    Args:
        is_whole: false leaves out the sources left out of training, which take most of the time.

    Raises:
        InvalidInput: too few rows of a risk to train on.
        Unavailable: scikit-learn is not installed.
    """
    table = make_table([*rows, *shipped_examples()], rules)
    times: list[float] = []
    found = _out_of_fold(table, rules, folds, times, tested=len(rows))
    core = [at for at in found if table.rows[at].core]
    sources = sorted({row.source for row in rows})
    left_out, taught = _unseen(table, rules, sources) if is_whole else ((), ())
    return Report(
        folds=folds,
        by_source=tuple(
            _tally(source, table, {at: found[at] for at in core if table.rows[at].source == source})
            for source in sources
        ),
        all_rows=_tally("all core rows", table, {at: found[at] for at in core}),
        everything=_tally("all rows", table, found),
        confusion=dict(Counter((table.rows[at].topic, found[at].topic) for at in core)),
        p50_ms=float(np.quantile(times, 0.5)),
        p99_ms=float(np.quantile(times, 0.99)),
        left_out=left_out,
        taught=taught,
    )


def _out_of_fold(table: Table, rules: TriageRules, folds: int, times: list[float], *, tested: int) -> Held:
    found: Held = {}
    numbers = np.arange(len(table.rows))
    for fold in range(folds):
        weights = train_on(table, numbers[(numbers % folds != fold) | (numbers >= tested)], made_on=_DAY)
        for at in numbers[(numbers % folds == fold) & (numbers < tested)]:
            started = time.perf_counter()
            found[int(at)] = judge(gather(table.rows[at].text, rules, weights))
            times.append((time.perf_counter() - started) * 1000)
    return found


def _unseen(table: Table, rules: TriageRules, sources: Sequence[str]) -> tuple[tuple[LeftOut, ...], tuple[Taught, ...]]:
    left_out: list[LeftOut] = []
    taught: list[Taught] = []
    for source in (name for name in LEFT_OUT if name in sources):
        is_own = np.array([row.source == source for row in table.rows])
        weights = train_on(table, np.flatnonzero(~is_own), made_on=_DAY)
        own = np.flatnonzero(is_own & table.is_core)
        found = _judged(table, rules, weights, own)
        curve = tuple(_points(table, rules, weights, own))
        left_out.append(LeftOut(_tally(source, table, found), curve))
        if source in TAUGHT:
            seeds = tuple(_after_labels(table, rules, weights, own, seed) for seed in SEEDS)
            taught.append(Taught(source, LABELS, seeds))
    return tuple(left_out), tuple(taught)


def _points(table: Table, rules: TriageRules, weights: Weights, own: Places) -> Iterator[Point]:
    """The curve: every message is read and scored once, then judged at each place of the limits."""
    evidence = {int(at): weigh(table.rows[at].text, table.readings[at], rules, weights) for at in own}
    for shift in CURVE_SHIFTS:
        limits = weights.thresholds
        moved = limits.model_copy(update={"hold": limits.hold + shift, "high": limits.high + shift})
        shifted = weights.model_copy(update={"thresholds": moved})
        tally = _tally("", table, {at: judge(one.with_weights(shifted)) for at, one in evidence.items()})
        yield Point(shift, tally.high, tally.low)


def _after_labels(table: Table, rules: TriageRules, weights: Weights, own: Places, seed: int) -> Tally:
    """Labels drawn at random from a source, the weights moved to fit them, tested on the rest."""
    drawn = np.array(sorted(random.Random(seed).sample([int(at) for at in own], min(LABELS, len(own) // 2))))
    chosen = [table.rows[at] for at in drawn]
    lessons = [Lesson(row.text, row.topic, row.risk, row.language) for row in chosen]
    moved = adapt(weights, lessons, rules, made_on=_DAY)
    rest = np.setdiff1d(own, drawn)
    return _tally(table.rows[own[0]].source, table, _judged(table, rules, moved, rest))


def _judged(table: Table, rules: TriageRules, weights: Weights, places: Places) -> Held:
    return {int(at): judge(weigh(table.rows[at].text, table.readings[at], rules, weights)) for at in places}


def _tally(source: str, table: Table, found: Held) -> Tally:
    held = {at: triage.risk == "high" or triage.unsure for at, triage in found.items()}
    return Tally(
        source=source,
        high=_count(held, lambda at: bool(table.is_high[at])),
        low=_count(held, lambda at: not table.is_high[at]),
        topic_f1=_macro_f1([(table.rows[at].topic, triage.topic) for at, triage in found.items()]),
    )


def _count(held: dict[int, bool], wanted: Callable[[int], bool]) -> Count:
    chosen = [is_held for at, is_held in held.items() if wanted(at)]
    return Count(sum(chosen), len(chosen))


def _macro_f1(pairs: Sequence[tuple[Topic, Topic]]) -> float:
    """The mean F1 over the topics that occur."""
    true, told = Counter(pair[0] for pair in pairs), Counter(pair[1] for pair in pairs)
    both = Counter(pair[0] for pair in pairs if pair[0] == pair[1])
    scores = [2 * both[topic] / (true[topic] + told[topic]) for topic in TOPICS if true[topic]]
    return sum(scores) / len(scores) if scores else 0.0
