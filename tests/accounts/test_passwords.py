"""Passwords: a wrong one is refused as slowly as an unknown address, and few are checked at a time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import argon2
import pytest

from supportbot.accounts import passwords
from supportbot.accounts.login_throttle import Origin
from supportbot.accounts.passwords import AT_ONCE, hash_password, is_outdated, password_fits
from supportbot.accounts.sign_in import sign_in
from supportbot.accounts.tables import Agent
from supportbot.audit.actions import AuditLog
from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.errors import InvalidInput, NotSignedIn
from tests.factories import NOW, PASSWORD, SECRET_KEY

HERE = Origin("203.0.113.9")


def test_the_right_password_fits_and_nothing_else_does() -> None:
    known = hash_password(PASSWORD)

    assert password_fits(known, PASSWORD)
    assert not password_fits(known, PASSWORD + "x")
    assert not password_fits(None, PASSWORD)
    assert not password_fits("no hash at all", PASSWORD)
    with pytest.raises(InvalidInput, match="at least 10"):
        hash_password("too short")


def test_an_unknown_address_costs_the_same_work_as_a_wrong_password() -> None:
    assert argon2.extract_parameters(passwords._NOBODY) == argon2.extract_parameters(hash_password(PASSWORD))


def test_never_more_than_a_few_are_checked_at_a_time() -> None:
    known, together, most = hash_password(PASSWORD), [0], [0]
    lock = threading.Lock()

    class Watched:
        def verify(self, password_hash: str, password: str) -> bool:
            with lock:
                together[0] += 1
                most[0] = max(most[0], together[0])
            try:
                return argon2.PasswordHasher().verify(password_hash, password)
            finally:
                with lock:
                    together[0] -= 1

    with ThreadPoolExecutor(20) as pool:
        fitting = list(pool.map(lambda _: password_fits(known, PASSWORD, hasher=Watched()), range(20)))

    assert all(fitting)
    assert most[0] == AT_ONCE


def test_no_transaction_is_open_while_a_password_is_checked(database: Database) -> None:
    log = AuditLog(SECRET_KEY, FixedClock(NOW))
    done = threading.Event()

    def write() -> None:
        with database.transaction() as db:
            db.add(_agent("other@shop.example", hash_password(PASSWORD)))
        done.set()

    for _ in range(AT_ONCE):
        assert passwords._turns.acquire(timeout=5)
    try:
        with ThreadPoolExecutor(1) as pool:
            trying = pool.submit(sign_in, database, log, "nobody@shop.example", PASSWORD, HERE)
            threading.Thread(target=write).start()
            assert done.wait(10), "a write waited for a password that is being checked"
            for _ in range(AT_ONCE):
                passwords._turns.release()
            with pytest.raises(NotSignedIn):
                trying.result(timeout=10)
    finally:
        while passwords._turns._value < AT_ONCE:  # type: ignore[attr-defined]
            passwords._turns.release()


def test_a_hash_with_older_parameters_is_made_anew_at_the_next_sign_in(database: Database) -> None:
    log = AuditLog(SECRET_KEY, FixedClock(NOW))
    old = argon2.PasswordHasher(time_cost=1, memory_cost=8_192, parallelism=1).hash(PASSWORD)
    with database.transaction() as db:
        db.add(_agent("noor@shop.example", old))
    assert is_outdated(old)

    sign_in(database, log, "noor@shop.example", PASSWORD, HERE)
    sign_in(database, log, "noor@shop.example", PASSWORD, HERE)

    with database.transaction(read_only=True) as db:
        kept = db.get_one(Agent, 1).password_hash
    assert kept != old
    assert not is_outdated(kept)


def _agent(email: str, password_hash: str) -> Agent:
    return Agent(
        email=email,
        name="Noor",
        role="agent",
        password_hash=password_hash,
        session_key="k",
        release_limit_minor=0,
        created_at=NOW,
    )
