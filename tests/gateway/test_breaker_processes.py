"""The breaker with two real processes on one database, and a model server over HTTP."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from supportbot.db import Database
from tests.gateway.stand_in import StandIn, reply, stand_in, success

ROOT = Path(__file__).parents[2]
FAILS = reply(500, {"error": {"message": "no", "type": "server_error"}})
PAUSED = "Stopped: the model is paused after an overloaded model. A person is needed."


class Worker:
    """One of the processes."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def say(self, line: str) -> None:
        """Ask for a run, without waiting for it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()

    def heard(self) -> str:
        """Its next line."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def ended(self) -> tuple[str, str]:
        """How the run that was asked for ended: outcome and reason."""
        said: dict[str, Any] = json.loads(self.heard())
        return said["outcome"], said["reason"]

    def run(self, risk: str) -> tuple[str, str]:
        """Make a run."""
        self.say(risk)
        return self.ended()


@contextmanager
def worker(database: Database, server: StandIn) -> Iterator[Worker]:
    url = database.url.render_as_string(hide_password=False)
    command = [sys.executable, "-m", "tests.gateway.caller", url, server.base_url]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        try:
            yield Worker(process)
        finally:
            process.kill()


@pytest.fixture
def ground(database: Database) -> Iterator[tuple[Worker, Worker, StandIn]]:
    with ExitStack() as stack:
        server = stack.enter_context(stand_in(FAILS))
        workers = [stack.enter_context(worker(database, server)) for _ in range(2)]
        assert [one.heard() for one in workers] == ["ready", "ready"]
        yield workers[0], workers[1], server


def test_two_processes_pause_a_failing_model_together_and_one_of_them_brings_it_back(
    ground: tuple[Worker, Worker, StandIn],
) -> None:
    one, two, server = ground
    ended = [worker.run("high")[0] for worker in (one, two, one, two)]
    assert (ended, len(server.bodies)) == (["overloaded"] * 4, 4)

    for worker in (one, two):
        assert worker.run("high") == ("paused", PAUSED)
        assert worker.run("low") == ("ok", "The backup answered: the model was paused.")
        worker.say("wait 31")
    assert len(server.bodies) == 4

    asked, may_answer = threading.Event(), threading.Event()

    def answers_when_told(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        may_answer.wait(40)
        success()(handler)

    server.behaviours[:] = [answers_when_told]
    one.say("high")
    assert asked.wait(20)
    assert two.run("high") == ("paused", PAUSED)
    may_answer.set()
    assert one.ended() == ("ok", "Answered at the first try.")
    assert two.run("high") == ("ok", "Answered at the first try.")
    assert len(server.bodies) == 6


def test_a_key_that_one_process_finds_refused_keeps_the_other_from_asking(
    ground: tuple[Worker, Worker, StandIn],
) -> None:
    one, two, server = ground
    server.behaviours[:] = [reply(401, {"error": {"message": "no"}})]
    assert one.run("high")[1] == "Stopped after 1 try: a key that is missing or was not accepted. A person is needed."
    assert (
        two.run("high")[1]
        == "Stopped: the model is paused after a key that is missing or was not accepted. A person is needed."
    )
    assert two.run("low")[1] == "The backup answered: the model was paused."
    assert len(server.bodies) == 1
