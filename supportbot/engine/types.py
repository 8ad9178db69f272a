"""Values of the job engine: what a kind of job is, how one job stands, and how the engine is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Ids = Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class JobKind:
    """One kind of background work, registered once in every process.

    Args:
        name: such as "draft_reply". A kind whose meaning changes gets a new name; the old one stays for one release.
        run: gets the ids; runs outside any transaction; may run again after a crash, so it must be idempotent.
        queue: the family it belongs to. Within it each kind has places of its own: no kind waits behind another, and
            a worker of an older release never claims a job of a kind that it does not know.
        concurrency: the kind's places in each worker process, 1 to 200.
        retries: further tries after the first has failed; a worker's crash may add one.
        backoff_s: wait before the first retry; doubles with each, at most 60 s.
        poll_s: how often a worker looks for due jobs of the kind; housekeeping can spare the processor with 1.0.
        timeout_s: a try that takes longer fails for good (what it was doing may still be going on).
    """

    name: str
    run: Callable[[Ids], None]
    queue: str
    concurrency: int
    retries: int = 3
    backoff_s: float = 1.0
    timeout_s: float = 120
    poll_s: float = 0.1

    @property
    def full_queue(self) -> str:
        """The queue's name in the engine's tables, such as "drafts.draft_reply"."""
        return f"{self.queue}.{self.name}"


class JobState(StrEnum):
    """Where a job stands. `WAITING`: due and not started; `DELAYED`: not due yet."""

    WAITING = "waiting"
    DELAYED = "delayed"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class JobStatus:
    """How one job stands.

    `attempts` counts tries begun; `error` is the class name of the last failure, never its text, and stays when a
    later try succeeds. On SQLite moments other than `due_at` are whole seconds.
    """

    key: str
    kind: str
    state: JobState
    attempts: int
    error: str | None
    enqueued_at: datetime
    due_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Slot:
    """A worker's place. Jobs running in a slot that nobody holds are taken over within seconds."""

    name: str
    is_held: bool
    running: int


@dataclass(frozen=True, slots=True)
class EngineHealth:
    """How the engine is. `waiting` counts jobs that are due; `failed` those of the last 24 hours."""

    oldest_waiting_s: float
    waiting: int
    delayed: int
    running: int
    failed: int
    slots: tuple[Slot, ...]

    @property
    def held_slots(self) -> tuple[str, ...]:
        """The slots of live workers, one each."""
        return tuple(slot.name for slot in self.slots if slot.is_held)
