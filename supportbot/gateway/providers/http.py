"""One POST to a model server, ended in time whatever the server does; what the HTTP providers share."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from threading import Lock
from urllib.parse import urlsplit

import httpcore
import httpx

from supportbot.gateway.providers.transport import AddressRefused, call_within, make_client
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec

KeyFor = Callable[[str], str | None]
ReadAnswer = Callable[[int, Mapping[str, str], bytes], ModelAnswer]
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


class HttpProvider(ABC):
    """What every provider over HTTP does alike. A subclass gives the address, the headers and the format.

    Args:
        key_for: gives a key by the name of its environment variable, or None.
    """

    def __init__(self, key_for: KeyFor) -> None:
        self._key_for = key_for
        self._client: httpx.Client | None = None
        self._lock = Lock()

    @abstractmethod
    def url(self, spec: ModelSpec) -> str:
        """Where the call goes."""

    @abstractmethod
    def headers(self, key: str | None) -> dict[str, str]:
        """What the API wants beside JSON's own headers; `key` is None where the policy names none."""

    @abstractmethod
    def body(self, spec: ModelSpec, request: ModelRequest) -> bytes:
        """What is sent."""

    @abstractmethod
    def read(self, status: int, headers: Mapping[str, str], body: bytes) -> ModelAnswer:
        """What came back means."""

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        """One call, ended within `request.timeout_s` whatever the server does."""
        url = self.url(spec)
        if not _is_callable(url):
            return ModelAnswer("invalid_request", error_code="base_url")
        key = self._key(spec)
        if isinstance(key, ModelAnswer):
            return key
        headers = {"Content-Type": "application/json", "Accept": "application/json", **self.headers(key)}
        client = self._open()  # made once a process, and not in the time of the call
        try:
            with call_within(request.timeout_s, allow_hosts=spec.allow_hosts):
                return without_key(self._call(client, url, headers, self.body(spec, request), request.timeout_s), key)
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

    def _call(
        self, client: httpx.Client, url: str, headers: dict[str, str], body: bytes, timeout_s: float
    ) -> ModelAnswer:
        with client.stream("POST", url, headers=headers, content=body, timeout=timeout_s) as response:
            received = bytearray()
            for chunk in response.iter_bytes():
                received += chunk
                if len(received) > MOST_BYTES:
                    return ModelAnswer("schema_invalid", http_status=response.status_code, error_code="too_large")
            return self.read(response.status_code, response.headers, bytes(received))

    def _key(self, spec: ModelSpec) -> str | ModelAnswer | None:
        if spec.api_key_env is None:
            return None
        key = (self._key_for(spec.api_key_env) or "").strip()
        if not key:
            return ModelAnswer("auth", error_code="key_missing")
        if not (key.isascii() and key.isprintable()):
            return ModelAnswer("auth", error_code="key_malformed")
        return key

    def _open(self) -> httpx.Client:
        with self._lock:
            if self._client is None:
                self._client = make_client()
            return self._client


def without_key(answer: ModelAnswer, key: str | None) -> ModelAnswer:
    """The answer without the key, which a server may repeat: in an error's code, a request id, even in the text."""
    if key is None or key not in repr(answer):
        return answer

    def clean(said: str | None) -> str | None:
        return said.replace(key, "[key]") if said else said

    return replace(
        answer,
        text=clean(answer.text) or "",
        model_answered=clean(answer.model_answered),
        provider_request_id=clean(answer.provider_request_id),
        error_code=clean(answer.error_code),
        fingerprint=clean(answer.fingerprint),
    )


def _is_callable(url: str) -> bool:
    """Whether this is a plain http or https address without a user name, as the policy loader asks for too."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.username is None


def _name(error: Exception) -> str:
    """The kind of a failure; never its text, which may hold an address."""
    return type(error).__name__
