"""Customers who write through a storm: they repeat a message until it is acknowledged, and remember what was."""

import itertools
import random
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx

ROUTINE = "Where can I find my invoice?"
RISKY = "I was billed twice in March and I want my money back."
# Words of our own go first, so that a message can be told from the seed's.
_RETRY_S = 0.2


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """A message that the server said it has."""

    client_message_id: str
    message_id: int
    conversation_id: int
    text: str


class Customers:
    """Threads that each open a session as a new visitor, write one message, and start over.

    Every tenth message is posted once more after its acknowledgement, as a phone does that missed the answer.
    """

    def __init__(self, url: str, site_key: str, *, threads: int, pause_s: tuple[float, float]) -> None:
        self.acknowledged: list[Acknowledged] = []
        self.problems: list[str] = []
        self.retries = 0
        self._url = url
        self._site_key = site_key
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        self._numbers = itertools.count(1)
        self._threads = [threading.Thread(target=self._write, args=(n,), daemon=True) for n in range(threads)]

    def __enter__(self) -> "Customers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.leave()

    def leave(self, *, within_s: float = 60) -> None:
        """Let each finish the message at hand, and stop."""
        self._leaving.set()
        deadline = time.monotonic() + within_s
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
            assert not thread.is_alive(), "A customer still waits for an acknowledgement."

    def _write(self, seed: int) -> None:
        dice = random.Random(seed)
        with httpx.Client(base_url=self._url, timeout=15) as client:
            while not self._leaving.wait(dice.uniform(*self._pause_s)):
                number = next(self._numbers)
                self._write_once(client, ROUTINE if number % 3 else RISKY, repeat=number % 10 == 0)

    def _write_once(self, client: httpx.Client, text: str, *, repeat: bool) -> None:
        session = self._post(client, "/widget/v1/sessions", {"site_key": self._site_key}, "", 201)
        token = session["session_token"]
        body = {"client_message_id": uuid.uuid4().hex, "text": text}
        answer = self._post(client, "/widget/v1/messages", body, token, 202)
        got = Acknowledged(body["client_message_id"], answer["message_id"], answer["conversation_id"], text)
        with self._lock:
            self.acknowledged.append(got)
        if repeat:
            again = self._post(client, "/widget/v1/messages", body, token, 202)
            if again != answer:
                self._note(f"A repeated message {body['client_message_id']} got {again} after {answer}.")

    def _post(self, client: httpx.Client, path: str, body: dict[str, Any], token: str, expected: int) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        for attempt in itertools.count():
            try:
                response = client.post(path, json=body, headers=headers)
                if response.status_code == expected:
                    return dict(response.json())
                if response.status_code < 500 and response.status_code != 429:
                    self._note(f"{path} answered {response.status_code}: {response.text[:200]}")
            except httpx.TransportError:
                pass
            with self._lock:
                self.retries += 1
            time.sleep(_RETRY_S * min(attempt + 1, 5))
        raise AssertionError("unreachable")

    def _note(self, problem: str) -> None:
        with self._lock:
            self.problems.append(problem)


class Approver:
    """An agent who approves every draft that is ready, through the API, repeating what got no answer."""

    def __init__(self, url: str, token: str) -> None:
        self.approved: set[int] = set()
        self.problems: list[str] = []
        self._client = httpx.Client(base_url=url, timeout=15, headers={"Authorization": f"Bearer {token}"})
        self._leaving = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> "Approver":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._thread.join(60)
        self._client.close()

    def _work(self) -> None:
        while not self._leaving.wait(0.3):
            try:
                self._look()
            except httpx.TransportError:
                continue

    def _look(self) -> None:
        for line in self._ready_lines():
            if self._leaving.is_set():
                return
            shown = self._client.get(f"/api/v1/conversations/{line['id']}")
            for draft in shown.json()["drafts"] if shown.status_code == 200 else []:
                if draft["state"] == "ready":
                    self._approve(draft)

    def _ready_lines(self) -> Iterator[dict[str, Any]]:
        cursor: dict[str, str] = {}
        while True:
            page = self._client.get("/api/v1/conversations", params={"view": "all", **cursor})
            if page.status_code != 200:
                return
            yield from (line for line in page.json()["conversations"] if line["work_state"] == "ready")
            if page.json()["next"] is None:
                return
            cursor = {"after": page.json()["next"]}

    def _approve(self, draft: dict[str, Any]) -> None:
        # Twice on purpose: the second must change nothing.
        for _ in range(2):
            answer = self._client.post(
                f"/api/v1/drafts/{draft['id']}/approval", json={"content_hash": draft["content_hash"]}
            )
            if answer.status_code == 202:
                self.approved.add(draft["id"])
            elif answer.status_code != 409 and answer.status_code < 500:
                self.problems.append(f"approval answered {answer.status_code}: {answer.text[:200]}")
