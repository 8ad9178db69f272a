"""`python -m tests.gateway.faults`: what becomes of a draft when a model server misbehaves, fault by fault.

Each fault is played over a real socket, for a low-risk task (with a backup) and a risk task (without one), in either
wire format: calls made, seconds, how it ended, and what the agent sees.
"""

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler
from typing import Any

from supportbot.clock import system_clock
from supportbot.contract.reply.v1 import REPLY_1
from supportbot.gateway import Gateway
from supportbot.gateway.providers import PROVIDERS
from tests.contract.factories import make_answer
from tests.gateway.factories import make_rule, make_spec
from tests.gateway.stand_in import Behaviour, close, drip_body, hang, never_close, reply, reset, stand_in
from tests.prompting.test_prompting import make_material

DEADLINE_S, TRY_S = 5.0, 2.0
Wire = dict[str, Behaviour]


@dataclass(frozen=True, slots=True)
class Seen:
    """One row: a fault, a risk, and what came of it."""

    api: str
    fault: str
    risk: str
    calls: int
    backup_calls: int
    seconds: float
    outcomes: tuple[str, ...]
    ended: str
    agent_sees: str


def faults_of(api: str, *, hang_s: float) -> Wire:
    """The faults of one wire format by name; a server that hangs or drips does so for `hang_s`."""
    make = {"openai_compatible": _openai, "anthropic": _anthropic}[api]
    return {
        **make(),
        "hangs": hang(hang_s),
        "drips a byte at a time": drip_body(hang_s),
        "never closes": never_close({"half": "of an answer"}, hang_s),
        "5 MB answer": said(api, "x" * 5_000_000),
        "wrong schema": said(api, make_answer(outcome="refund_granted")),
        "prose": said(api, "I would open my account."),
        "connection reset": reset(),
        "hangs up": close(),
    }


def _openai() -> Wire:
    def error(kind: str, code: str | None = None) -> dict[str, Any]:
        return {"error": {"message": "no", "type": kind, "code": code}}

    limited = error("requests", "rate_limit_exceeded")
    return {
        "429": reply(429, limited),
        "429, Retry-After 1": reply(429, limited, retry_after="1"),
        "429, Retry-After a date": _dated(429, limited),
        "429, retry-after-ms 300": reply(429, limited, retry_after_ms="300"),
        "429, Retry-After 60": reply(429, limited, retry_after="60"),
        "429 quota": reply(429, error("insufficient_quota", "insufficient_quota")),
        "500": reply(500, error("server_error")),
        "529": reply(529, error("overloaded_error")),
        "400 context length": reply(400, error("invalid_request_error", "context_length_exceeded")),
        "400 content policy": reply(400, error("invalid_request_error", "content_policy_violation")),
        "400 plain": reply(400, error("invalid_request_error")),
        "401": reply(401, error("invalid_request_error", "invalid_api_key")),
        "cut JSON": _choice('{"answer": "half', finish="length"),
        "content filter": _choice("", finish="content_filter"),
        "refusal": _choice("", refusal="I can't help with that."),
    }


def _anthropic() -> Wire:
    def error(kind: str, message: str = "no", **more: Any) -> dict[str, Any]:
        return {"type": "error", "error": {"type": kind, "message": message, **more}, "request_id": "req_1"}

    limited, refused = error("rate_limit_error"), {"type": "refusal", "category": "cyber", "explanation": "no"}
    spent = error("rate_limit_error", details={"error_code": "enforced_spend_limit_reached"})
    return {
        "429": reply(429, limited),
        "429, Retry-After 1": reply(429, limited, retry_after="1"),
        "429, Retry-After a date": _dated(429, limited),
        "429, retry-after-ms 300": reply(429, limited, retry_after_ms="300"),
        "429, Retry-After 60": reply(429, limited, retry_after="60"),
        "429 quota": reply(429, spent),
        "500": reply(500, error("api_error")),
        "529": reply(529, error("overloaded_error")),
        "400 context length": reply(400, error("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum")),
        "400 content policy": reply(400, error("invalid_request_error", "Output blocked by content filtering policy")),
        "400 plain": reply(400, error("invalid_request_error")),
        "401": reply(401, error("authentication_error")),
        "cut JSON": _message('{"answer": "half', stop="max_tokens"),
        # A classifier stopped the answer midway; the part before counts for nothing.
        "content filter": _message('{"answer": "half', stop="refusal", stop_details=refused),
        "refusal": _message("", stop="refusal"),
        "context window full": _message("", stop="model_context_window_exceeded"),
    }


def said(api: str, text: str) -> Behaviour:
    """A whole answer with this text."""
    return _choice(text) if api == "openai_compatible" else _message(text)


def _choice(text: str, *, finish: str = "stop", **message: Any) -> Behaviour:
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
    usage = {"prompt_tokens": 900, "completion_tokens": 60}
    return reply(200, {"id": "chatcmpl-1", "model": "small-chat-0613", "choices": [choice], "usage": usage})


def _message(text: str, *, stop: str = "end_turn", **more: Any) -> Behaviour:
    body = {"id": "msg_1", "type": "message", "role": "assistant", "model": "small-chat-0613", "stop_reason": stop}
    usage = {"input_tokens": 900, "output_tokens": 60}
    return reply(200, {**body, "content": [{"type": "text", "text": text}], "usage": usage, **more})


def _dated(status: int, body: object) -> Behaviour:
    """Asks to wait until a date one second from the moment of the answer."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        until = system_clock().replace(microsecond=0) + timedelta(seconds=1)
        reply(status, body, retry_after=format_datetime(until, usegmt=True))(handler)

    return send


def run_fault(
    gateway: Gateway, api: str, fault: str, behaviour: Behaviour, *, risk: str, deadline_s: float, try_s: float
) -> Seen:
    """Play one fault on every call to the task's model."""
    with stand_in(behaviour) as server:
        models = {
            "fast": make_spec(provider=api, base_url=server.base_url, api_key_env="KEY"),
            "builtin": make_spec("builtin", provider="builtin", model="extractive"),
        }
        has_backup = {"backup": "builtin"} if risk == "low" else {"backup": None, "fallback_on": frozenset()}
        rule = make_rule(risk=risk, deadline_s=deadline_s, try_timeout_s=try_s, **has_backup)
        started = time.monotonic()
        result = gateway.complete(rule, models, system="s", user="u", material=make_material(), schema=REPLY_1)
        took = time.monotonic() - started
    backups = sum(attempt.is_backup for attempt in result.attempts)
    return Seen(
        api=api,
        fault=fault,
        risk=risk,
        calls=len(server.bodies),
        backup_calls=backups,
        seconds=took,
        outcomes=tuple(attempt.outcome for attempt in result.attempts),
        ended=result.outcome,
        agent_sees=("A draft. " if result.fields else "No draft. ") + result.reason,
    )


def run_all(
    apis: Sequence[str], *, deadline_s: float = DEADLINE_S, try_s: float = TRY_S, at_once: int = 4
) -> list[Seen]:
    """Every fault for both risks, some at a time, through one gateway."""
    gateway = Gateway({name: make(lambda _: "sk-test") for name, make in PROVIDERS.items()}, clock=system_clock)
    work = [
        (api, fault, behaviour, risk)
        for api in apis
        for fault, behaviour in faults_of(api, hang_s=deadline_s + 1).items()
        for risk in ("low", "high")
    ]

    def play(one: tuple[str, str, Behaviour, str]) -> Seen:
        api, fault, behaviour, risk = one
        return run_fault(gateway, api, fault, behaviour, risk=risk, deadline_s=deadline_s, try_s=try_s)

    with ThreadPoolExecutor(at_once) as pool:
        rows = list(pool.map(play, work))
    gateway.close()
    return rows


def main() -> int:
    """Print the table; 1 when a run made more than three calls or outlived its deadline."""
    rows = run_all(("openai_compatible", "anthropic"))
    print(f"Deadline {DEADLINE_S:g} s, one try {TRY_S:g} s. Calls: to the task's model + to the backup.\n")
    api = ""
    for row in rows:
        if row.api != api:
            api = row.api
            print(f"{api}\n  {'fault':<24} {'risk':<5} {'calls':<6} {'s':>5}  {'ended':<16} the agent sees")
        calls = f"{row.calls}+{row.backup_calls}"
        print(f"  {row.fault:<24} {row.risk:<5} {calls:<6} {row.seconds:>5.2f}  {row.ended:<16} {row.agent_sees}")
    bad = [row for row in rows if row.calls + row.backup_calls > 3 or row.seconds > DEADLINE_S]
    print(f"\n{len(rows)} runs, {len(bad)} over three calls or over the deadline.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
