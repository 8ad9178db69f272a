"""`python tests/benchmarks/contender.py NAME BASE_URL`: a way of calling a model, in a process and a Python of its own.

It reads the body of the request that all of them send, says "ready", then for each number read makes so many calls and
answers with one line of JSON: the process's CPU milliseconds per call, and each call's milliseconds. `NAME import`
imports instead and says what that took.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

DEADLINE_S = 10
Body = dict[str, Any]
Call = Callable[[], object]


def bare_httpx(base_url: str, body: Body) -> Call:
    """A POST of the body, and the answer's text parsed."""
    import httpx

    client = httpx.Client()

    def call() -> object:
        answer = client.post(f"{base_url}/chat/completions", json=body, timeout=DEADLINE_S).json()
        return json.loads(answer["choices"][0]["message"]["content"])

    return call


def gateway(base_url: str, body: Body) -> Call:
    """A whole task call: the rule of a policy, adapter, deadline, validation, price, the attempt and the result."""
    from supportbot.clock import system_clock
    from supportbot.contract import schema_version
    from supportbot.gateway import Gateway
    from supportbot.gateway.providers import PROVIDERS
    from supportbot.gateway.types import Purpose
    from supportbot.routing.policy import parse_policy
    from tests.benchmarks.drafts import policy_with

    policy = parse_policy(policy_with(base_url, wait_s=0))
    door = Gateway({name: make(lambda _: None) for name, make in PROVIDERS.items()}, clock=system_clock)
    system, user = (message["content"] for message in body["messages"])

    def call() -> object:
        result = door.complete(
            policy.call_rule("routine_reply"),
            policy.model_specs(),
            system=system,
            user=user,
            material={},
            schema=schema_version(policy.pin("routine_reply").schema),
            purpose=Purpose(1, policy.spend_limits()),
        )
        assert result.outcome == "ok" and result.attempts, result
        return result

    return call


def openai_sdk(base_url: str, body: Body) -> Call:
    """OpenAI's own client, its answer parsed."""
    from openai import OpenAI

    client = OpenAI(base_url=base_url, api_key="none")

    def call() -> object:
        answer = client.chat.completions.create(timeout=DEADLINE_S, **body)
        return json.loads(answer.choices[0].message.content or "")

    return call


def litellm_router(base_url: str, body: Body) -> Call:
    """LiteLLM's Router with one model, its answer parsed."""
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it downloads prices when imported
    from litellm import Router

    wire = {"model": f"openai/{body['model']}", "api_base": base_url, "api_key": "none"}
    router = Router(model_list=[{"model_name": "fast", "litellm_params": wire}])
    body = body | {"model": "fast"}

    def call() -> object:
        answer = router.completion(timeout=DEADLINE_S, **body)
        return json.loads(answer.choices[0].message.content or "")

    return call


CONTENDERS: dict[str, Callable[[str, Body], Call]] = {
    "httpx": bare_httpx,
    "gateway": gateway,
    "openai": openai_sdk,
    "litellm": litellm_router,
}
IMPORTS = {
    "httpx": "import httpx",
    "gateway": "from supportbot.gateway import Gateway\nfrom supportbot.gateway.providers import PROVIDERS",
    "openai": "import openai",
    "litellm": "from litellm import Router",
}


def _measure_import(name: str) -> dict[str, float]:
    os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"
    start, cpu = time.perf_counter(), time.process_time()
    exec(IMPORTS[name])
    seconds, cpu_s = time.perf_counter() - start, time.process_time() - cpu
    status = Path("/proc/self/status").read_text()
    peak_kb = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    return {"seconds": seconds, "cpu_s": cpu_s, "mb": int(peak_kb) / 1024}


def _measure(call: Call, times: int) -> dict[str, object]:
    spent, cpu = [], time.process_time()
    for _ in range(times):
        start = time.perf_counter()
        call()
        spent.append((time.perf_counter() - start) * 1000)
    return {"cpu_ms": (time.process_time() - cpu) / times * 1000, "wall_ms": spent}


def main(name: str, base_url: str) -> None:
    """Measure as told on stdin, until it ends."""
    if base_url == "import":
        print(json.dumps(_measure_import(name)))
        return
    call = CONTENDERS[name](base_url, json.loads(sys.stdin.readline()))
    for _ in range(20):
        call()
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(_measure(call, int(line))), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
