"""What the triage page shows, built from counts. Pure but for `url_for`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from supportbot.governance.tables import TriageWeights
from supportbot.stats import Count, wilson
from supportbot.training.candidates import next_words, voices_words
from supportbot.training.counts import LabelCounts, LiveCounts
from supportbot.triage.known_words import LABELS_FOR_A_LANGUAGE
from supportbot.web.inbox.triage_context import topic_words
from supportbot.web.time_words import When, when
from supportbot.web.triage.try_context import LAYER_WORDS

STATES = {
    "training": ("drafting", "Being trained"),
    "candidate": ("open", "Waits for the owner"),
    "activated": ("answered", "Was activated"),
    "declined": ("no", "Declined"),
    "failed": ("failed", "Could not be trained"),
}


def triage_page_view(
    live: LiveCounts,
    labels: LabelCounts,
    trained: Sequence[TriageWeights],
    *,
    spoken: int,
    in_force: str,
    may_decide: bool,
    owner: str | None,
    now: datetime,
    zone: ZoneInfo,
) -> dict[str, Any]:
    """Everything that `templates/triage/page.html` draws but the box.

    Args:
        spoken: how many messages people have said the risk of.
        in_force: the name of the weights in force.
    """
    return {
        "headline": _headline(live),
        "week": share_view(live.held_7),
        "month": share_view(live.held_28),
        "layers": _layers(live),
        "reasons": _reasons(live),
        "labels": labels.total,
        "recall": share_view(labels.recall),
        "needless": share_view(labels.needless),
        "topics": _topics(labels.topics),
        "languages": [
            {"name": name, "count": count, "is_learned": count >= LABELS_FOR_A_LANGUAGE}
            for name, count in sorted(labels.languages.items(), key=lambda pair: -pair[1])
        ],
        "learned_at": LABELS_FOR_A_LANGUAGE,
        "next_training": f"{spoken} messages have a risk that people named; {next_words(spoken, trained)}.",
        "candidates": [_candidate(row, in_force, may_decide, now, zone) for row in trained],
        "owner": owner,
        "may_decide": may_decide,
    }


def _layers(live: LiveCounts) -> list[dict[str, Any]]:
    return [
        {
            "name": LAYER_WORDS.get(why.layer, why.layer).capitalize(),
            "last_7": share_view(Count(why.last_7, live.all_7)),
            "last_28": share_view(Count(why.last_28, live.all_28)),
        }
        for why in live.by_layer()
    ]


def _reasons(live: LiveCounts) -> list[dict[str, Any]]:
    return [
        {
            "layer": LAYER_WORDS.get(why.layer, why.layer),
            "code": why.code.replace("_", " "),
            "last_7": why.last_7,
            "last_28": why.last_28,
        }
        for why in live.whys
    ]


def share_view(count: Count) -> dict[str, Any]:
    """A count with its 95 % interval in whole per cent, as `components/words.html` draws it."""
    view = {"count": count.hits, "total": count.total, "pct": 0, "low_pct": 0, "high_pct": 0}
    if not count.total:
        return view
    interval = wilson(count)
    return view | {
        "pct": round(100 * count.hits / count.total),
        "low_pct": round(100 * interval.low),
        "high_pct": round(100 * interval.high),
    }


def _headline(live: LiveCounts) -> str:
    if not live.all_28:
        return "No message has come in for four weeks."
    if not live.all_7:
        return f"No message came in this week; of {live.all_28} in four weeks {live.held_28.hits} waited for a person."
    number = "1 message" if live.all_7 == 1 else f"{live.all_7} messages"
    return f"Of {number} in seven days, {live.held_7.hits} waited for a person."


def _topics(pairs: Mapping[tuple[str, str], int]) -> list[dict[str, Any]]:
    """Each topic as people named it: how often triage had said the same, and what it said instead."""
    rows = []
    for true in sorted({true for _, true in pairs}):
        own = {said: count for (said, named), count in pairs.items() if named == true}
        others = sorted(((said, count) for said, count in own.items() if said != true), key=lambda pair: -pair[1])
        rows.append(
            {
                "name": topic_words(true).capitalize(),
                "right": share_view(Count(own.get(true, 0), sum(own.values()))),
                "instead": ", ".join(f"{topic_words(said)} {count}" for said, count in others),
            }
        )
    return rows


def _candidate(row: TriageWeights, in_force: str, may_decide: bool, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    report = row.report or {}
    kind, words = ("passed", "In force") if row.name is not None and row.name == in_force else STATES[row.state]
    return {
        "id": row.id,
        "kind": kind,
        "words": words,
        "title": f"From {row.labels} labels",
        "at": _when(row.finished_at or row.started_at, now, zone),
        "says": row.state_reason or str(report.get("words", "")),
        "is_worse": report.get("verdict") == "worse",
        "seen": int(report.get("seen", 0)),
        "voices": voices_words(report),
        "rows": _comparison(report),
        "name": row.name,
        "decided_by": row.decided_by,
        "policy_url": url_for("routing.version", number=row.policy_version) if row.policy_version else None,
        "policy_version": row.policy_version,
        "may_decide": may_decide and row.state == "candidate",
    }


def _comparison(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The report's figures side by side: both risks first, then each topic."""
    if not report:
        return []
    before, after = report["in_use"], report["candidate"]
    rows = [
        _pair("High risk held", before["high_held"], after["high_held"]),
        _pair("Low risk held", before["low_held"], after["low_held"]),
    ]
    return rows + [
        _pair(f"Topic right: {topic_words(name)}", before["topics"].get(name, [0, 0]), after["topics"][name])
        for name in sorted(after["topics"])
    ]


def _pair(name: str, before: Sequence[int], after: Sequence[int]) -> dict[str, Any]:
    return {"name": name, "in_use": share_view(Count(*before)), "candidate": share_view(Count(*after))}


def _when(at: datetime, now: datetime, zone: ZoneInfo) -> When:
    return when(at, now=now, zone=zone)
