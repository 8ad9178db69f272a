"""Writes policy versions and activations. A version's text never changes; the newest activation rules."""

import hashlib
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.errors import Conflict, NotFound, PolicyError
from supportbot.governance.model_probe import AskedModels, keep_findings, require_fit
from supportbot.governance.queries import find_active_policy
from supportbot.governance.tables import PolicyActivation, PolicyVersion, TriageWeights
from supportbot.routing.policy import SHIPPED_WEIGHTS, PolicyDocument, RoutingPolicy, parse_policy

LONGEST_PROBLEM = 500


def ensure_first_policy(
    db: Session,
    *,
    document: PolicyDocument,
    author: str,
    approver: str,
    at: datetime,
    problem: str = "There is no routing policy yet.",
    asked: AskedModels | None = None,
) -> int:
    """Make `document` the first approved and active policy; where one is active already, leave it.

    Args:
        asked: what its models answered; only a policy of built-in models needs none.

    Returns:
        The number of the active version.

    Raises:
        PolicyError: the approver is not its owner, or approves their own text, or a model cannot do what the policy
            asks of it.
    """
    active = _active_number(db)
    if active is not None:
        return active
    policy = document.policy
    if approver.casefold() != policy.owner.casefold():
        raise PolicyError(f"Only the owner, {policy.owner}, approves this policy; {approver} does not.")
    if approver.casefold() == author.casefold():
        raise PolicyError(f"{author} wrote this policy and cannot approve it as well. Name another author.")
    number = _insert(db, document=document.text, problem=problem, author=author, approver=approver, at=at)
    _activate(db, number, policy, asked, by=approver, at=at)
    return number


def propose_policy(db: Session, *, document: PolicyDocument, problem: str, author: str, at: datetime) -> int:
    """Store a checked document as the next version, for the owner to approve.

    Returns:
        Its number.

    Raises:
        PolicyError: the problem sentence is not fit, or the document names weights that are not stored here.
    """
    problem = " ".join(problem.split())
    if not problem:
        raise PolicyError("A change needs its problem in one sentence: what goes wrong today?")
    if len(problem) > LONGEST_PROBLEM:
        raise PolicyError(f"The problem has {len(problem):,} characters; say it in {LONGEST_PROBLEM}.")
    require_weights(db, document.policy)
    return _insert(db, document=document.text, problem=problem, author=author, approver=None, at=at)


def approve_policy(db: Session, *, number: int, approver: str, at: datetime) -> PolicyVersion:
    """Approve a proposal; it changes nothing until it is activated. The text is the one that was proposed, to the byte.

    Raises:
        NotFound: there is no such version.
        Conflict: it is not waiting for approval.
        PolicyError: the approver is not the owner in force, or wrote the text.
    """
    version = _version(db, number)
    require_owner(db, approver, does="approves", document=version.document)
    if approver.casefold() == version.author.casefold():
        raise PolicyError(f"{version.author} wrote version {number} and cannot approve it as well.")
    parse_policy(version.document)
    changed = sa.update(PolicyVersion).where(
        col(PolicyVersion.number) == number,
        col(PolicyVersion.state) == "proposed",
        col(PolicyVersion.document_hash) == hashlib.sha256(version.document.encode()).hexdigest(),
    )
    values = {"state": "approved", "approver": approver, "approved_at": at}
    if db.connection().execute(changed.values(values)).rowcount != 1:
        raise Conflict(f"Version {number} is {version.state}; only a proposed one can be approved.")
    db.refresh(version)
    return version


def reject_policy(db: Session, *, number: int, by: str) -> None:
    """Decline a proposal for good; its text stays in the history.

    Raises:
        NotFound: there is no such version.
        Conflict: it is not waiting for approval.
        PolicyError: `by` is not the owner in force.
    """
    version = _version(db, number)
    require_owner(db, by, does="declines", document=version.document)
    changed = sa.update(PolicyVersion).where(
        col(PolicyVersion.number) == number, col(PolicyVersion.state) == "proposed"
    )
    if db.connection().execute(changed.values(state="rejected")).rowcount != 1:
        raise Conflict(f"Version {number} is {version.state}; only a proposed one can be declined.")


def activate_policy(db: Session, *, number: int, by: str, at: datetime, asked: AskedModels | None = None) -> None:
    """Put an approved version in force, in every process from its next message on. Earlier versions too: a rollback.

    Args:
        asked: what its models answered; a version that was in force before needs none.

    Raises:
        NotFound: there is no such version.
        Conflict: it is not approved, or in force already.
        PolicyError: `by` is not the owner in force, the text no longer reads as a policy, or a model cannot do what it
            asks.
    """
    version = _version(db, number)
    require_owner(db, by, does="activates", document=version.document)
    if version.state != "approved":
        raise Conflict(
            f"Version {number} is {version.state}, not approved: supportbot policy approve {number} --by {by}"
        )
    if _active_number(db) == number:
        raise Conflict(f"Version {number} is in force already.")
    _activate(db, number, parse_policy(version.document), asked, by=by, at=at)


def _activate(
    db: Session, number: int, policy: RoutingPolicy, asked: AskedModels | None, *, by: str, at: datetime
) -> None:
    """The one place where a version comes into force. The way back to one that was in force stands always open."""
    require_weights(db, policy)
    was_in_force = db.exec(select(PolicyActivation.id).where(PolicyActivation.number == number)).first() is not None
    if not was_in_force and not _calls_the_same(db, policy):
        require_fit(policy, asked)
    if asked is not None:
        keep_findings(db, asked, found_by="activation", at=at)
    db.add(PolicyActivation(number=number, by=by, at=at))
    db.flush()


def require_weights(db: Session, policy: RoutingPolicy) -> None:
    """Let only a policy through whose triage weights are here.

    Raises:
        PolicyError: nobody trained them here.
    """
    name = policy.triage.weights
    known = select(TriageWeights.id).where(TriageWeights.name == name, col(TriageWeights.document).is_not(None))
    if name != SHIPPED_WEIGHTS and db.exec(known).first() is None:
        raise PolicyError(
            f"The policy names triage weights {name}, which are not stored here. "
            "List those that are: supportbot triage candidates",
            fields={"triage.weights": "are not stored here"},
        )


def _calls_the_same(db: Session, policy: RoutingPolicy) -> bool:
    """Whether the policy in force calls the same models for the same tasks: they were asked when it came."""
    active = find_active_policy(db)
    return active is not None and (active.policy.models, active.policy.tasks) == (policy.models, policy.tasks)


def require_owner(db: Session, who: str, *, does: str, document: str) -> None:
    """Let only the owner of the policy in force through; before the first one, the document's own owner.

    Raises:
        PolicyError: `who` is somebody else.
    """
    active = find_active_policy(db)
    owner = (active.policy if active else parse_policy(document)).owner
    if who.casefold() != owner.casefold():
        raise PolicyError(f"Only the owner, {owner}, {does} a policy; {who} does not.")


def _version(db: Session, number: int) -> PolicyVersion:
    version = db.exec(select(PolicyVersion).where(PolicyVersion.number == number)).first()
    if version is None:
        raise NotFound(f"There is no routing policy version {number}. List them: supportbot policy history")
    return version


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
