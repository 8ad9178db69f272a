"""The durable job engine: work enqueued in the transaction that causes it, run at least once, seen when it fails.

`DbosEngine` stands on DBOS, on SQLite and on PostgreSQL; `MemoryEngine` keeps the same contract without a database.
No other package imports dbos. Web processes enqueue; a worker process also calls `start_worker`.
"""

from supportbot.engine.base import Engine
from supportbot.engine.durable import DbosEngine
from supportbot.engine.memory import MemoryEngine
from supportbot.engine.records import is_engine_table
from supportbot.engine.types import EngineHealth, Ids, JobKind, JobState, JobStatus, Slot

__all__ = [
    "DbosEngine",
    "Engine",
    "EngineHealth",
    "Ids",
    "JobKind",
    "JobState",
    "JobStatus",
    "MemoryEngine",
    "Slot",
    "is_engine_table",
]

DOOR: tuple[str, ...] = ()
