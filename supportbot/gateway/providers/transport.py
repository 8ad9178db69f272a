"""HTTP for model calls with one deadline for the whole exchange, and a look at where a connection really went.

httpx knows timeouts for each read, none for the call: a server that sends one byte a second holds it for ever. Here
every read, write and handshake gets only what is left, so the call ends in time however the bytes arrive. Looking up a
host name has no timeout of its own: a thread does it, and the call does not wait for that thread beyond its time. The
addresses found are looked at before anything is sent to one, and each gets a share of what is left.
"""

import ssl
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

import httpcore
import httpx

from supportbot.gateway.providers.dns import LookUp, addresses_within, host_addresses
from supportbot.gateway.public_addresses import is_public, read_address

MOST_CONNECTIONS = 256
IDLE_CONNECTIONS = 32
IDLE_S = 30.0


class AddressRefused(httpcore.ConnectError):
    """A host name led to a private address that the policy does not name."""


class TlsFailed(httpcore.ConnectError):
    """Somebody answers, but not with a certificate that holds, or without TLS."""


@dataclass(frozen=True, slots=True)
class _Call:
    ends_at: float
    allow_hosts: frozenset[str]


_current: ContextVar[_Call | None] = ContextVar("model_call", default=None)


@contextmanager
def call_within(seconds: float, *, allow_hosts: Iterable[str] = ()) -> Iterator[None]:
    """Everything sent and read in this block ends after `seconds`; private hosts only when named."""
    token = _current.set(_Call(time.monotonic() + seconds, frozenset(host.lower() for host in allow_hosts)))
    try:
        yield
    finally:
        _current.reset(token)


def make_client(look_up: LookUp = host_addresses) -> httpx.Client:
    """The one client of a provider, for the life of the process. It follows no redirect and reads no environment."""
    return httpx.Client(
        transport=_Transport(look_up), follow_redirects=False, trust_env=False, headers={"Accept-Encoding": "identity"}
    )


@lru_cache(maxsize=1)
def _ssl_context() -> ssl.SSLContext:
    """One for the process: reading the system's certificates takes longer than a call."""
    return ssl.create_default_context()


class _Transport(httpx.BaseTransport):
    def __init__(self, look_up: LookUp) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=_ssl_context(),
            max_connections=MOST_CONNECTIONS,
            max_keepalive_connections=IDLE_CONNECTIONS,
            keepalive_expiry=IDLE_S,
            network_backend=_Backend(look_up),
        )

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._pool.handle_request(
            httpcore.Request(
                method=request.method,
                url=httpcore.URL(
                    scheme=request.url.raw_scheme,
                    host=request.url.raw_host,
                    port=request.url.port,
                    target=request.url.raw_path,
                ),
                headers=request.headers.raw,
                content=request.read(),
                extensions=request.extensions,
            )
        )
        return httpx.Response(
            status_code=answer.status,
            headers=answer.headers,
            stream=_Body(cast(Iterable[bytes], answer.stream)),
            extensions=answer.extensions,
        )

    def close(self) -> None:
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, stream: Iterable[bytes]) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        yield from self._stream

    def close(self) -> None:
        close = getattr(self._stream, "close", None)
        if close is not None:
            close()


class _Backend(httpcore.NetworkBackend):
    def __init__(self, look_up: LookUp) -> None:
        self._inner = httpcore.SyncBackend()
        self._look_up = look_up

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        found = addresses_within(_left(timeout, httpcore.ConnectTimeout), self._look_up, host)
        usable = [address for address in found if _may_talk_to(host, (address, port))]
        if not usable:
            raise AddressRefused(f"{host} leads to a private address.")
        for number, address in enumerate(usable):
            left, others = _left(timeout, httpcore.ConnectTimeout), len(usable) - number - 1
            try:
                share = None if left is None else left / (others + 1)
                return _Stream(self._inner.connect_tcp(address, port, share, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if not others:
                    raise
        raise httpcore.ConnectError(f"{host} has no address.")

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = _left(timeout, httpcore.ConnectTimeout)
        try:
            return _Stream(self._inner.start_tls(ssl_context, server_hostname, left))
        except httpcore.ConnectError as failure:
            raise TlsFailed("The connection could not be secured.") from failure

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _left(timeout: float | None, error: type[httpcore.TimeoutException]) -> float | None:
    call = _current.get()
    if call is None:
        return timeout
    left = call.ends_at - time.monotonic()
    if left <= 0:
        raise error("The deadline of the call has passed.")
    return left if timeout is None else min(timeout, left)


def _may_talk_to(host: str, address: object) -> bool:
    """Whether the address that a host led to may be used: public, or a private one that the host itself names."""
    call = _current.get()
    if call is None or not isinstance(address, tuple):
        return True
    name = host.strip("[]").rstrip(".").lower()
    reached, named = read_address(str(address[0])), read_address(name)
    if name in call.allow_hosts or reached is None or is_public(reached):
        return True
    names_loopback = name == "localhost" or name.endswith(".localhost") or (named is not None and named.is_loopback)
    return names_loopback and reached.is_loopback
