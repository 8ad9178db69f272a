"""Turns: threads that compute work a few at a time; one that waits for a model lets another work.

Python runs one thread at a time, so two hundred threads that all compute finish no sooner than a few, and cost twice
the CPU in handing over. Measured with 200 drafts at once: 70 ms of CPU each without turns.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

# One turn in so many goes to who can wait, however many others there are.
_OF_WHO_CAN_WAIT = 10


class Turns:
    """At most `at_once` threads of this process work at the same time, first come, first served.

    Who is hurried is served first; who can wait when nobody else asks, and at every tenth turn.
    """

    def __init__(self, at_once: int) -> None:
        self._lock = threading.Lock()
        self._free = at_once
        self._hurried: deque[threading.Event] = deque()
        self._asking: deque[threading.Event] = deque()
        self._patient: deque[threading.Event] = deque()
        self._given = 0
        self._mine = threading.local()

    @contextmanager
    def taken(self, *, can_wait: bool = False) -> Iterator[None]:
        """Wait for a turn and keep it for the block. Not to be taken twice by one thread."""
        self._mine.line = self._patient if can_wait else self._asking
        self._acquire(self._mine.line)
        try:
            yield
        finally:
            self._mine.line = None
            self._release()

    @contextmanager
    def given_back(self) -> Iterator[None]:
        """Let another thread work during the block, which waits; without a turn of one's own nothing happens."""
        line = getattr(self._mine, "line", None)
        if line is None:
            yield
            return
        self._release()
        try:
            yield
        finally:
            self._acquire(line)

    @contextmanager
    def hurried(self) -> Iterator[None]:
        """For who will wait once more: the turns that this thread takes again in the block come before all others."""
        line = getattr(self._mine, "line", None)
        self._mine.line = None if line is None else self._hurried
        try:
            yield
        finally:
            self._mine.line = line

    def _acquire(self, line: deque[threading.Event]) -> None:
        my_turn = threading.Event()
        with self._lock:
            if self._free > 0:
                self._free -= 1
                return
            line.append(my_turn)
        my_turn.wait()

    def _release(self) -> None:
        with self._lock:
            self._given += 1
            lines = [self._hurried, self._asking, self._patient]
            if self._given % _OF_WHO_CAN_WAIT == 0:
                lines.reverse()
            line = next((line for line in lines if line), None)
            if line:
                line.popleft().set()
            else:
                self._free += 1
