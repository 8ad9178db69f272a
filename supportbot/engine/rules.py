"""What may be enqueued, and how long a failed job waits: pure decisions."""

import math
import re
from collections.abc import Mapping

from supportbot.engine.types import Ids, JobKind
from supportbot.errors import EngineError

MAX_CONCURRENCY = 200
MAX_BACKOFF_S = 60.0
MAX_DELAY_S = 30 * 24 * 3600
MAX_IDS = 8

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
# No spaces and no "@": what a customer wrote, and addresses, do not pass as a key or an id.
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9:._+/=-]{0,199}")


def check_kind(kind: JobKind, known: Mapping[str, JobKind]) -> None:
    """Refuse a kind that cannot be registered beside the `known` ones.

    Raises:
        EngineError: says which value is wrong.
    """
    for label, name in (("name", kind.name), ("queue", kind.queue)):
        if not _NAME.fullmatch(name):
            raise EngineError(f"Job kind {kind.name!r}: {label} {name!r} must match {_NAME.pattern}.")
    if kind.name in known:
        raise EngineError(f"Job kind {kind.name!r} is registered already. Give the new one its own name.")
    if not 1 <= kind.concurrency <= MAX_CONCURRENCY:
        raise EngineError(
            f"Job kind {kind.name!r}: concurrency {kind.concurrency} is not within 1 to {MAX_CONCURRENCY}."
        )
    if not 0 <= kind.retries <= 20 or kind.backoff_s < 0 or not 0 < kind.timeout_s <= 24 * 3600:
        raise EngineError(f"Job kind {kind.name!r}: retries 0 to 20, backoff from 0, timeout over 0 s to a day.")
    if not 0.05 <= kind.poll_s <= 60:
        raise EngineError(f"Job kind {kind.name!r}: poll_s {kind.poll_s} is not within 0.05 to 60.")


def check_job(key: str, ids: Ids, delay_s: float) -> None:
    """Refuse a job whose key, ids or delay could not be stored or could carry a person's words.

    Raises:
        EngineError: says which value is wrong.
    """
    if not isinstance(key, str) or not _KEY.fullmatch(key):
        raise EngineError(f"Job key {_shown(key)} must be 1 to 200 letters, digits or :._+/=-, such as draft:17.")
    if not 1 <= len(ids) <= MAX_IDS:
        raise EngineError(f"Job {key}: 1 to {MAX_IDS} ids are needed, {len(ids)} given.")
    for name, value in ids.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise EngineError(f"Job {key}: id name {_shown(name)} must match {_NAME.pattern}.")
        if not _is_id(value):
            raise EngineError(
                f"Job {key}: {name} is {_shown(value)}; an id is a whole number or 1 to 200 letters, "
                "digits or :._+/=-. Store everything else in a table and pass its id."
            )
    if not (math.isfinite(delay_s) and 0 <= delay_s <= MAX_DELAY_S):
        raise EngineError(f"Job {key}: delay of {delay_s} s is not within 0 to {MAX_DELAY_S} s.")


def backoff_s(kind: JobKind, failed_attempts: int) -> float:
    """Seconds to wait after so many failed tries (1 or more)."""
    return min(kind.backoff_s * 2.0 ** (failed_attempts - 1), MAX_BACKOFF_S)


def _is_id(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, int):
        return abs(value) < 2**63
    return isinstance(value, str) and _KEY.fullmatch(value) is not None


def _shown(value: object) -> str:
    # The value may be what a customer wrote: name its type and size, not its content.
    return f"of {len(value)} characters" if isinstance(value, str) else f"of type {type(value).__name__}"
