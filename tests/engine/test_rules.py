"""Which kinds may be registered, and how long failed jobs wait."""

from dataclasses import replace
from typing import Any

import pytest

from supportbot.engine import JobKind
from supportbot.engine.rules import backoff_s, check_kind
from supportbot.errors import EngineError

NOTE = JobKind("note", lambda ids: None, queue="quick", concurrency=5)


@pytest.mark.parametrize(
    "change",
    [
        {"name": ""},
        {"name": "Draft Reply"},
        {"queue": "_dbos_internal"},
        {"concurrency": 0},
        {"concurrency": 201},
        {"retries": -1},
        {"retries": 21},
        {"backoff_s": -1},
        {"timeout_s": 0},
        {"poll_s": 0},
    ],
)
def test_a_kind_with_a_value_out_of_range_is_refused(change: dict[str, Any]) -> None:
    check_kind(NOTE, {})

    with pytest.raises(EngineError, match="Job kind"):
        check_kind(replace(NOTE, **change), {})


def test_a_kind_is_registered_once() -> None:
    with pytest.raises(EngineError, match="'note' is registered already"):
        check_kind(NOTE, {"note": NOTE})


def test_waits_double_up_to_a_minute() -> None:
    assert [backoff_s(NOTE, failed) for failed in (1, 2, 3, 6, 7, 20)] == [1, 2, 4, 32, 60, 60]
