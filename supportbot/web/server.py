"""waitress, told what it needs in code: a request takes a thread once it is here whole; slow ones are closed.

Only whole requests and open live streams hold threads, so thousands of connections that send a byte a second, or
nothing, cost a socket each.
"""

import logging
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import Flask
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import ThreadedTaskDispatcher

from supportbot.web.client_network import is_near

THREADS = 600
CONNECTIONS = 4_000
MOST_FROM_AN_ADDRESS = 200  # unless it is a proxy of ours or this machine
SLOWEST_REQUEST_S = 20.0
IDLE_S = 15
LARGEST_BODY = 1024 * 1024  # far above what any address accepts, so that those can say themselves what is too large


def run_server(make_app: Callable[[], Flask], *, bind: str) -> None:
    """Serve until stopped by a signal; what is being answered has five seconds to end."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # a queue of one is where a thread starts
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    make_server(make_app(), bind=bind).run()


def make_server(app: Flask, *, bind: str, slowest_request_s: float = SLOWEST_REQUEST_S) -> "Server":
    """Listen on an address and port; nothing is answered before `run`."""
    host, _, port = bind.rpartition(":")
    settings = Adjustments(
        listen=f"{host or '0.0.0.0'}:{port}",  # noqa: S104 - what ":8000" means
        connection_limit=CONNECTIONS,
        cleanup_interval=1,
        channel_timeout=IDLE_S,
        channel_request_lookahead=1,  # a stream learns that its reader has left
        max_request_body_size=LARGEST_BODY,
        max_request_header_size=64 * 1024,
        asyncore_use_poll=True,
        clear_untrusted_proxy_headers=False,  # `client_network` knows whom to believe
        ident=None,
        log_socket_errors=False,
    )
    threads, sockets = _Threads(), dict[int, Any]()
    servers = [
        Server(app, sockets, slowest_request_s, adj=settings, dispatcher=threads, sockinfo=at) for at in settings.listen
    ]
    return servers[0]  # running one runs all: they share their sockets


class _Channel(HTTPChannel):  # type: ignore[misc]  # waitress is untyped
    """One connection that knows since when it has been sending its request."""

    began = 0.0

    def __init__(self, server: "Server", sock: Any, addr: tuple[Any, ...], adj: Adjustments, map: Any = None) -> None:
        super().__init__(server, sock, addr, adj, map=map)
        server.open_from[addr[0]] += 1
        if server.open_from[addr[0]] > MOST_FROM_AN_ADDRESS and not is_near(addr[0].partition("%")[0]):
            self.will_close = True

    def del_channel(self, map: Any = None) -> None:
        """See wasyncore; runs again where a closed connection is closed once more."""
        if self._fileno in self.server.active_channels:
            self.server.open_from -= Counter([self.addr[0]])
        super().del_channel(map)

    def received(self, data: bytes) -> bool:
        """Take in what came of a request."""
        if self.request is None:
            self.began = time.monotonic()
        return bool(super().received(data))

    def sending_s(self) -> float:
        """For how long its request has been on the way; 0 when none is."""
        return time.monotonic() - self.began if self.request is not None else 0.0


class Server(TcpWSGIServer):  # type: ignore[misc]  # waitress is untyped
    """Closes what sends too slowly, and what one far address opens beyond its share."""

    channel_class = _Channel

    def __init__(self, app: Flask, sockets: dict[int, Any], slowest_request_s: float, **settings: Any) -> None:
        self.open_from = Counter[str]()
        self.slowest_request_s = slowest_request_s
        super().__init__(app, sockets, **settings)

    def maintenance(self, now: float) -> None:
        """Every second: idle connections go, and slow ones."""
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.sending_s() > self.slowest_request_s:
                channel.will_close = True


class _Threads(ThreadedTaskDispatcher):  # type: ignore[misc]  # waitress is untyped
    """Starts a thread when a request finds none idle, up to `THREADS`."""

    def add_task(self, task: Any) -> None:
        """Queue a whole request."""
        with self.lock:
            is_short = len(self.queue) >= len(self.threads) - self.active_count and len(self.threads) < THREADS
            wanted = len(self.threads) + 1
        if is_short:
            self.set_thread_count(wanted)
        super().add_task(task)
