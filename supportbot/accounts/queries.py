"""Reads about people."""

from collections.abc import Iterable

from sqlmodel import Session, col, select

from supportbot.accounts.tables import Agent, ApiToken
from supportbot.accounts.tokens import hash_token
from supportbot.accounts.types import Person


def as_person(agent: Agent) -> Person:
    """The value of a row."""
    return Person(
        id=agent.id or 0,
        name=agent.name,
        email=agent.email,
        role=agent.role,  # type: ignore[arg-type]  # checked when the row was made
        release_limit_minor=agent.release_limit_minor,
    )


def person_by_session(db: Session, agent_id: int, session_key: str) -> Person | None:
    """The person a session cookie speaks for; None when it has ended."""
    agent = db.get(Agent, agent_id)
    if agent is None or agent.disabled_at or agent.session_key != session_key:
        return None
    return as_person(agent)


def person_by_token(db: Session, token: str) -> Person | None:
    """The person a bearer token speaks for; None when it is unknown, revoked or its owner is disabled."""
    query = (
        select(Agent)
        .join(ApiToken, col(ApiToken.agent_id) == col(Agent.id))
        .where(
            ApiToken.token_hash == hash_token(token),
            col(ApiToken.revoked_at).is_(None),
            col(Agent.disabled_at).is_(None),
        )
    )
    agent = db.exec(query).first()
    return as_person(agent) if agent else None


def people(db: Session) -> list[Person]:
    """Everyone who works here now, by name."""
    query = select(Agent).where(col(Agent.disabled_at).is_(None)).order_by(Agent.name)
    return [as_person(agent) for agent in db.exec(query)]


def shut_out(db: Session) -> list[Person]:
    """Everyone who was shut out, by name."""
    query = select(Agent).where(col(Agent.disabled_at).is_not(None)).order_by(Agent.name)
    return [as_person(agent) for agent in db.exec(query)]


def living_tokens(db: Session) -> list[tuple[ApiToken, str]]:
    """Every bearer token that was not revoked, oldest first, with the address of whom it acts as."""
    query = (
        select(ApiToken, Agent.email)
        .join(Agent, col(Agent.id) == col(ApiToken.agent_id))
        .where(col(ApiToken.revoked_at).is_(None))
        .order_by(col(ApiToken.id))
    )
    return list(db.exec(query))


def names_by_id(db: Session, ids: Iterable[int]) -> dict[int, str]:
    """Names of the given people, disabled ones too."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = db.exec(select(Agent.id, Agent.name).where(col(Agent.id).in_(wanted)))
    return {agent_id: name for agent_id, name in rows if agent_id is not None}
