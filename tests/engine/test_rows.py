"""What the durable engine leaves in its tables and in the logs, and what it makes of rows that a crash left."""

import logging

import pytest
import sqlalchemy as sa

from supportbot.engine import DbosEngine, JobKind, JobState
from supportbot.errors import EngineError
from tests.engine.harness import Harness
from tests.engine.rows import change_row, every_value


def test_rows_are_readable_json_with_ids_only(durable: Harness) -> None:
    key = durable.key()
    with durable.database.transaction() as db:
        durable.engine.enqueue(db, "note", key=key, ids={"key": key, "message_id": 17})
    durable.settled(key)

    values = every_value(durable.database)

    assert f'{{"namedArgs":{{}},"positionalArgs":[{{"key":"{key}","message_id":17}}]}}' in values
    assert "portable_json" in values
    assert "py_pickle" not in values
    assert [value for value in values if value.startswith(("gASV", "gAWV", "\\x80"))] == []


def test_what_an_error_says_is_neither_stored_nor_logged(durable: Harness, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    durable.settled(durable.enqueue("fails"))
    durable.settled(durable.enqueue("fails_twice"))
    values = every_value(durable.database)

    logged = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    failures = [record for record in caplog.records if record.getMessage() == "A try of a job failed."]
    assert [text for text in [*values, *logged] if "4242 4242" in text] == []
    assert len(failures) == 5
    assert failures[0].__dict__["error"] == "ValueError"
    assert "harness.py" in failures[0].__dict__["where"][-1]


def test_rows_carry_the_pinned_version_and_the_slot(durable: Harness) -> None:
    key = durable.enqueue("note")
    durable.settled(key)
    table = "workflow_status" if durable.database.is_sqlite else "dbos.workflow_status"

    with durable.database.transaction(read_only=True) as db:
        query = sa.text(f"SELECT application_version, executor_id FROM {table} WHERE workflow_uuid = :key")
        row = db.connection().execute(query, {"key": key}).one()

    assert tuple(row) == ("supportbot", "slot-0")


def test_a_worker_needs_a_kind_and_is_alone_in_its_process(durable: Harness) -> None:
    second = DbosEngine(durable.database)

    with pytest.raises(EngineError, match="No job kind"):
        second.start_worker()
    second.register(JobKind("other", lambda ids: None, queue="quick", concurrency=20))
    with pytest.raises(EngineError, match="already"):
        second.start_worker()
    status = durable.settled(durable.enqueue("note"))

    assert status.state is JobState.DONE


def test_a_job_whose_claim_broke_off_is_run_after_all(durable: Harness) -> None:
    key = durable.enqueue("note", delay_s=3600)

    change_row(durable.database, key, "status = 'PENDING', executor_id = 'slot-0', started_at_epoch_ms = 1")
    status = durable.settled(key)

    assert (status.state, len(durable.runs[key])) == (JobState.DONE, 1)


def test_a_job_that_keeps_killing_its_workers_is_given_up(durable: Harness) -> None:
    key = durable.enqueue("note", delay_s=3600)

    change_row(durable.database, key, "status = 'ENQUEUED', recovery_attempts = 21")
    status = durable.settled(key)

    assert (status.state, status.error, durable.runs[key]) == (JobState.FAILED, "CrashedTooOften", [])
