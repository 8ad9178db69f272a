"""Writes policy versions and activations. A version's text never changes; the newest activation rules."""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.errors import PolicyError
from supportbot.routing.policy import parse_policy
from supportbot.routing.problems import KnownNames
from supportbot.routing.tables import PolicyActivation, PolicyVersion


def ensure_first_policy(
    db: Session,
    *,
    document: str,
    author: str,
    approver: str,
    at: datetime,
    problem: str = "There is no routing policy yet.",
    known: KnownNames | None = None,
) -> int:
    """Make `document` the first approved and active policy; where one is active already, leave it.

    Returns:
        The number of the active version.

    Raises:
        PolicyError: the document has problems, the approver is not its owner, or approves their own text.
    """
    active = _active_number(db)
    if active is not None:
        return active
    policy = parse_policy(document, known=known)
    if approver.casefold() != policy.owner.casefold():
        raise PolicyError(f"Only the owner, {policy.owner}, approves this policy; {approver} does not.")
    if approver.casefold() == author.casefold():
        raise PolicyError(f"{author} wrote this policy and cannot approve it as well. Name another author.")
    number = _insert(db, document=document, problem=problem, author=author, approver=approver, at=at)
    db.add(PolicyActivation(number=number, by=approver, at=at))
    db.flush()
    return number


def propose_policy(
    db: Session, *, document: str, problem: str, author: str, at: datetime, known: KnownNames | None = None
) -> int:
    """Store a checked document as the next version, for the owner to approve.

    Returns:
        Its number.

    Raises:
        PolicyError: the document or the problem sentence is not fit.
    """
    if not problem.strip():
        raise PolicyError("A change needs its problem in one sentence: what goes wrong today?")
    parse_policy(document, known=known)
    return _insert(db, document=document, problem=problem.strip(), author=author, approver=None, at=at)


def _insert(db: Session, *, document: str, problem: str, author: str, approver: str | None, at: datetime) -> int:
    number = (db.exec(select(sa.func.max(PolicyVersion.number))).one() or 0) + 1
    db.add(
        PolicyVersion(
            number=number,
            document=document,
            document_hash=hashlib.sha256(document.encode()).hexdigest(),
            state="approved" if approver else "proposed",
            problem=problem,
            author=author,
            approver=approver,
            created_at=at,
            approved_at=at if approver else None,
        )
    )
    db.flush()
    return number


def _active_number(db: Session) -> int | None:
    return db.exec(select(PolicyActivation.number).order_by(col(PolicyActivation.id).desc()).limit(1)).first()
