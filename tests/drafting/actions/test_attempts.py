"""A model that answers under another name is written down and told, once."""

from sqlmodel import select

from supportbot.audit.tables import AuditEntry
from supportbot.db import Database
from supportbot.drafting.actions.attempts import settle_attempts
from supportbot.engine import MemoryEngine
from supportbot.events.tables import Event
from supportbot.gateway.types import Admitted
from supportbot.runtime import Runtime
from tests.gateway.test_guard import Ground, make_attempt, make_call


def test_another_served_model_is_logged_and_pushed_once(database: Database) -> None:
    ground = Ground(database)
    desk, guard = Runtime(MemoryEngine(), ground.audit, ground.clock), ground.guard()

    for name in ("small-1", "small-1", "small-2", "small-2"):
        admitted = guard.admit(make_call())
        assert isinstance(admitted, Admitted)
        with database.transaction() as db:
            settle_attempts(db, desk, [make_attempt(admitted, model_answered=name)])

    with database.transaction(read_only=True) as db:
        (entry,) = db.exec(select(AuditEntry)).all()
        (event,) = db.exec(select(Event)).all()
    assert (entry.action, entry.detail) == (
        "model.changed",
        {"model_key": "fast", "asked": "small-chat", "before": "small-1", "after": "small-2"},
    )
    assert (event.kind, event.for_widget) == ("models", False)
