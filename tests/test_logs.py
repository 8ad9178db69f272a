"""A log line is one JSON object, whatever stands in its values."""

import json
import logging
from collections.abc import Iterator

import pytest

from supportbot.logs import configure_logging


@pytest.fixture
def restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)


@pytest.mark.usefixtures("restored")
def test_a_newline_in_a_value_cannot_forge_a_second_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging()
    logging.getLogger("supportbot.test").warning(
        "message refused", extra={"reason": 'x\n{"event": "all is well"}\x1b[31m'}
    )
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    entry = json.loads(lines[0])
    assert entry["event"] == "message refused"
    assert entry["logger"] == "supportbot.test"
    assert "\n" in entry["reason"]
