"""Turns: how many threads work at once, and that one that waits lets another work."""

import threading
from concurrent.futures import ThreadPoolExecutor

from supportbot.turns import Turns

PATIENCE_S = 30


def test_no_more_threads_work_than_there_are_turns() -> None:
    turns, working, most = Turns(3), set[int](), list[int]()

    def work(number: int) -> None:
        with turns.taken():
            working.add(number)
            most.append(len(working))
            threading.Event().wait(0.005)
            working.remove(number)

    with ThreadPoolExecutor(12) as pool:
        list(pool.map(work, range(36)))

    assert max(most) <= 3
    assert len(most) == 36


def test_all_wait_together_however_few_may_work() -> None:
    turns, met = Turns(1), threading.Barrier(5)

    def work(_: int) -> int:
        with turns.taken(), turns.given_back():
            return met.wait(PATIENCE_S)

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(work, range(5))) == [0, 1, 2, 3, 4]


def test_who_can_wait_comes_after_all_others_but_is_not_forgotten() -> None:
    turns, done, lock = Turns(1), list[str](), threading.Lock()

    def work(name: str, *, can_wait: bool = False) -> None:
        with turns.taken(can_wait=can_wait), lock:
            done.append(name)

    with ThreadPoolExecutor(40) as pool:
        with turns.taken():
            jobs = [pool.submit(work, "patient", can_wait=True) for _ in range(3)]
            while len(turns._patient) < 3:
                pass
            jobs += [pool.submit(work, "draft") for _ in range(24)]
            while len(turns._asking) < 24:
                pass
        for job in jobs:
            job.result(PATIENCE_S)

    assert done[:8] == ["draft"] * 8
    assert [at for at, name in enumerate(done) if name == "patient"] == [9, 19, 26]


def test_a_wait_that_fails_leaves_every_turn_in_place() -> None:
    turns = Turns(1)

    def fail() -> None:
        with turns.taken(), turns.given_back():
            raise OSError("gone")

    with ThreadPoolExecutor(1) as pool:
        assert isinstance(pool.submit(fail).exception(), OSError)
        assert isinstance(pool.submit(fail).exception(), OSError)
    with turns.taken():
        pass


def test_who_holds_no_turn_gives_none_back() -> None:
    turns = Turns(1)
    with turns.given_back():
        pass
    entered = threading.Event()

    def work() -> None:
        with turns.taken():
            entered.set()

    with turns.taken():
        thread = threading.Thread(target=work)
        thread.start()
        assert not entered.wait(0.05)
    thread.join(PATIENCE_S)
    assert entered.is_set()


def test_who_will_wait_once_more_comes_before_all_others() -> None:
    turns, done, away, back = Turns(1), list[str](), threading.Event(), threading.Event()

    def work(name: str) -> None:
        with turns.taken():
            done.append(name)

    def work_twice() -> None:
        with turns.taken():
            with turns.hurried(), turns.given_back():
                away.set()
                back.wait(PATIENCE_S)
            done.append("hurried")
            with turns.given_back():
                pass
            done.append("no longer hurried")

    with ThreadPoolExecutor(40) as pool:
        jobs = [pool.submit(work_twice)]
        away.wait(PATIENCE_S)
        with turns.taken():
            jobs += [pool.submit(work, "draft") for _ in range(4)]
            while len(turns._asking) < 4:
                pass
            back.set()
            while not turns._hurried:
                pass
        for job in jobs:
            job.result(PATIENCE_S)

    assert done[0] == "hurried"
    assert done[-1] == "no longer hurried"


def test_who_holds_no_turn_is_not_hurried_and_takes_none() -> None:
    turns, entered = Turns(1), threading.Event()

    def work() -> None:
        with turns.taken():
            entered.set()

    with turns.hurried():
        with turns.given_back():
            pass
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(PATIENCE_S)
        assert entered.is_set()
    assert not turns._hurried
