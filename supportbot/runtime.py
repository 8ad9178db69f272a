"""What every action needs besides the session."""

from dataclasses import dataclass

from supportbot.audit.actions import AuditLog
from supportbot.clock import Clock
from supportbot.engine import Engine


@dataclass(frozen=True, slots=True)
class Runtime:
    """The job engine, the audit log and the clock."""

    engine: Engine
    audit: AuditLog
    clock: Clock
