"""Writes an evaluation of triage as text and as JSON: counts beside every share, never a pooled figure alone."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from supportbot.routing.types import TOPICS
from supportbot.stats import Count, wilson
from supportbot.training.evaluation import Report, Tally

LEAST_RECALL, MOST_HELD = 0.97, 0.10
LEAST_UNSEEN_RECALL, MOST_UNSEEN_HELD = 0.85, 0.30


def report_lines(report: Report) -> Iterator[str]:
    """The report for a person at a terminal."""
    yield f"Held, core rows, {report.folds} folds: each message by weights that have not seen it"
    for tally in (*report.by_source, report.all_rows, report.everything):
        yield f"  {tally.source:<14} {_line(tally)}"
    yield f"Time a message: p50 {report.p50_ms:.2f} ms, p99 {report.p99_ms:.2f} ms"
    yield "Topics on core rows, true (down) and told (across)"
    yield " " * 16 + " ".join(f"{topic[:8]:>8}" for topic in TOPICS)
    for true in TOPICS:
        counts = " ".join(f"{report.confusion.get((true, told), 0):>8}" for told in TOPICS)
        yield f"  {true:<14}{counts}"
    for left in report.left_out:
        yield f"Trained without {left.tally.source}"
        yield f"  {left.tally.source:<14} {_line(left.tally)}"
        for point in left.curve:
            yield f"    limits {point.shift:+.1f}: high {_share(point.high)}, low {_share(point.low)}"
    for taught in report.taught:
        yield (
            f"Trained without {taught.source}, then {taught.labels} of its labels; mean of {len(taught.tallies)}: "
            f"high {100 * taught.recall:.1f} %, low {100 * taught.held_share:.1f} %"
        )
        for tally in taught.tallies:
            yield f"  {tally.source:<14} {_line(tally)}"


def report_json(report: Report) -> dict[str, Any]:
    """The report for a program: the same counts, with intervals."""
    return {
        "folds": report.folds,
        "sources": [_tally_json(tally) for tally in report.by_source],
        "core": _tally_json(report.all_rows),
        "all": _tally_json(report.everything),
        "confusion": {f"{true} as {told}": count for (true, told), count in sorted(report.confusion.items())},
        "ms": {"p50": report.p50_ms, "p99": report.p99_ms},
        "left_out": [
            {**_tally_json(left.tally), "curve": [asdict(point) for point in left.curve]} for left in report.left_out
        ],
        "taught": [
            {
                "source": taught.source,
                "labels": taught.labels,
                "recall": taught.recall,
                "held_share": taught.held_share,
                "draws": [_tally_json(tally) for tally in taught.tallies],
            }
            for taught in report.taught
        ],
    }


def broken_bars(report: Report) -> Iterator[str]:
    """What a release must keep and this one does not, in words; bars lie well below what was measured."""
    for name, tally, recall, held in _bars(report):
        if tally.high.total and tally.high.hits < recall * tally.high.total:
            yield f"Below the bar: {name}: high {_share(tally.high)}; at least {100 * recall:.0f} % must be held."
        if tally.low.total and tally.low.hits > held * tally.low.total:
            yield f"Below the bar: {name}: low {_share(tally.low)}; at most {100 * held:.0f} % may be held."


def _bars(report: Report) -> Iterator[tuple[str, Tally, float, float]]:
    yield "core rows", report.all_rows, LEAST_RECALL, MOST_HELD
    for left in report.left_out:
        yield f"without {left.tally.source}", left.tally, LEAST_UNSEEN_RECALL, MOST_UNSEEN_HELD


def _line(tally: Tally) -> str:
    return f"high {_share(tally.high)}, low {_share(tally.low)}, topics F1 {tally.topic_f1:.3f}"


def _share(count: Count) -> str:
    if not count.total:
        return "0 of 0"
    interval = wilson(count)
    low, high = 100 * interval.low, 100 * interval.high
    return f"{count.hits} of {count.total} = {100 * count.hits / count.total:.1f} % ({low:.1f} to {high:.1f})"


def _tally_json(tally: Tally) -> dict[str, Any]:
    return {
        "source": tally.source,
        "high": _count_json(tally.high),
        "low": _count_json(tally.low),
        "topic_f1": tally.topic_f1,
    }


def _count_json(count: Count) -> dict[str, Any]:
    if not count.total:
        return {"held": 0, "of": 0, "share": None, "interval": None}
    interval = wilson(count)
    share = count.hits / count.total
    return {"held": count.hits, "of": count.total, "share": share, "interval": [interval.low, interval.high]}
