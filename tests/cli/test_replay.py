"""`supportbot replay`: a file's messages become customers, and what became of them is counted."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from supportbot.accounts.actions import create_token
from supportbot.audit.types import SYSTEM
from supportbot.db import Database
from tests.cli.operator import Operator, operator
from tests.factories import DISPUTE, ROUTINE, Office, make_office
from tests.journeys.shop_page import serving

ROWS = ({"text": ROUTINE, "risk": "low"}, {"text": DISPUTE, "risk": "high"}, {"text": ROUTINE, "risk": "high"})


@pytest.fixture
def office(sqlite_database_url: str) -> Iterator[Office]:
    database = Database(sqlite_database_url)
    made = make_office(database)
    yield made
    made.close()
    database.dispose()


@contextmanager
def working(office: Office) -> Iterator[None]:
    """Somebody does the jobs meanwhile, as a worker would."""
    ended = threading.Event()

    def work() -> None:
        while not ended.wait(0.2):
            office.shop.work()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        yield
    finally:
        ended.set()
        worker.join()


def file_of(folder: Path, *lines: str | bytes) -> str:
    file = folder / "messages.jsonl"
    file.write_bytes(b"\n".join(line if isinstance(line, bytes) else line.encode() for line in lines))
    return str(file)


def asked(office: Office, url: str) -> tuple[str, ...]:
    """What names the shop and an agent's token."""
    shop = office.shop
    token = shop.act(lambda db: create_token(db, shop.runtime.audit, shop.agent.email, "replay", by=SYSTEM))
    return ("--url", url, "--site-key", "harbour-lane", "--token", token)


@pytest.fixture
def desk(tmp_path: Path) -> Operator:
    return operator("", tmp_path)


def test_every_message_is_posted_once_and_counted_by_what_became_of_it(
    office: Office, desk: Operator, tmp_path: Path
) -> None:
    file = file_of(tmp_path, *map(json.dumps, ROWS))
    with serving(office.app) as url, working(office):
        report = desk.read("replay", file, *asked(office, url), "--rate", "100")

    assert (report["messages"], report["by_state"], report["without_outcome"]) == (3, {"ready": 2, "held": 1}, 0)
    assert (report["high_risk_in_file"], report["high_risk_missed_by_triage"]) == (2, 1)
    assert (report["held"], report["held_approved_by_agent"]) == (1, 0)


def test_messages_without_an_outcome_in_time_are_said_and_fail_the_command(
    office: Office, desk: Operator, tmp_path: Path
) -> None:
    file = file_of(tmp_path, *map(json.dumps, ROWS))
    with serving(office.app) as url:
        result = desk.run("replay", file, *asked(office, url), "--limit", "2", "--wait", "0", code=1)

    assert "2 messages posted" in result.stdout
    assert "without an outcome 2" in result.stdout


@pytest.mark.parametrize(("option", "value"), [("--rate", "0"), ("--rate", "-1"), ("--limit", "-1"), ("--wait", "-1")])
def test_a_number_that_cannot_be_is_wrong_use(desk: Operator, tmp_path: Path, option: str, value: str) -> None:
    result = desk.run("replay", file_of(tmp_path, "{}"), option, value, code=2)
    assert f"Invalid value for '{option}'" in result.stderr


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "is not JSON"),
        (b'{"text": "\xff"}', "is not JSON"),
        ("[1]", 'has no "text"'),
        ('{"text": " "}', 'has no "text"'),
    ],
)
def test_a_line_that_is_no_message_is_named_before_anything_is_posted(
    desk: Operator, tmp_path: Path, line: str | bytes, problem: str
) -> None:
    file = file_of(tmp_path, '{"text": "Hello"}', line)
    said = desk.refused("replay", file, "--url", "http://127.0.0.1:1", "--site-key", "x", "--token", "x")
    assert said == f"Line 2 of {file} {problem}.\n"


def test_a_shop_that_is_not_named_and_a_server_that_is_not_there_are_said(desk: Operator, tmp_path: Path) -> None:
    file = file_of(tmp_path, '{"text": "Hello"}')
    assert "Give --site-key and --token" in desk.refused("replay", file)
    named = ("--url", "http://127.0.0.1:1", "--site-key", "x", "--token", "x")
    assert "http://127.0.0.1:1 does not answer" in desk.refused("replay", file, *named)
