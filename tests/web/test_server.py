"""The web server over real sockets: slow connections hold nothing up, and what is too large is refused at once."""

import json
import resource
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from flask import Flask, Response, request
from waitress.wasyncore import close_all

from supportbot.web.server import LARGEST_BODY, MOST_FROM_AN_ADDRESS, THREADS, Server, make_server
from tests.conftest import free_port

SLOW_HEAD = b"GET /ping HTTP/1.1\r\nHost: shop.example\r\nX-Slow: "
SLOW_BODY = b"POST /echo HTTP/1.1\r\nHost: shop.example\r\nContent-Length: 5000\r\n\r\n"
PING = b"GET /ping HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n"


@contextmanager
def served(*, slowest_request_s: float = 20.0) -> Iterator[tuple[Server, tuple[str, int]]]:
    """A small application on a free port."""
    app = Flask(__name__)
    app.add_url_rule("/ping", "ping", view_func=lambda: "pong")
    app.add_url_rule("/echo", "echo", view_func=lambda: str(len(request.get_data())), methods=["POST"])
    app.add_url_rule(
        "/stream", "stream", view_func=lambda: Response(_beats(request.environ["waitress.client_disconnected"]))
    )
    port = free_port()
    server = make_server(app, bind=f"127.0.0.1:{port}", slowest_request_s=slowest_request_s)
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    try:
        yield server, ("127.0.0.1", port)
    finally:
        server.task_dispatcher.shutdown(timeout=1)
        close_all(server._map, ignore_all=True)
        running.join(timeout=5)


def ask(at: tuple[str, int], what: bytes, *, timeout_s: float = 10.0) -> bytes:
    """Send a request and read until the server hangs up."""
    with socket.create_connection(at, timeout=timeout_s) as one:
        one.sendall(what)
        return b"".join(iter(lambda: one.recv(65_536), b""))


@pytest.mark.parametrize("what", [SLOW_HEAD, SLOW_BODY, b""], ids=["headers", "bodies", "nothing"])
def test_more_slow_connections_than_threads_hold_nothing_up(what: bytes) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4_096)), hard))
    with served() as (server, at), ExitStack() as held:
        for _ in range(THREADS + 20):
            slow = held.enter_context(socket.create_connection(at))
            slow.sendall(what)
        began = time.monotonic()

        assert ask(at, PING).endswith(b"pong")

        assert time.monotonic() - began < 5
        assert len(server.task_dispatcher.threads) < 10


def test_a_request_that_drips_is_closed() -> None:
    with served(slowest_request_s=1.0) as (_, at), socket.create_connection(at, timeout=10) as slow:
        slow.sendall(SLOW_HEAD)
        began = time.monotonic()
        slow.settimeout(0.1)

        assert any(_is_closed(slow) for _ in range(100))

        assert 1 <= time.monotonic() - began < 10


def test_what_is_too_large_is_refused_before_it_is_sent() -> None:
    head = f"POST /echo HTTP/1.1\r\nHost: shop.example\r\nContent-Length: {LARGEST_BODY + 1}\r\n\r\n"
    with served() as (_, at):
        answer = ask(at, head.encode())

    assert answer.startswith(b"HTTP/1.1 413")


def test_a_body_in_chunks_and_one_that_is_announced_are_read_whole() -> None:
    chunked = b"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
    with served() as (_, at):
        assert ask(at, chunked + b"5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n").endswith(b"8")
        expecting = b"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: 100-continue\r\n"
        with socket.create_connection(at, timeout=10) as one:
            one.sendall(expecting + b"Content-Length: 2\r\n\r\n")
            assert one.recv(100).startswith(b"HTTP/1.1 100 Continue")
            one.sendall(b"hi")
            assert b"".join(iter(lambda: one.recv(100), b"")).endswith(b"2")


def test_a_stream_is_read_as_it_is_written_and_learns_that_its_reader_left() -> None:
    with served() as (_, at):
        with socket.create_connection(at, timeout=10) as reader:
            reader.sendall(b"GET /stream HTTP/1.1\r\nHost: shop.example\r\n\r\n")
            got = b""
            while b"beat 2" not in got:
                came = reader.recv(1_000)
                assert came, got
                got += came
            assert not LEFT.is_set()
        assert LEFT.wait(10)


def test_one_far_address_has_its_share_and_this_machine_has_no_limit() -> None:
    with served() as (server, at), ExitStack() as held:
        for _ in range(MOST_FROM_AN_ADDRESS + 5):
            held.enter_context(socket.create_connection(at))
        assert ask(at, PING).endswith(b"pong")

        server.open_from["203.0.113.7"] = MOST_FROM_AN_ADDRESS
        for address, refused in (("203.0.113.7", True), ("203.0.113.8", False), ("2001:db8::7", False)):
            ours, theirs = socket.socketpair()
            with ours, theirs:
                channel = server.channel_class(server, theirs, (address, 4711), server.adj, map={})
                assert channel.will_close == refused, address
                channel.handle_close()
        assert server.open_from["203.0.113.8"] == 0


def _is_closed(slow: socket.socket) -> bool:
    """Send one more letter, and see whether the other end is still there a tenth of a second later."""
    try:
        slow.sendall(b"a")
        return slow.recv(1) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


LEFT = threading.Event()


def _beats(left: Callable[[], bool]) -> Iterator[str]:
    LEFT.clear()
    for beat in range(600):
        if left():
            LEFT.set()
            return
        yield json.dumps(f"beat {beat}")
        time.sleep(0.02)
