"""A model server that is played: it answers by a script, without a socket, and keeps every request it was sent."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from tests.sameness.answers import Asked, say
from tests.sameness.faults import FAULTS, Reply

_ASK = re.compile(rb'(?<!\\)"ask"\s*:\s*\{')
# By a field that only its schema has: what a call is to fill.
_FILLS = (("summary", b"open_points"), ("numbers", b"invoice_ids"), ("reply", b"next_actions"), ("triage", b"risk"))
TAKES_S = 0.4


class Time:
    """Seconds that pass only when told: by a pause, or by a call."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        """Seconds since some moment."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Let them pass."""
        self.slept.append(seconds)
        self.now += seconds


@dataclass(frozen=True, slots=True)
class _Call:
    """One request in either format, read back."""

    api: str
    model: str
    user: str
    fills: str
    tool: str | None
    has_ask: bool


class Server:
    """Answers each call with the next step of its model's script (the last one goes on).

    Args:
        scripts: the name under which a model is asked, to its steps: "fault 429", or what it says, e.g. "plain".
    """

    def __init__(self, scripts: Mapping[str, Sequence[str]]) -> None:
        self._scripts = {model: list(steps) for model, steps in scripts.items()}
        self.sent: list[dict[str, Any]] = []

    def answer(self, api: str, request: httpx.Request, time: Time) -> Reply:
        """The next answer; a server that hangs or breaks off raises what httpx would."""
        body = request.read()
        call = _read(api, body)
        headers = sorted((name.lower(), value) for name, value in request.headers.items())
        self.sent.append(
            {
                "to": f"{request.method} {request.url}",
                "headers": [f"{name}: {value}" for name, value in headers if name in _HEADERS],
                "timeout_s": _rounded(request.extensions.get("timeout")),
                "body": body.decode("utf-8"),
            }
        )
        steps = self._scripts[call.model] if call.fills in ("reply", "triage") else self._scripts.get("aids", ["plain"])
        step = steps.pop(0) if len(steps) > 1 else steps[0]
        if step.startswith("fault "):
            fault = FAULTS[api][step.removeprefix("fault ")]
            time.now += fault.takes_s if fault.takes_s is not None else _longest(request)
            if fault.raises is not None:
                raise fault.raises("played", request=request)
            return fault.reply
        time.now += TAKES_S
        text = say(step, Asked(call.user, call.fills, call.has_ask))
        return _whole(call, text, len(body))


_HEADERS = frozenset({"authorization", "x-api-key", "anthropic-version", "content-type", "accept", "content-length"})


def _read(api: str, body: bytes) -> _Call:
    data = json.loads(body)
    user = next(one["content"] for one in data["messages"] if one["role"] == "user")
    tools = data.get("tools") or []
    tool = None
    if tools:
        tool = tools[0]["function"]["name"] if api == "openai_compatible" else tools[0]["name"]
    fills = next(name for name, field in _FILLS if field in body)
    return _Call(api, data["model"], user, fills, tool, bool(_ASK.search(body)))


def _whole(call: _Call, text: str, asked_bytes: int) -> Reply:
    """A whole answer in the call's format; by its tool where it must use one and the text is an object."""
    used_tool = call.tool if call.tool and _is_object(text) else None
    tokens = (asked_bytes // 4, len(text.encode()) // 4)
    make = _openai if call.api == "openai_compatible" else _anthropic
    return Reply(200, json.dumps(make(text, used_tool, tokens), ensure_ascii=True).encode())


def _openai(text: str, tool: str | None, tokens: tuple[int, int]) -> dict[str, Any]:
    message: dict[str, Any] = {"role": "assistant", "content": None if tool else text}
    if tool:
        function = {"name": tool, "arguments": text}
        message["tool_calls"] = [{"id": "call_1", "type": "function", "function": function}]
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1]}
    return {
        "id": "chatcmpl-1",
        "model": "small-chat-0613",
        "system_fingerprint": "fp_1",
        "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
        "usage": {**usage, "prompt_tokens_details": {"cached_tokens": tokens[0] // 3}},
    }


def _anthropic(text: str, tool: str | None, tokens: tuple[int, int]) -> dict[str, Any]:
    said: dict[str, Any] = {"type": "text", "text": text}
    used = {"type": "tool_use", "id": "toolu_1", "name": tool, "input": json.loads(text) if tool else {}}
    usage = {"input_tokens": tokens[0], "output_tokens": tokens[1], "cache_read_input_tokens": tokens[0] // 3}
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "small-chat-0613",
        "stop_reason": "tool_use" if tool else "end_turn",
        "content": [used] if tool else [said],
        "usage": {**usage, "cache_creation_input_tokens": 7},
    }


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except ValueError:
        return False


def _longest(request: httpx.Request) -> float:
    """What a call that never ends takes: the time that it was given."""
    return float(request.extensions["timeout"]["read"])


def _rounded(timeout: Any) -> float | None:
    return round(float(timeout["read"]), 3) if timeout else None
