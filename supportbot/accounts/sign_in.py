"""Signing in: count the try, read the hash, check the password with no transaction open, then note who came."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from supportbot.accounts.login_throttle import Origin, clear_login_tries, count_login_try
from supportbot.accounts.passwords import hash_password, is_outdated, password_fits
from supportbot.accounts.queries import as_person
from supportbot.accounts.tables import Agent
from supportbot.accounts.types import Person
from supportbot.audit.actions import AuditLog
from supportbot.db import Database
from supportbot.errors import NotSignedIn

_WRONG = "That address and password do not fit together. Try again, or ask an admin for a new one."


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who signed in, and the key that their session must carry."""

    person: Person
    session_key: str


def sign_in(database: Database, audit: AuditLog, email: str, password: str, origin: Origin) -> SignedIn:
    """Check an address and a password.

    Raises:
        NotSignedIn: one of the two is wrong (which one is not said).
        TooMany: too many tries, or too many people at once.
    """
    email = email.strip().lower()
    with database.transaction() as db:  # of its own, so that the count outlives a refusal
        count_login_try(db, audit.clock, email, origin)
    with database.transaction(read_only=True) as db:
        known = db.exec(select(Agent.id, Agent.password_hash).where(*_let_in(email))).first()
    agent_id, known_hash = known or (None, None)
    if not password_fits(known_hash, password) or known_hash is None:
        raise NotSignedIn(_WRONG)
    new_hash = hash_password(password) if is_outdated(known_hash) else known_hash
    with database.transaction() as db:
        query = select(Agent).where(*_let_in(email), Agent.id == agent_id, Agent.password_hash == known_hash)
        agent = db.exec(query).first()
        if agent is None:  # shut out, or given a new password, while the old one was being checked
            raise NotSignedIn(_WRONG)
        agent.password_hash = new_hash
        db.add(agent)
        clear_login_tries(db, email, origin)
        person, key = as_person(agent), agent.session_key
        audit.record(
            db, actor=person.actor, action="person.signed_in", subject="agent", subject_id=person.id, detail={}
        )
    return SignedIn(person, key)


def _let_in(email: str) -> tuple[ColumnElement[bool], ...]:
    return col(Agent.email) == email, col(Agent.disabled_at).is_(None)
