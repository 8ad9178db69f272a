"""Turns: threads that compute work a few at a time; one that waits for a model lets another work.

Python runs one thread at a time, so two hundred threads that all compute finish no sooner than a few, and cost twice
the CPU in handing over. Measured with 200 drafts at once: 70 ms of CPU each without turns.
"""

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, wait
from contextlib import contextmanager
from typing import TypeVar

# One turn in so many goes to who can wait, however many others there are.
_OF_WHO_CAN_WAIT = 10

Item = TypeVar("Item")
Result = TypeVar("Result")


class Turns:
    """At most `at_once` threads of this process work at the same time, first come, first served.

    Who can wait is served when nobody else asks, and at every tenth turn.
    """

    def __init__(self, at_once: int) -> None:
        self._lock = threading.Lock()
        self._free = at_once
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
        """Let another thread work during the block, which waits; without a turn of one's own nobody gets one."""
        self._begin_others()
        line = getattr(self._mine, "line", None)
        if line is None:
            yield
            return
        self._release()
        try:
            yield
        finally:
            self._acquire(line)

    def each(self, work: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Work on every item at the same time; gives the results in the items' order.

        The first is worked on in this thread. The others begin once it waits or is done, each in a thread and with a
        turn of its own: what all of them draw on, such as a day's limit, is the first one's before it is theirs.
        """
        first, others = items[0], [(item, Future[Result]()) for item in items[1:]]
        self._mine.others = [(work, item, future) for item, future in others]
        try:
            results = [work(first)]
        finally:
            self._begin_others()
            with self.given_back():
                wait([future for _, future in others])
        return results + [future.result() for _, future in others]

    def _begin_others(self) -> None:
        others, self._mine.others = getattr(self._mine, "others", ()), ()
        for other in others:
            # Daemons: one that hangs keeps no process from ending.
            threading.Thread(target=self._work_beside, args=other, name="beside", daemon=True).start()

    def _work_beside(self, work: Callable[[Item], Result], item: Item, future: Future[Result]) -> None:
        try:
            with self.taken():
                result = work(item)
        except BaseException as error:  # it is raised again by whom the result is for
            future.set_exception(error)
        else:
            future.set_result(result)

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
            is_for_patient = self._patient and (not self._asking or self._given % _OF_WHO_CAN_WAIT == 0)
            line = self._patient if is_for_patient else self._asking
            if line:
                line.popleft().set()
            else:
                self._free += 1
