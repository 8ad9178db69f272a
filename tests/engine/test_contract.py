"""What every job engine promises, on SQLite, on PostgreSQL and in memory."""

import time
from datetime import timedelta

import pytest
from sqlmodel import Session

from supportbot.clock import system_clock
from supportbot.engine import JobState
from supportbot.errors import Conflict, EngineError
from tests.engine.harness import Harness, rolled_back, until


def test_a_job_runs_with_its_ids_once_its_transaction_has_committed(harness: Harness) -> None:
    key = harness.key()

    with harness.database.transaction() as db:
        harness.engine.enqueue(db, "note", key=key, ids={"key": key, "message_id": 17, "week": "2026-W47"})

    assert harness.settled(key).state is JobState.DONE
    assert harness.seen[key] == {"key": key, "message_id": 17, "week": "2026-W47"}


def test_a_job_does_not_exist_before_its_transaction_commits(harness: Harness) -> None:
    key = harness.key()

    with harness.database.transaction() as db:
        harness.add(db, "note", key)
        during = harness.engine.status(key)

    assert during is None
    assert harness.settled(key).state is JobState.DONE


def test_a_job_of_a_rolled_back_transaction_never_exists(harness: Harness) -> None:
    gone, kept = harness.key(), harness.key()

    with rolled_back(harness.database) as db:
        harness.add(db, "note", gone)
    with harness.database.transaction() as db:
        harness.add(db, "note", kept)

    harness.settled(kept)
    assert harness.engine.status(gone) is None
    assert gone not in harness.seen


def test_a_rolled_back_savepoint_takes_back_its_own_jobs_alone(harness: Harness) -> None:
    kept, gone = harness.key(), harness.key()

    with harness.database.transaction() as db:
        harness.add(db, "note", kept)
        with db.begin_nested() as savepoint:
            harness.add(db, "note", gone)
            savepoint.rollback()

    assert harness.settled(kept).state is JobState.DONE
    assert harness.engine.status(gone) is None


def test_a_released_savepoint_still_falls_with_its_transaction(harness: Harness) -> None:
    key = harness.key()

    with rolled_back(harness.database) as db, db.begin_nested():
        harness.add(db, "note", key)

    assert harness.engine.status(key) is None


def test_the_same_key_twice_is_one_job(harness: Harness) -> None:
    key = harness.key()

    with harness.database.transaction() as db:
        harness.add(db, "note", key)
        harness.add(db, "note", key)
    with harness.database.transaction() as db:
        harness.add(db, "note", key)
    harness.settled(key)

    assert len(harness.runs[key]) == 1


def test_the_key_of_a_job_that_is_over_starts_nothing_new(harness: Harness) -> None:
    key = harness.enqueue("note")
    finished_at = harness.settled(key).finished_at

    with harness.database.transaction() as db:
        harness.add(db, "note", key)
    harness.settled(harness.enqueue("note"))

    assert harness.status(key).finished_at == finished_at
    assert len(harness.runs[key]) == 1


def test_a_key_that_belongs_to_another_kind_is_a_conflict(harness: Harness) -> None:
    key = harness.enqueue("note")

    with pytest.raises(Conflict, match=key), harness.database.transaction() as db:
        harness.add(db, "note_later", key)


def test_a_delayed_job_waits_for_its_time(harness: Harness) -> None:
    enqueued = time.monotonic()
    key = harness.enqueue("note", delay_s=3)
    before = harness.status(key)

    after = harness.settled(key)

    assert (before.state, after.state) == (JobState.DELAYED, JobState.DONE)
    assert 0 < (before.due_at - before.enqueued_at).total_seconds() <= 4.1
    assert 3 <= harness.runs[key][0] - enqueued < 30


def test_a_delayed_job_can_be_taken_back(harness: Harness) -> None:
    key = harness.enqueue("note", delay_s=3)
    other = harness.enqueue("note", delay_s=3.2)

    with harness.database.transaction() as db:
        is_cancelled = harness.engine.cancel(db, key)
    harness.settled(other)

    assert is_cancelled
    assert harness.status(key).state is JobState.CANCELLED
    assert key not in harness.seen


def test_taking_a_job_back_falls_with_its_transaction(harness: Harness) -> None:
    key = harness.enqueue("note", delay_s=0.5)

    with rolled_back(harness.database) as db:
        is_cancelled = harness.engine.cancel(db, key)

    assert is_cancelled
    assert harness.settled(key).state is JobState.DONE


def test_a_job_can_be_taken_back_in_the_transaction_that_made_it(harness: Harness) -> None:
    key = harness.key()

    with harness.database.transaction() as db:
        harness.add(db, "note", key)
        is_cancelled = harness.engine.cancel(db, key)
        is_cancelled_again = harness.engine.cancel(db, key)

    assert (is_cancelled, is_cancelled_again) == (True, False)
    assert harness.status(key).state is JobState.CANCELLED


def test_a_job_that_runs_or_is_over_cannot_be_taken_back(harness: Harness) -> None:
    key = harness.running("held")

    with harness.database.transaction() as db:
        while_running = harness.engine.cancel(db, key)
    harness.open(key)
    state = harness.settled(key).state
    with harness.database.transaction() as db:
        when_over = harness.engine.cancel(db, key)
        unknown = harness.engine.cancel(db, harness.key())

    assert (while_running, when_over, unknown) == (False, False, False)
    assert state is JobState.DONE


def test_a_job_that_was_taken_back_stays_so_when_enqueued_again(harness: Harness) -> None:
    key = harness.enqueue("note", delay_s=0.5)
    with harness.database.transaction() as db:
        harness.engine.cancel(db, key)

    with harness.database.transaction() as db:
        harness.add(db, "note", key)
    harness.settled(harness.enqueue("note"))

    assert harness.status(key).state is JobState.CANCELLED
    assert key not in harness.seen


def test_a_failing_job_is_tried_again_with_growing_waits(harness: Harness) -> None:
    key = harness.enqueue("fails_twice")

    status = harness.settled(key)

    assert (status.state, status.attempts, status.error) == (JobState.DONE, 3, "ConnectionError")
    first, second, third = harness.runs[key]
    assert second - first >= 0.2
    assert third - second >= 0.4


def test_a_job_that_keeps_failing_ends_as_failed_and_is_seen(harness: Harness) -> None:
    failed_before = harness.engine.health().failed

    status = harness.settled(harness.enqueue("fails"))

    assert (status.state, status.attempts, status.error) == (JobState.FAILED, 3, "ValueError")
    assert status.finished_at is not None
    assert harness.engine.health().failed == failed_before + 1


def test_a_job_that_exits_has_failed(harness: Harness) -> None:
    status = harness.settled(harness.enqueue("exits"))

    assert (status.state, status.error) == (JobState.FAILED, "SystemExit")


def test_a_job_over_its_time_limit_fails_for_good_and_frees_its_place(harness: Harness) -> None:
    hanging, next_one = harness.enqueue("hangs"), harness.enqueue("hangs")

    status = harness.settled(hanging)
    harness.settled(next_one)

    assert (status.state, status.attempts, status.error) == (JobState.FAILED, 1, "TimedOut")
    assert len(harness.runs[hanging]) == 1


def test_a_slow_queue_does_not_delay_another(harness: Harness) -> None:
    held = [harness.running("held"), harness.running("held")]
    waiting = harness.enqueue("held")

    quick = harness.settled(harness.enqueue("note"))

    assert quick.state is JobState.DONE
    for key in (*held, waiting):
        harness.open(key)
        assert harness.settled(key).state is JobState.DONE


def test_health_counts_what_waits_runs_and_is_delayed(harness: Harness) -> None:
    before = harness.engine.health()
    running = harness.running("held")
    delayed = harness.enqueue("note", delay_s=60)

    during = harness.engine.health()
    harness.open(running)
    harness.settled(running)
    with harness.database.transaction() as db:
        harness.engine.cancel(db, delayed)
    after = harness.engine.health()

    assert (during.running, during.delayed) == (before.running + 1, before.delayed + 1)
    assert (after.running, after.delayed, after.waiting) == (before.running, before.delayed, 0)
    assert after.oldest_waiting_s == 0


def test_a_status_tells_the_story_of_its_job(harness: Harness) -> None:
    started = system_clock()
    key = harness.running("held")

    running = harness.status(key)
    harness.open(key)
    done = harness.settled(key)

    assert (running.key, running.kind, running.state, running.attempts) == (key, "held", JobState.RUNNING, 1)
    assert running.finished_at is None
    assert done.error is None
    assert done.attempts == 1
    assert done.started_at is not None
    assert done.finished_at is not None
    slack = timedelta(seconds=1)
    assert started - slack <= done.enqueued_at <= done.started_at + slack <= done.finished_at + 2 * slack


def test_nobody_knows_the_status_of_a_job_that_never_was(harness: Harness) -> None:
    assert harness.engine.status(harness.key()) is None


def test_jobs_are_enqueued_within_a_transaction_or_not_at_all(harness: Harness) -> None:
    key = harness.key()

    with pytest.raises(EngineError, match="session"):
        harness.add(None, "note", key)  # type: ignore[arg-type]
    with pytest.raises(EngineError, match="read-only"), harness.database.transaction(read_only=True) as db:
        harness.add(db, "note", key)
    with pytest.raises(EngineError, match="read-only"), harness.database.transaction(read_only=True) as db:
        harness.engine.cancel(db, key)
    with Session(harness.database.engine) as db:
        harness.add(db, "note", key)

    assert harness.engine.status(key) is None


def test_an_unknown_kind_is_refused_with_the_known_ones(harness: Harness) -> None:
    with pytest.raises(EngineError, match=r"'nothing' is not registered.*note"):
        harness.enqueue("nothing")


@pytest.mark.parametrize("key", ["", " ", "two words", "ann@example.test", "-", "käse", "x" * 201, "a\nb", None, 7])
def test_a_key_that_could_carry_words_or_addresses_is_refused(harness: Harness, key: str) -> None:
    with pytest.raises(EngineError, match="key") as caught, harness.database.transaction() as db:
        harness.engine.enqueue(db, "note", key=key, ids={"message_id": 1})

    assert not (isinstance(key, str) and len(key) > 3 and key in str(caught.value))


@pytest.mark.parametrize(
    "ids",
    [
        {},
        {"text": "I was billed twice"},
        {"email": "ann@example.test"},
        {"long": "x" * 201},
        {"empty": ""},
        {"number": 1.5},
        {"flag": True},
        {"huge": 2**63},
        {"none": None},
        {"nested": {"id": 1}},
        {"Bad Name": 1},
        {f"id_{n}": n for n in range(9)},
    ],
)
def test_what_is_not_an_id_is_refused(harness: Harness, ids: dict[str, int | str]) -> None:
    key = harness.key()

    with pytest.raises(EngineError, match=key) as caught, harness.database.transaction() as db:
        harness.engine.enqueue(db, "note", key=key, ids=ids)

    assert harness.engine.status(key) is None
    assert "billed" not in str(caught.value)


@pytest.mark.parametrize("delay_s", [-1, float("nan"), float("inf"), 31 * 24 * 3600])
def test_a_delay_that_makes_no_sense_is_refused(harness: Harness, delay_s: float) -> None:
    with pytest.raises(EngineError, match="delay"):
        harness.enqueue("note", delay_s=delay_s)


def test_a_queue_runs_no_more_jobs_at_once_than_it_has_places(harness: Harness) -> None:
    if harness.name == "memory":
        return  # whoever calls run_due decides how many run at once
    first = harness.running("single")
    second = harness.enqueue("single")
    until(lambda: harness.engine.health().waiting == 1)
    health = harness.engine.health()

    assert not harness.runs[second]
    assert health.oldest_waiting_s < 10
    harness.open(first)
    harness.open(second)
    assert harness.settled(second).state is JobState.DONE
