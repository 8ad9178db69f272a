"""Everything that a model server may do wrong, in either wire format, by the names of `tests/gateway/faults.py`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Reply:
    """A response of a server."""

    status: int
    body: bytes
    headers: tuple[tuple[str, str], ...] = (("x-request-id", "req_1"), ("date", "Wed, 18 Nov 2026 10:02:00 GMT"))


@dataclass(frozen=True, slots=True)
class Fault:
    """A response, or what breaks instead. `takes_s` None: as long as the call may last."""

    reply: Reply = Reply(500, b"")
    raises: type[httpx.TransportError] | None = None
    takes_s: float | None = 0.4


def _json(status: int, body: object, **headers: str) -> Fault:
    plain = Reply(status, json.dumps(body).encode())
    more = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Fault(Reply(status, plain.body, (*plain.headers, *more)))


def _limits(limited: object) -> dict[str, Fault]:
    return {
        "429": _json(429, limited),
        "429, Retry-After 1": _json(429, limited, retry_after="1"),
        "429, Retry-After a date": _json(429, limited, retry_after="Wed, 18 Nov 2026 10:02:01 GMT"),
        "429, retry-after-ms 300": _json(429, limited, retry_after_ms="300"),
        "429, Retry-After 60": _json(429, limited, retry_after="60"),
    }


def _off_contract(whole: Any) -> dict[str, Fault]:
    """What comes whole and is no answer. `whole` makes a response of a text."""
    wrong = {
        "answer": "Your invoice is ready.",
        "details": "",
        "outcome": "refund_granted",
        "next_actions": [],
        "facts_used": [],
        "sources": [],
        "confidence": 0.9,
    }
    return {
        "5 MB answer": whole("x" * 5_000_000),
        "wrong schema": whole(json.dumps(wrong)),
        "prose": whole("I would open my account."),
        "no JSON at all": Fault(Reply(200, b"<html>It works!</html>")),
        "502 from a proxy": Fault(Reply(502, b"<html>Bad gateway</html>")),
        **{str(status): Fault(Reply(status, b"{}")) for status in (402, 403, 408, 413, 503)},
        "204 and nothing": Fault(Reply(204, b"")),
        "404": _json(
            404, {"error": {"message": "no such model", "type": "not_found_error", "code": "model_not_found"}}
        ),
    }


_BROKEN = {
    "hangs": Fault(raises=httpx.ReadTimeout, takes_s=None),
    "drips a byte at a time": Fault(raises=httpx.ReadTimeout, takes_s=None),
    "never closes": Fault(raises=httpx.ReadTimeout, takes_s=None),
    "cannot connect in time": Fault(raises=httpx.ConnectTimeout, takes_s=None),
    "connection refused": Fault(raises=httpx.ConnectError),
    "connection reset": Fault(raises=httpx.ReadError),
    "hangs up": Fault(raises=httpx.RemoteProtocolError),
}


def _openai() -> dict[str, Fault]:
    def error(kind: str, code: str | None = None) -> dict[str, Any]:
        return {"error": {"message": "no", "type": kind, "code": code}}

    def choice(text: str, *, finish: str = "stop", **message: Any) -> Fault:
        one = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
        usage = {"prompt_tokens": 900, "completion_tokens": 60}
        return _json(200, {"id": "chatcmpl-1", "model": "small-chat-0613", "choices": [one], "usage": usage})

    return {
        **_limits(error("requests", "rate_limit_exceeded")),
        "429 quota": _json(429, error("insufficient_quota", "insufficient_quota")),
        "500": _json(500, error("server_error")),
        "529": _json(529, error("overloaded_error")),
        "400 context length": _json(400, error("invalid_request_error", "context_length_exceeded")),
        "400 content policy": _json(400, error("invalid_request_error", "content_policy_violation")),
        "400 plain": _json(400, error("invalid_request_error")),
        "401": _json(401, error("invalid_request_error", "invalid_api_key")),
        "cut JSON": choice('{"answer": "half', finish="length"),
        "content filter": choice("", finish="content_filter"),
        "refusal": choice("", refusal="I can't help with that."),
        "error in a 200": _json(200, error("server_error", "overloaded")),
        **_off_contract(choice),
        **_BROKEN,
    }


def _anthropic() -> dict[str, Fault]:
    def error(kind: str, message: str = "no", **more: Any) -> dict[str, Any]:
        return {"type": "error", "error": {"type": kind, "message": message, **more}, "request_id": "req_1"}

    def message(text: str, *, stop: str = "end_turn", **more: Any) -> Fault:
        body = {"id": "msg_1", "type": "message", "role": "assistant", "model": "small-chat-0613", "stop_reason": stop}
        usage = {"input_tokens": 900, "output_tokens": 60}
        return _json(200, {**body, "content": [{"type": "text", "text": text}], "usage": usage, **more})

    refused = {"type": "refusal", "category": "cyber", "explanation": "no"}
    spent = error("rate_limit_error", details={"error_code": "enforced_spend_limit_reached"})
    return {
        **_limits(error("rate_limit_error")),
        "429 quota": _json(429, spent),
        "500": _json(500, error("api_error")),
        "529": _json(529, error("overloaded_error")),
        "400 context length": _json(400, error("invalid_request_error", "prompt is too long: 9 tokens > 8 maximum")),
        "400 content policy": _json(400, error("invalid_request_error", "Output blocked by content filtering policy")),
        "400 plain": _json(400, error("invalid_request_error")),
        "401": _json(401, error("authentication_error")),
        "cut JSON": message('{"answer": "half', stop="max_tokens"),
        "content filter": message('{"answer": "half', stop="refusal", stop_details=refused),
        "refusal": message("", stop="refusal"),
        "context window full": message("", stop="model_context_window_exceeded"),
        "error in a 200": _json(200, error("overloaded_error")),
        **_off_contract(message),
        **_BROKEN,
    }


FAULTS: Mapping[str, Mapping[str, Fault]] = {"openai_compatible": _openai(), "anthropic": _anthropic()}
