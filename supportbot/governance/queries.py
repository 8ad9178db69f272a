"""Reads policy versions: the active one (kept parsed per process) and the history."""

from datetime import datetime
from difflib import unified_diff

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.db import rows_of
from supportbot.errors import Conflict, NotFound, PolicyError
from supportbot.governance.tables import PolicyActivation, PolicyVersion
from supportbot.governance.types import ActivePolicy, PolicyVersionRow
from supportbot.routing.policy import RoutingPolicy, parse_policy

_VERSIONS, _ACTIVATIONS = rows_of(PolicyVersion), rows_of(PolicyActivation)
_ACTIVE = (
    sa.select(_VERSIONS.c.number, _VERSIONS.c.document_hash)
    .join(_ACTIVATIONS, _ACTIVATIONS.c.number == _VERSIONS.c.number)
    .order_by(_ACTIVATIONS.c.id.desc())
    .limit(1)
)
# Parsed documents by the hash of their text, which never changes; a few, so that a rollback costs nothing.
_KEPT = 8
_PARSED: dict[str, tuple[str, RoutingPolicy]] = {}


def find_active_policy(db: Session) -> ActivePolicy | None:
    """The policy in force, or None when none has been approved yet.

    One cheap statement each call, so that every process sees a new activation at once; the document is read and
    parsed only when it has not been seen before.
    """
    row = db.connection().execute(_ACTIVE).first()
    if row is None:
        return None
    number, document_hash = row
    parsed = _PARSED.get(document_hash)
    if parsed is None:
        document = db.exec(select(PolicyVersion.document).where(PolicyVersion.number == number)).one()
        parsed = _PARSED.setdefault(document_hash, (document, parse_policy(document)))
        if len(_PARSED) > _KEPT:
            _PARSED.pop(next(iter(_PARSED)), None)
    return ActivePolicy(number=number, document=parsed[0], policy=parsed[1])


def active_policy(db: Session) -> ActivePolicy:
    """The policy in force.

    Raises:
        PolicyError: none has been approved yet.
    """
    found = find_active_policy(db)
    if found is None:
        raise PolicyError("No routing policy is approved yet. Import one: supportbot policy import FILE")
    return found


def policy_history(db: Session, *, limit: int = 50) -> list[PolicyVersionRow]:
    """The newest versions, newest first."""
    activated = (
        select(PolicyActivation.number, sa.func.max(PolicyActivation.id).label("newest"))
        .group_by(col(PolicyActivation.number))
        .subquery()
    )
    rows = db.exec(
        select(PolicyVersion, PolicyActivation.id, PolicyActivation.at)
        .join(activated, activated.c.number == col(PolicyVersion.number), isouter=True)
        .join(PolicyActivation, col(PolicyActivation.id) == activated.c.newest, isouter=True)
        .order_by(col(PolicyVersion.number).desc())
        .limit(limit)
    ).all()
    newest = db.exec(select(sa.func.max(PolicyActivation.id))).one()
    return [_history_row(version, at, active=activation == newest) for version, activation, at in rows]


def policy_document(db: Session, number: int) -> str:
    """The text of one version.

    Raises:
        NotFound: there is no such version.
    """
    document = db.exec(select(PolicyVersion.document).where(PolicyVersion.number == number)).first()
    if document is None:
        raise NotFound(f"There is no routing policy version {number}. List them: supportbot policy history")
    return document


def version_before(db: Session) -> int:
    """The version that was in force before the present one: where a rollback leads.

    Raises:
        Conflict: no other version has been in force.
    """
    numbers = db.exec(select(PolicyActivation.number).order_by(col(PolicyActivation.id).desc()).limit(200)).all()
    earlier = next((number for number in numbers if number != numbers[0]), None)
    if earlier is None:
        raise Conflict("There is nothing to roll back to: no other version has been in force.")
    return earlier


def policy_difference(db: Session, old: int, new: int) -> str:
    """What changed between two versions, as a unified diff of their documents; empty when nothing did.

    Raises:
        NotFound: there is no such version.
    """
    before, after = (policy_document(db, number).splitlines(keepends=True) for number in (old, new))
    return "".join(unified_diff(before, after, f"version {old}", f"version {new}", n=2))


def _history_row(version: PolicyVersion, at: datetime | None, *, active: bool) -> PolicyVersionRow:
    return PolicyVersionRow(
        number=version.number,
        state=version.state,
        problem=version.problem,
        author=version.author,
        approver=version.approver,
        created_at=version.created_at,
        approved_at=version.approved_at,
        activated_at=at,
        document_hash=version.document_hash,
        is_active=active and at is not None,
    )
