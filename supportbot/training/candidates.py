"""Trained weights on their way into force: stored, and activated or declined by the policy's owner."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM, Actor
from supportbot.db import lock_row
from supportbot.errors import Conflict, NotFound
from supportbot.governance.actions import activate_policy, approve_policy, propose_policy, require_owner
from supportbot.governance.queries import active_policy
from supportbot.governance.tables import TriageWeights
from supportbot.routing.policy import read_policy
from supportbot.routing.weights_name import with_weights

AUTHOR = "training of triage"
MOST_NAMED = 4
MOSTLY = 2 / 3
FIRST_AT, SECOND_AT, THEN_EACH = 50, 200, 500
"""At how many labels weights are trained: 50, 200, and then each 500 more."""


def due_at(labels: int) -> int | None:
    """The number of labels at which the newest training was due; None before the first."""
    if labels < FIRST_AT:
        return None
    if labels < SECOND_AT:
        return FIRST_AT
    return SECOND_AT + (labels - SECOND_AT) // THEN_EACH * THEN_EACH


def next_at(labels: int) -> int:
    """The number of labels at which the next training is due."""
    due = due_at(labels)
    return FIRST_AT if due is None else SECOND_AT if due == FIRST_AT else due + THEN_EACH


def next_words(labels: int, trained: Sequence[TriageWeights]) -> str:
    """When the next training is, in words; one that is due runs at the next look of the job."""
    due = due_at(labels)
    if due is not None and all(row.due_at < due for row in trained):
        return f"the training at {due} is due within minutes"
    return f"the next training is at {next_at(labels)}"


def voices_words(report: Mapping[str, Any]) -> str:
    """Whose labels weights learned from; says so when most of them are one person's. Empty for older trainings."""
    voices = report.get("voices") or []
    if not voices:
        return ""
    words = f"Labels by {', '.join(f'{name} ({said})' for name, said in voices[:MOST_NAMED])}"
    more = len(voices) - MOST_NAMED
    words += f" and {more} more." if more > 0 else "."
    name, most = voices[0]
    if most > MOSTLY * sum(said for _, said in voices):
        words += f" Most are of one person: the figures above say how well the weights agree with {name}."
    return words


def candidates(db: Session, *, limit: int = 12) -> Sequence[TriageWeights]:
    """The newest trainings, newest first, without their documents."""
    query = select(TriageWeights).order_by(col(TriageWeights.due_at).desc()).limit(limit)
    return db.exec(query.options(sa.orm.defer(TriageWeights.document))).all()  # type: ignore[arg-type]


def activate_candidate(db: Session, audit: AuditLog, candidate_id: int, *, by: str, actor: Actor, at: datetime) -> int:
    """Put a candidate in force by a new policy version that names it; gives the version's number.

    Its author is the training; the owner approves and activates it. A rollback of the policy brings the weights
    before back.

    Args:
        by: the owner's e-mail.

    Raises:
        NotFound: there is no such candidate.
        Conflict: it is decided already, or still being trained.
        PolicyError: `by` is not the owner in force, or its text cannot take the name.
    """
    row = _open_candidate(db, candidate_id)
    active = active_policy(db)
    require_owner(db, by, does="activates", document=active.document)
    document = with_weights(active.document, row.name or "")
    words = str((row.report or {}).get("words", ""))
    number = propose_policy(
        db,
        document=read_policy(document),
        problem=f"Triage learns from {row.labels} labels. {words}".strip(),
        author=AUTHOR,
        at=at,
    )
    approve_policy(db, number=number, approver=by, at=at)
    activate_policy(db, number=number, by=by, at=at)
    row.state, row.policy_version = "activated", number
    _decide(db, audit, row, "triage.weights_activated", by=by, actor=actor, at=at)
    return number


def decline_candidate(db: Session, audit: AuditLog, candidate_id: int, *, by: str, actor: Actor, at: datetime) -> None:
    """Decline a candidate for good; what it learned from stays for the next one.

    Raises:
        NotFound, Conflict, PolicyError: as for `activate_candidate`.
    """
    row = _open_candidate(db, candidate_id)
    require_owner(db, by, does="declines", document=active_policy(db).document)
    row.state = "declined"
    _decide(db, audit, row, "triage.weights_declined", by=by, actor=actor, at=at)


def record_training(db: Session, audit: AuditLog, row: TriageWeights) -> None:
    """Put the end of a training into the log."""
    detail = {"state": row.state, "labels": row.labels, "weights": row.name, "reason": row.state_reason}
    audit.record(db, actor=SYSTEM, action="triage.weights_trained", subject="weights", subject_id=row.id, detail=detail)


def _open_candidate(db: Session, candidate_id: int) -> TriageWeights:
    known = db.exec(select(TriageWeights.id).where(TriageWeights.id == candidate_id)).first()
    if known is None:
        raise NotFound(f"There are no trained weights {candidate_id}. List them: supportbot triage candidates")
    row = lock_row(db, TriageWeights, candidate_id)
    if row.state != "candidate":
        words = {
            "training": "are still being trained",
            "failed": f"could not be trained: {row.state_reason}",
            "activated": f"were activated already, by policy version {row.policy_version}",
            "declined": "were declined",
        }
        raise Conflict(f"The weights {candidate_id} {words.get(row.state, row.state)}.")
    return row


def _decide(
    db: Session, audit: AuditLog, row: TriageWeights, action: str, *, by: str, actor: Actor, at: datetime
) -> None:
    row.decided_by, row.decided_at = by, at
    db.add(row)
    db.flush()
    detail = {"weights": row.name, "by": by, "policy_version": row.policy_version}
    audit.record(db, actor=actor, action=action, subject="weights", subject_id=row.id, detail=detail)
