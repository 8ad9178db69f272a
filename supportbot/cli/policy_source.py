"""The policy that a command works by, without a secret: the active one of a reachable database, else the shipped."""

from dataclasses import dataclass
from pathlib import Path

from supportbot.routing.policy import SHIPPED_WEIGHTS, RoutingPolicy, shipped_document, shipped_policy
from supportbot.settings import Settings, load_settings
from supportbot.triage.weights import Weights, shipped_weights


@dataclass(frozen=True, slots=True)
class PolicySource:
    """A policy with the triage weights it names, and where it is from.

    `number` is None for the shipped one; `note` says why that was taken.
    """

    policy: RoutingPolicy
    document: str
    number: int | None
    note: str
    weights: Weights


def find_policy(settings: Settings | None = None) -> PolicySource:
    """The policy in force, read-only; the database's libraries are loaded only when there may be one.

    Raises:
        SettingsError: the environment is wrong.
        PolicyError: the active policy cannot be used by this version.
    """
    settings = settings or load_settings(need_secret=False)
    file = settings.database_url.removeprefix("sqlite:///")
    if file != settings.database_url and not Path(file).is_file():
        return _shipped("there is no database")
    return _from_database(settings)


def _from_database(settings: Settings) -> PolicySource:
    from sqlalchemy.exc import SQLAlchemyError

    from supportbot.db import Database, impatient
    from supportbot.governance.queries import find_active_policy
    from supportbot.triage.weight_store import weights_named

    database = Database(impatient(settings.database_url))
    try:
        with database.transaction(read_only=True) as db:
            active = find_active_policy(db)
            weights = weights_named(db, active.policy.triage.weights if active else SHIPPED_WEIGHTS)
    except SQLAlchemyError:
        return _shipped("the database cannot be read")
    finally:
        database.dispose()
    if active is None:
        return _shipped("no policy is approved yet")
    return PolicySource(active.policy, active.document, active.number, "", weights)


def _shipped(reason: str) -> PolicySource:
    return PolicySource(
        shipped_policy(), shipped_document(), None, f"By the shipped policy: {reason}.", shipped_weights()
    )
