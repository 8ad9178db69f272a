"""Writes about people: adding, disabling, passwords, tokens, ending sessions."""

import secrets
from dataclasses import dataclass

from sqlmodel import Session, select

from supportbot.accounts.passwords import hash_password
from supportbot.accounts.queries import as_person
from supportbot.accounts.tables import Agent, ApiToken
from supportbot.accounts.tokens import new_token
from supportbot.accounts.types import ROLES, Person
from supportbot.audit.actions import AuditLog
from supportbot.audit.types import Actor
from supportbot.errors import Conflict, InvalidInput, NotFound

HIGHEST_LIMIT = 2**31 - 1


@dataclass(frozen=True, slots=True)
class NewPerson:
    """What is needed to add someone. `release_limit_minor` None means no limit."""

    email: str
    name: str
    role: str
    password: str
    release_limit_minor: int | None = 0


def add_person(db: Session, audit: AuditLog, new: NewPerson, *, by: Actor) -> Person:
    """Add someone who works here.

    Raises:
        InvalidInput: the address, role, limit or password will not do.
        Conflict: the address is taken.
    """
    email = _checked_email(new.email)
    if new.role not in ROLES:
        raise InvalidInput(f"Role {new.role!r} does not exist. Choose one of: {', '.join(ROLES)}.")
    if not 0 <= (new.release_limit_minor or 0) <= HIGHEST_LIMIT:
        raise InvalidInput(f"A limit of {new.release_limit_minor} will not do; give 0 to {HIGHEST_LIMIT}.")
    known = db.exec(select(Agent).where(Agent.email == email)).first()
    if known is not None:
        _require_let_in(known)
        raise Conflict(f"{email} is already there. Use: supportbot user password {email}")
    agent = Agent(
        email=email,
        name=new.name.strip()[:100] or email,
        role=new.role,
        password_hash=hash_password(new.password),
        session_key=secrets.token_hex(16),
        release_limit_minor=new.release_limit_minor,
        created_at=audit.clock(),
    )
    db.add(agent)
    db.flush()
    audit.record(db, actor=by, action="person.added", subject="agent", subject_id=agent.id, detail={"role": agent.role})
    return as_person(agent)


def set_password(db: Session, audit: AuditLog, email: str, password: str, *, by: Actor) -> None:
    """Give someone a new password; every session of theirs ends.

    Raises:
        NotFound: nobody has that address.
        Conflict: they are shut out.
        InvalidInput: the password is too short.
    """
    agent = _find(db, email)
    _require_let_in(agent)
    agent.password_hash = hash_password(password)
    agent.session_key = secrets.token_hex(16)
    db.add(agent)
    audit.record(db, actor=by, action="person.password", subject="agent", subject_id=agent.id, detail={})


def disable_person(db: Session, audit: AuditLog, email: str, *, by: Actor) -> None:
    """Shut someone out: sessions end, tokens stop.

    Raises:
        NotFound: nobody has that address.
    """
    agent = _find(db, email)
    agent.disabled_at = audit.clock()
    agent.session_key = secrets.token_hex(16)
    db.add(agent)
    audit.record(db, actor=by, action="person.disabled", subject="agent", subject_id=agent.id, detail={})


def enable_person(db: Session, audit: AuditLog, email: str, *, by: Actor) -> None:
    """Let someone in again who was shut out: their password and tokens work as before.

    Raises:
        NotFound: nobody has that address.
        Conflict: they were not shut out.
    """
    agent = _find(db, email)
    if agent.disabled_at is None:
        raise Conflict(f"{agent.email} is not shut out.")
    agent.disabled_at = None
    db.add(agent)
    audit.record(db, actor=by, action="person.enabled", subject="agent", subject_id=agent.id, detail={})


def create_token(db: Session, audit: AuditLog, email: str, name: str, *, by: Actor) -> str:
    """Make a bearer token for someone; it is shown once and stored as a hash.

    Raises:
        NotFound: nobody has that address.
        Conflict: they are shut out.
    """
    agent = _find(db, email)
    _require_let_in(agent)
    token, token_hash = new_token()
    row = ApiToken(agent_id=agent.id or 0, name=name[:100], token_hash=token_hash, created_at=audit.clock())
    db.add(row)
    db.flush()
    audit.record(db, actor=by, action="token.created", subject="api_token", subject_id=row.id, detail={"for": agent.id})
    return token


def revoke_token(db: Session, audit: AuditLog, token_id: int, *, by: Actor) -> None:
    """End a bearer token; the next call with it is refused.

    Raises:
        NotFound: there is no such token.
        Conflict: it was ended before.
    """
    token = db.get(ApiToken, token_id, with_for_update=True)
    if token is None:
        raise NotFound(f"There is no token {token_id}. List them with: supportbot token list")
    if token.revoked_at is not None:
        raise Conflict(f"Token {token_id} was revoked on {token.revoked_at:%Y-%m-%d %H:%M} UTC.")
    token.revoked_at = audit.clock()
    db.add(token)
    audit.record(
        db, actor=by, action="token.revoked", subject="api_token", subject_id=token.id, detail={"for": token.agent_id}
    )


def end_sessions(db: Session, audit: AuditLog, person: Person) -> None:
    """Sign a person out on every device."""
    agent = db.get_one(Agent, person.id)
    agent.session_key = secrets.token_hex(16)
    db.add(agent)
    actor = person.actor
    audit.record(db, actor=actor, action="person.signed_out", subject="agent", subject_id=person.id, detail={})


def _find(db: Session, email: str) -> Agent:
    agent = db.exec(select(Agent).where(Agent.email == email.strip().lower())).first()
    if agent is None:
        raise NotFound(f"Nobody here has the address {email}. List them with: supportbot user list")
    return agent


def _require_let_in(agent: Agent) -> None:
    if agent.disabled_at is not None:
        raise Conflict(f"{agent.email} is shut out. Let them in again with: supportbot user enable {agent.email}")


def _checked_email(email: str) -> str:
    email = email.strip().lower()
    local, at, domain = email.partition("@")
    if not (local and at and "." in domain) or len(email) > 254 or any(c.isspace() for c in email):
        raise InvalidInput(f"{email!r} is not an e-mail address.")
    return email
