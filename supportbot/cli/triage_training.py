"""What `supportbot triage labels|candidates|activate|decline` do: labels, and what was learned from them."""

from dataclasses import asdict
from typing import Any

import click

from supportbot.cli.common import OPERATOR, open_parts
from supportbot.cli.common import answer as give_answer
from supportbot.drafting.triage_training import count_labels
from supportbot.governance.queries import active_policy
from supportbot.governance.tables import TriageWeights
from supportbot.stats import Count
from supportbot.training.candidates import (
    activate_candidate,
    candidates,
    decline_candidate,
    next_at,
    next_words,
    voices_words,
)
from supportbot.training.counts import LabelCounts, label_counts


def show_labels(as_json: bool) -> None:
    """Count what people said of messages, beside what triage had said."""
    with open_parts().database.transaction(read_only=True) as db:
        counts, spoken = label_counts(db), count_labels(db)
        planned = next_words(spoken, candidates(db))
    value = {
        "labels": counts.total,
        "next_training_at": next_at(spoken),
        "high_risk_held": asdict(counts.recall),
        "low_risk_held": asdict(counts.needless),
        "languages": dict(counts.languages),
        "sources": dict(counts.sources),
        "topics": [{"said": said, "true": true, "count": n} for (said, true), n in sorted(counts.topics.items())],
    }
    give_answer(value, as_json, "\n".join(_label_lines(counts, spoken, planned)))


def show_candidates(as_json: bool) -> None:
    """List the trained weights, newest first, each beside those that were in use."""
    with open_parts().database.transaction(read_only=True) as db:
        rows, in_force = candidates(db), active_policy(db).policy.triage.weights
    value = {"in_force": in_force, "candidates": [_line(row, in_force) for row in rows]}
    words = [_words(row, in_force) for row in rows] or ["Nothing was trained yet. See: supportbot triage labels"]
    give_answer(value, as_json, "\n".join([f"In force: {in_force}", *words]))


def activate(number: int, by: str) -> None:
    """Put the trained weights NUMBER in force by a new policy version; its rollback brings the old ones back."""
    parts = open_parts()
    with parts.database.transaction() as db:
        version = activate_candidate(db, parts.runtime.audit, number, by=by, actor=OPERATOR, at=parts.runtime.clock())
    click.echo(f"The weights {number} are in force by policy version {version}. Back: supportbot policy rollback")


def decline(number: int, by: str) -> None:
    """Decline the trained weights NUMBER for good."""
    parts = open_parts()
    with parts.database.transaction() as db:
        decline_candidate(db, parts.runtime.audit, number, by=by, actor=OPERATOR, at=parts.runtime.clock())
    click.echo(f"The weights {number} are declined. The labels stay for the next ones.")


def _label_lines(counts: LabelCounts, spoken: int, planned: str) -> list[str]:
    if not counts.total:
        return ["Nobody has said anything of a message yet. Approving a draft in the inbox is the first label."]
    by_source = ", ".join(f"{name.replace('_', ' ')} {n}" for name, n in sorted(counts.sources.items()))
    return [
        f"{counts.total} labels: {by_source}.",
        f"High risk held: {_of(counts.recall)}. Low risk held: {_of(counts.needless)}.",
        f"{spoken} name a risk; {planned}.",
    ]


def _of(count: Count) -> str:
    return f"{count.hits} of {count.total}"


def _line(row: TriageWeights, in_force: str) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "reason": row.state_reason,
        "weights": row.name,
        "labels": row.labels,
        "in_force": row.name == in_force,
        "policy_version": row.policy_version,
        "report": row.report,
        "started_at": row.started_at.isoformat(),
        "finished_at": row.finished_at.isoformat() if row.finished_at else None,
        "decided_by": row.decided_by,
    }


def _words(row: TriageWeights, in_force: str) -> str:
    said = row.state_reason or str((row.report or {}).get("words", ""))
    state = "in force" if row.name == in_force else row.state
    return f"{row.id:>4}  {state}, from {row.labels} labels. {said} {voices_words(row.report or {})}".rstrip()
