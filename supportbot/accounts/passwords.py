"""Passwords as argon2id hashes: checked a few at a time, since each check takes memory and a core, and never while a
transaction is open.

Source: OWASP Password Storage Cheat Sheet, argon2id with 19 MiB, two passes, one lane.
"""

from threading import BoundedSemaphore
from typing import Protocol

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from supportbot.errors import InvalidInput, TooMany

MIN_PASSWORD = 10
AT_ONCE = 2
LONGEST_WAIT_S = 10.0
_turns = BoundedSemaphore(AT_ONCE)
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
# Verified against when the address is unknown, so that both answers take the same time.
_NOBODY = "$argon2id$v=19$m=19456,t=2,p=1$/9HMeY+Wvxsc18ZePhBmOg$vF/CWf9YIakbrPH76hYd2yCAYntbBeVatgytYV/gEyI"


def hash_password(password: str) -> str:
    """An argon2id hash of a password.

    Raises:
        InvalidInput: it is shorter than `MIN_PASSWORD`.
    """
    if len(password) < MIN_PASSWORD:
        raise InvalidInput(f"The password has {len(password)} characters; use at least {MIN_PASSWORD}.")
    return _hasher.hash(password)


class Hasher(Protocol):
    """What checks a password against a hash."""

    def verify(self, password_hash: str, password: str, /) -> bool:
        """True when it fits; raises argon2's VerificationError or InvalidHashError otherwise."""


def password_fits(password_hash: str | None, password: str, *, hasher: Hasher = _hasher) -> bool:
    """Whether a password is the one that was hashed; None, for an address that nobody has, takes as long.

    Raises:
        TooMany: so many sign in at this moment that no turn came within `LONGEST_WAIT_S`.
    """
    if not _turns.acquire(timeout=LONGEST_WAIT_S):
        raise TooMany("Many people are signing in at this moment. Wait 10 s and try again.", retry_after_s=10)
    try:
        return hasher.verify(password_hash or _NOBODY, password) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _turns.release()


def is_outdated(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than those in force."""
    return _hasher.check_needs_rehash(password_hash)
