"""The gateway against a model server that others wrote, over HTTP: what it covers of the fault table, and its verdict.

llmock is a program of its own: it runs as another process and is never imported here. It keeps every request with its
time and judges the client: retries of what no retry mends, a Retry-After that was not obeyed, storms.
"""

import os
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from supportbot.clock import system_clock
from supportbot.contract.reply.v1 import REPLY_1
from supportbot.contract.types import ReplyFields
from supportbot.gateway import Gateway
from supportbot.gateway.probe import probe_model
from supportbot.gateway.providers import PROVIDERS
from supportbot.gateway.types import ModelResult, ModelSpec
from tests.contract.factories import make_answer, make_fields
from tests.gateway.factories import complete, make_rule, make_spec
from tests.prompting.test_prompting import make_material

# On a socket that is open already and on loopback only.
RUN = (
    "import socket, sys, uvicorn\nfrom llmock.main import create_app\n"
    "server = uvicorn.Server(uvicorn.Config(create_app(), log_level='warning', lifespan='off'))\n"
    "server.run(sockets=[socket.socket(fileno=int(sys.argv[1]))])"
)
PATHS = {"openai_compatible": "/v1", "anthropic": "/anthropic"}
CONTEXT_TOKENS = 4_000
ASKED = "Why was I billed twice? "
DEADLINE_S, TRY_S = 10.0, 4.0


@dataclass
class Peer:
    """The server, told what to do and asked what it saw."""

    url: str

    def will(self, *behaviours: dict[str, Any]) -> None:
        """Forget what was, and behave so on the requests to come."""
        self._post("reset")
        if behaviours:
            self._post("scenario", behaviors=list(behaviours))

    def calls(self) -> list[dict[str, Any]]:
        """Every request since, the oldest first."""
        return list(self._get("requests")["requests"])

    def verdict(self) -> dict[str, Any]:
        """What it thinks of the client."""
        return self._get("verdict")

    def _post(self, path: str, **body: Any) -> None:
        answer = httpx.post(f"{self.url}/_llmock/{path}", json=body, timeout=30)
        assert answer.status_code in (200, 201), answer.text

    def _get(self, path: str) -> dict[str, Any]:
        return dict(httpx.get(f"{self.url}/_llmock/{path}", timeout=30).json())


@pytest.fixture(scope="module")
def peer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    log = tmp_path_factory.mktemp("llmock") / "log"
    with socket.create_server(("127.0.0.1", 0)) as listening, log.open("wb") as output:
        number, port = listening.fileno(), listening.getsockname()[1]
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(number)],
            pass_fds=(number,),
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ.get("PATH", ""), "LLMOCK_CONTEXT_WINDOW": str(CONTEXT_TOKENS)},
        )
        url = f"http://127.0.0.1:{port}"
        try:
            _until_healthy(url, process, log)
            yield Peer(url)
        finally:
            process.kill()
            process.wait()


def _until_healthy(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{url}/health", timeout=30).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.05)
    raise AssertionError(f"llmock did not start: {log.read_text()}")


@pytest.fixture(params=list(PATHS))
def api(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    made = Gateway({name: make(lambda _: "sk-test") for name, make in PROVIDERS.items()}, clock=system_clock)
    yield made
    made.close()


def spec_of(peer: Peer, api: str, **changes: Any) -> ModelSpec:
    model = {"openai_compatible": "gpt-4.1-mini", "anthropic": "claude-haiku-4-5"}[api]
    temperature = 0.0 if api == "openai_compatible" else None
    given = {"model": model, "base_url": f"{peer.url}{PATHS[api]}", "api_key_env": "KEY", "temperature": temperature}
    return make_spec(provider=api, **{**given, **changes})


def run(
    gateway: Gateway, peer: Peer, api: str, *, risk: str, user: str = ASKED, model: str | None = None, **rule: Any
) -> ModelResult[ReplyFields]:
    fast = spec_of(peer, api, **({"model": model} if model else {}))
    models = {"fast": fast, "builtin": make_spec("builtin", provider="builtin", model="extractive")}
    has_backup = {} if risk == "low" else {"backup": None, "fallback_on": frozenset()}
    given = {"risk": risk, "deadline_s": DEADLINE_S, "try_timeout_s": TRY_S, **has_backup, **rule}
    return complete(gateway, make_rule(**given), models=models, user=user, material=make_material())


def fails(status: int, *, times: int | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "fail", "status": status, "times": times, **more}


def test_an_answer_comes_back_with_its_tokens_price_and_model(gateway: Gateway, peer: Peer, api: str) -> None:
    peer.will({"type": "reply", "text": make_answer()})
    result = run(gateway, peer, api, risk="low")
    assert (result.outcome, result.fields, result.reason) == ("ok", make_fields(), "Answered at the first try.")
    (attempt,) = result.attempts
    assert attempt.model_answered == attempt.model_asked
    assert attempt.tokens.input_uncached and attempt.tokens.output
    assert attempt.cost_microusd


# fault: what the server does, calls to the task's model, how a risk task ends, whether the backup may take over
FAULTS: dict[str, tuple[dict[str, Any], int, str, bool]] = {
    "429": (fails(429), 2, "rate_limited", True),
    "429, Retry-After 1": (fails(429, retry_after=1), 2, "rate_limited", True),
    "429, Retry-After 60": (fails(429, retry_after=60), 1, "rate_limited", True),
    "500": (fails(500), 2, "overloaded", True),
    "503": (fails(503), 2, "overloaded", True),
    "529": (fails(529), 2, "overloaded", True),
    "400": (fails(400), 1, "invalid_request", False),
    "401": (fails(401), 1, "auth", True),
    "403": (fails(403), 1, "auth", True),
    "404": (fails(404), 1, "invalid_request", False),
    "prose": ({"type": "reply", "text": "I would open my account.", "times": None}, 2, "schema_invalid", False),
}


def test_each_fault_ends_as_the_table_says_and_the_server_finds_nothing_wrong_with_its_client(
    gateway: Gateway, peer: Peer, api: str
) -> None:
    """All at once: the server tells the runs apart by the model's name."""
    runs = {f"{fault}, {risk}": (fault, risk) for fault in FAULTS for risk in ("low", "high")}
    peer.will(*({**FAULTS[fault][0], "match": {"model": name}} for name, (fault, _) in runs.items()))
    with ThreadPoolExecutor(len(runs)) as pool:
        results = pool.map(lambda name: run(gateway, peer, api, risk=runs[name][1], model=name), runs)
        ended = {name: (result.outcome, len(result.attempts)) for name, result in zip(runs, results, strict=True)}
    wanted, asked = {}, {}
    for name, (fault, risk) in runs.items():
        _, asked[name], outcome, passed_on = FAULTS[fault]
        helped = risk == "low" and passed_on
        wanted[name] = ("ok" if helped else outcome, asked[name] + helped)
    assert ended == wanted
    assert Counter(call["model"] for call in peer.calls()) == asked
    assert peer.verdict()["errors"] == 0, peer.verdict()


def test_a_server_that_recovers_is_asked_once_more_after_the_time_it_named(
    gateway: Gateway, peer: Peer, api: str
) -> None:
    peer.will(fails(429, times=1, retry_after=1), {"type": "reply", "text": make_answer()})
    result = run(gateway, peer, api, risk="high")
    assert (result.outcome, result.reason) == ("ok", "Answered at the second try, after too many requests.")
    verdict = peer.verdict()
    assert (verdict["attempts"], verdict["faults_injected"], verdict["findings"]) == (2, 1, [])


def test_a_prompt_longer_than_the_models_context_is_not_sent_again(gateway: Gateway, peer: Peer, api: str) -> None:
    peer.will()
    result = run(gateway, peer, api, risk="high", user=ASKED * CONTEXT_TOKENS)
    assert (result.outcome, len(peer.calls())) == ("context_length", 1)
    assert peer.verdict()["errors"] == 0


@pytest.mark.parametrize(("risk", "ended"), [("low", "ok"), ("high", "timeout")])
def test_a_slow_server_is_left_within_the_deadline(
    gateway: Gateway, peer: Peer, api: str, risk: str, ended: str
) -> None:
    peer.will({"type": "delay", "seconds": 30, "times": None})
    started = time.monotonic()
    result = run(gateway, peer, api, risk=risk, deadline_s=2.0, try_timeout_s=0.5)
    assert time.monotonic() - started < 4.0
    assert result.outcome == ended
    assert [attempt.outcome for attempt in result.attempts][:2] == ["timeout", "timeout"]


def test_a_probe_finds_out_how_it_keeps_to_a_schema(peer: Peer, api: str) -> None:
    """Its Anthropic side knows nothing of `output_config` and answers in prose; a forced tool works."""
    peer.will()
    provider = PROVIDERS[api](lambda _: "sk-test")
    found = probe_model(provider, spec_of(peer, api, structured=None), REPLY_1)
    provider.close()
    assert (found.problem, found.ways) == (None, ("json_schema" if api == "openai_compatible" else "tool",))
