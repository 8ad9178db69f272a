"""Figures of the gateway: CPU and latency of a task call beside httpx, OpenAI's SDK and LiteLLM's Router; imports."""

import json
import os
import random
import statistics
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from supportbot.audit.actions import AuditLog
from supportbot.clock import system_clock
from supportbot.contract.reply.v1 import REPLY_1
from supportbot.db import Database
from supportbot.gateway.actions import settle
from supportbot.gateway.guard import DatabaseGuard
from supportbot.gateway.providers.openai_wire import request_body
from supportbot.gateway.tables import AttemptRow
from supportbot.gateway.types import Admitted, Attempt, ModelRequest, PlannedCall, Purpose, Tokens
from supportbot.prompting import load_prompt, render_prompt
from tests.benchmarks.figures import Figure, Ground, measure
from tests.benchmarks.model_server import model_server
from tests.factories import SECRET_KEY
from tests.gateway.factories import make_spec
from tests.prompting.test_prompting import make_material

ROOT = Path(__file__).parent.parent.parent
PEERS = ROOT / "build" / "bench" / "bin" / "python"
"""Made by `make bench` from requirements-bench.lock."""
CONTENDERS = {"httpx": sys.executable, "gateway": sys.executable, "openai": str(PEERS), "litellm": str(PEERS)}
ROUNDS, CALLS = 15, 30


@dataclass(slots=True)
class Spent:
    """What the calls of one contender took: CPU of each round, and every call's latency."""

    cpu_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)

    def add(self, round_: Mapping[str, Any]) -> None:
        """Keep one round."""
        self.cpu_ms.append(round_["cpu_ms"])
        self.wall_ms += round_["wall_ms"]


def bench_gateway_calls(ground: Ground) -> Iterator[Figure]:
    """One run, the contenders' rounds interleaved, against one server that answers at once."""
    spent: dict[str, Spent] = {name: Spent() for name in _present()}
    with ExitStack() as stack:
        base_url = stack.enter_context(model_server())
        processes = {name: stack.enter_context(_contender(name, base_url)) for name in spent}
        for _ in range(ROUNDS):
            for name in random.sample(list(processes), len(processes)):
                spent[name].add(_ask(processes[name], str(CALLS)))
    bare, own = (statistics.median(spent[name].cpu_ms) for name in ("httpx", "gateway"))
    for name, one in spent.items():
        cpu, wall = statistics.median(one.cpu_ms), statistics.median(one.wall_ms)
        yield Figure(f"{name}: CPU per call, median of {ROUNDS} rounds of {CALLS}", cpu, "ms")
        yield Figure(f"{name}: latency, median", wall, "ms")
        yield Figure(f"{name}: latency over httpx", wall - statistics.median(spent["httpx"].wall_ms), "ms")
        if name not in ("httpx", "gateway"):
            limit = 1 / 5 if name == "litellm" else None
            yield Figure(f"the gateway's CPU to {name}'s", own / cpu, "x", at_most=limit)
    yield Figure("the gateway's CPU to httpx's", own / bare, "x", at_most=2)


def bench_gateway_rows(ground: Ground) -> Iterator[Figure]:
    """What a call writes: its reservation before, its row and the settled cost after (with the draft's commit)."""
    for store, url in ground.database_urls.items():
        database = Database(url)
        guard = DatabaseGuard(database, AuditLog(SECRET_KEY, system_clock), system_clock)
        call = PlannedCall(make_spec(), "routine_reply", Purpose(1), 900, 800, 5.0)
        yield from measure(f"{store}: reserve", lambda guard=guard, call=call: guard.admit(call), times=100)
        yield from measure(
            f"{store}: reserve, keep the try, settle",
            lambda database=database, guard=guard, call=call: _kept(database, guard, call),
            times=100,
        )
        database.dispose()


def bench_gateway_import(ground: Ground) -> Iterator[Figure]:
    """Importing in a fresh process, beside the peers. The limit is on the processor's seconds: on a machine that does
    nothing else they are the clock's, and on a busy one they say the same."""
    measured: dict[str, list[dict[str, float]]] = {name: [] for name in _present()}
    for _ in range(5):
        for name in random.sample(list(measured), len(measured)):
            measured[name].append(json.loads(_run(name, "import", stdout=subprocess.PIPE).communicate()[0]))
    for name, runs in measured.items():
        limits = (0.5, 50) if name == "gateway" else (None, None)
        cpu_s, seconds, mb = (statistics.median(run[unit] for run in runs) for unit in ("cpu_s", "seconds", "mb"))
        yield Figure(f"{name}: import, CPU, median of 5", cpu_s, "s", at_most=limits[0])
        yield Figure(f"{name}: import, by the clock, median", seconds, "s")
        yield Figure(f"{name}: import, by the clock, fastest", min(run["seconds"] for run in runs), "s")
        yield Figure(f"{name}: memory of the process", mb, "MB", at_most=limits[1])


def _present() -> list[str]:
    if not PEERS.exists():
        print("  (without its peers, which `make bench` installs)")
    return [name for name, python in CONTENDERS.items() if Path(python).exists()]


@contextmanager
def _contender(name: str, base_url: str) -> Iterator[subprocess.Popen[str]]:
    process = _run(name, base_url, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    print(_body(), file=process.stdin, flush=True)
    said = process.stdout.readline()
    assert said == "ready\n", f"{name} said {said!r}"
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def _run(name: str, argument: str, **streams: int) -> subprocess.Popen[str]:
    command = [CONTENDERS[name], "tests/benchmarks/contender.py", name, argument]
    env = {**os.environ, "PYTHONPATH": str(ROOT) if name == "gateway" else ""}
    return subprocess.Popen(command, cwd=ROOT, env=env, text=True, **streams)


def _ask(process: subprocess.Popen[str], line: str) -> dict[str, Any]:
    assert process.stdin is not None and process.stdout is not None
    print(line, file=process.stdin, flush=True)
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


def _body() -> str:
    """The body that every contender sends: a routine prompt with its schema."""
    prompt = render_prompt(load_prompt("routine_reply/1"), make_material())
    request = ModelRequest(
        task="routine_reply",
        model="wait-0",
        system=prompt.system,
        user=prompt.user,
        schema_name=REPLY_1.name,
        schema=REPLY_1.schema,
        material={},
        max_output_tokens=800,
        timeout_s=5.0,
    )
    return request_body(make_spec(model="wait-0"), request).decode()


def _kept(database: Database, guard: DatabaseGuard, call: PlannedCall) -> None:
    admitted = guard.admit(call)
    assert isinstance(admitted, Admitted)
    now = system_clock()
    attempt = Attempt(
        task=call.task,
        number=1,
        model_key=call.spec.key,
        provider=call.spec.provider,
        model_asked=call.spec.model,
        model_answered=call.spec.model,
        provider_request_id="req_1",
        outcome="ok",
        http_status=200,
        error_code=None,
        started_at=now,
        latency_ms=5,
        tokens=Tokens(900, 0, 0, 60),
        cost_microusd=345,
        is_backup=False,
        reservation_id=admitted.reservation_id,
    )
    with database.transaction() as db:
        settle(db, [attempt], at=now)
        row = AttemptRow(
            message_id=1,
            task=attempt.task,
            number=attempt.number,
            policy_version=1,
            prompt="routine_reply/1",
            output_schema="reply/1",
            model_key=attempt.model_key,
            provider=attempt.provider,
            model_asked=attempt.model_asked,
            outcome=attempt.outcome,
            started_at=attempt.started_at,
            latency_ms=attempt.latency_ms,
        )
        db.add(row)
