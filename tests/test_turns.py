"""Turns: how many threads work at once, and that one that waits lets another work."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

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


def test_several_are_worked_on_at_the_same_time_and_come_back_in_order() -> None:
    turns, met = Turns(1), threading.Barrier(3)

    def work(number: int) -> int:
        with turns.given_back():
            met.wait(PATIENCE_S)
        return number * 10

    with turns.taken():
        assert turns.each(work, [1, 2, 3]) == [10, 20, 30]


@pytest.mark.parametrize("waits", [True, False])
def test_the_others_begin_once_the_first_waits_or_is_done(waits: bool) -> None:
    turns, said = Turns(3), list[str]()

    def work(name: str) -> None:
        said.append(f"{name} begins")
        if name == "first":
            threading.Event().wait(0.05)
            said.append("first has what it needs")
            if waits:
                with turns.given_back():
                    threading.Event().wait(0.05)

    with turns.taken():
        turns.each(work, ["first", "second"])

    assert said == ["first begins", "first has what it needs", "second begins"]


def test_each_of_several_takes_a_turn_of_its_own() -> None:
    turns, working, most = Turns(1), set[int](), list[int]()

    def work(number: int) -> None:
        with turns.given_back():
            threading.Event().wait(0.005)
        working.add(number)
        most.append(len(working))
        threading.Event().wait(0.005)
        working.remove(number)

    with turns.taken():
        turns.each(work, list(range(8)))

    assert most == [1] * 8


@pytest.mark.parametrize("failing", ["first", "second"])
def test_an_error_of_one_of_several_is_raised_when_all_are_done(failing: str) -> None:
    turns, done = Turns(2), list[str]()

    def work(name: str) -> None:
        if name == failing:
            raise OSError(f"{name} failed")
        with turns.given_back():
            threading.Event().wait(0.05)
        done.append(name)

    with turns.taken(), pytest.raises(OSError, match=f"{failing} failed"):
        turns.each(work, ["first", "second"])
    assert len(done) == 1
    with turns.taken():
        pass
