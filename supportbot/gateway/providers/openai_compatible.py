"""Any server that speaks OpenAI's chat completions: one POST, whole answer, one deadline."""

from collections.abc import Callable
from threading import Lock

import httpcore
import httpx

from supportbot.gateway.providers.openai_wire import read_answer, request_body
from supportbot.gateway.providers.transport import AddressRefused, call_within, make_client
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec

_TIMEOUTS = (httpx.TimeoutException, httpcore.TimeoutException)
_BROKEN = (
    httpx.HTTPError,
    httpx.InvalidURL,
    httpcore.NetworkError,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    OSError,
)
MOST_BYTES = 2 * 1024 * 1024
"""A longer answer is not read to its end; no reply needs more than a few kilobytes."""


class OpenAICompatibleProvider:
    """OpenAI, Azure v1, Gemini's endpoint, OpenRouter, Ollama, llama.cpp, vLLM: they differ by data in the policy.

    Args:
        key_for: gives a key by the name of its environment variable, or None.
    """

    def __init__(self, key_for: Callable[[str], str | None]) -> None:
        self._key_for = key_for
        self._client: httpx.Client | None = None
        self._lock = Lock()

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        """One call, ended within `request.timeout_s` whatever the server does."""
        headers = self._headers(spec)
        if isinstance(headers, ModelAnswer):
            return headers
        if not spec.base_url or not spec.base_url.lower().startswith(("https://", "http://")):
            return ModelAnswer("invalid_request", error_code="base_url")
        url = f"{spec.base_url.rstrip('/')}/chat/completions"
        try:
            with call_within(request.timeout_s, allow_hosts=spec.allow_hosts):
                return self._call(url, headers, request_body(spec, request), request.timeout_s)
        except _TIMEOUTS as error:
            return ModelAnswer("timeout", error_code=_name(error))
        except AddressRefused as error:
            return ModelAnswer("invalid_request", error_code=_name(error))
        except _BROKEN as error:
            return ModelAnswer("transport", error_code=_name(error))

    def close(self) -> None:
        """Close the connections; the next call opens new ones."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def _call(self, url: str, headers: dict[str, str], body: bytes, timeout_s: float) -> ModelAnswer:
        with self._open().stream("POST", url, headers=headers, content=body, timeout=timeout_s) as response:
            received = bytearray()
            for chunk in response.iter_bytes():
                received += chunk
                if len(received) > MOST_BYTES:
                    return ModelAnswer("schema_invalid", http_status=response.status_code, error_code="too_large")
            return read_answer(response.status_code, response.headers, bytes(received))

    def _headers(self, spec: ModelSpec) -> dict[str, str] | ModelAnswer:
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if spec.api_key_env is None:
            return headers
        key = (self._key_for(spec.api_key_env) or "").strip()
        if not key:
            return ModelAnswer("auth", error_code="key_missing")
        if not (key.isascii() and key.isprintable()):
            return ModelAnswer("auth", error_code="key_malformed")
        return {**headers, "Authorization": f"Bearer {key}"}

    def _open(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = make_client()
            return self._client


def _name(error: Exception) -> str:
    """The kind of a failure; never its text, which may hold an address."""
    return type(error).__name__
