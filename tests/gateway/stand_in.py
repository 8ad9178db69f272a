"""A model server on loopback that speaks the real wire format, and misbehaves when told."""

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.contract.factories import make_answer

Behaviour = Callable[[BaseHTTPRequestHandler], None]


class StandIn:
    """Answers each POST with the next behaviour (the last one goes on); keeps what it was sent."""

    def __init__(self, behaviours: list[Behaviour], port: int) -> None:
        self.behaviours = behaviours
        self.base_url = f"http://127.0.0.1:{port}/v1"
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []


@contextmanager
def stand_in(*behaviours: Behaviour) -> Iterator[StandIn]:
    """Run a stand-in for the length of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            server.bodies.append(json.loads(body))
            server.headers.append(dict(self.headers))
            server.paths.append(self.path)
            now = server.behaviours.pop(0) if len(server.behaviours) > 1 else server.behaviours[0]
            try:
                now(self)
            except OSError:
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """A client that went away is no error here."""

    http = Server(("127.0.0.1", 0), Handler)
    server = StandIn(list(behaviours), http.server_address[1])
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


def success(text: str | None = None, *, finish: str = "stop", **message: Any) -> Behaviour:
    """A whole chat completion."""
    content = make_answer() if text is None else text
    choice = {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": content, **message}}
    usage = {"prompt_tokens": 900, "completion_tokens": 60, "prompt_tokens_details": {"cached_tokens": 800}}
    return reply(200, {"id": "chatcmpl-1", "model": "small-chat-0613", "choices": [choice], "usage": usage})


def reply(status: int, body: object, **headers: str) -> Behaviour:
    """Any status with a JSON body."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        raw = json.dumps(body).encode()
        handler.send_response(status)
        handler.send_header("Content-Length", str(len(raw)))
        handler.send_header("Content-Type", "application/json")
        handler.send_header("x-request-id", "req_1")
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(raw)

    return send


def hang(seconds: float = 3.0) -> Behaviour:
    """Accept, and say nothing."""
    return lambda handler: time.sleep(seconds)


def never_close(body: object, seconds: float = 3.0) -> Behaviour:
    """A whole answer without a length, and then nothing: neither more of it nor its end."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        handler.wfile.write(json.dumps(body).encode())
        handler.wfile.flush()
        time.sleep(seconds)

    return send


def drip_body(seconds: float = 3.0) -> Behaviour:
    """A byte of the body every 50 ms."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "100000")
        handler.end_headers()
        _drip(handler, seconds)

    return send


def drip_headers(seconds: float = 3.0) -> Behaviour:
    """A byte of the headers every 50 ms."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        _drip(handler, seconds)

    return send


def reset() -> Behaviour:
    """Reset the connection in the middle of an answer."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n{")
        handler.wfile.flush()
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True
        for end in (handler.wfile, handler.rfile, handler.connection):
            end.close()

    return send


def close() -> Behaviour:
    """Hang up without a word."""

    def send(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True

    return send


def _drip(handler: BaseHTTPRequestHandler, seconds: float) -> None:
    for _ in range(int(seconds / 0.05)):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)
