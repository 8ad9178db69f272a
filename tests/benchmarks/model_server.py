"""`python -m tests.benchmarks.model_server`: a model server of one's own on loopback that costs next to nothing.

It speaks OpenAI's chat completions, prints its port, and takes as long as the asked model's name says: `wait-0`
answers at once, `wait-1.5` after 1.5 s. `GET /` gives the most requests that were in flight at a time, and forgets it.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.contract.factories import make_answer

_ROOT = Path(__file__).parent.parent.parent
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
_WAIT = re.compile(rb'"model": ?"wait-([0-9.]+)"')


def answer_body(model: str) -> bytes:
    """A whole chat completion: 450 bytes of reply, and what it used."""
    message = {"role": "assistant", "content": make_answer()}
    usage = {"prompt_tokens": 900, "completion_tokens": 60, "total_tokens": 960}
    choice = {"index": 0, "finish_reason": "stop", "message": message, "logprobs": None}
    body = {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_780_000_000, "model": model}
    return json.dumps({**body, "choices": [choice], "usage": usage, "system_fingerprint": "fp_1"}).encode()


class _Exchange(asyncio.Protocol):
    """One connection, kept alive over many requests; one request at a time."""

    in_flight = 0
    most = 0

    def __init__(self) -> None:
        self._received = b""
        self._answer = _http(answer_body("wait"))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, body = self._received.partition(b"\r\n\r\n")
        length = _LENGTH.search(head)
        if not found or len(body) < (int(length[1]) if length else 0):
            return
        self._received = b""
        if head.startswith(b"GET"):
            self._transport.write(_http(str(_Exchange.most).encode()))
            _Exchange.most = _Exchange.in_flight
            return
        _Exchange.in_flight += 1
        _Exchange.most = max(_Exchange.most, _Exchange.in_flight)
        wait = _WAIT.search(body)
        wait_s = float(wait[1]) if wait else 0.0
        if wait_s:
            asyncio.get_running_loop().call_later(wait_s, self._reply)
        else:
            self._reply()

    def _reply(self) -> None:
        _Exchange.in_flight -= 1
        self._transport.write(self._answer)


def _http(body: bytes) -> bytes:
    head = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}x-request-id: req_1\r\n\r\n".encode() + body


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(_Exchange, "127.0.0.1", 0, backlog=512)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def model_server() -> Iterator[str]:
    """Run one in a process of its own for the length of the block; gives its base URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.model_server"], stdout=subprocess.PIPE, cwd=_ROOT
    )
    assert process.stdout is not None
    port = int(process.stdout.readline())
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def most_in_flight(base_url: str) -> int:
    """The most requests at a time since this was last asked."""
    return int(httpx.get(base_url).text)


if __name__ == "__main__":
    asyncio.run(_serve())
