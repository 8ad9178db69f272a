"""What the wire formats share: reading a body that may be anything, and the time a server asks to wait. Pure."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from supportbot.gateway.types import OutcomeClass

Headers = Mapping[str, str]
BY_STATUS: Mapping[int, OutcomeClass] = {
    401: "auth",
    402: "quota",
    403: "auth",
    408: "timeout",
    413: "context_length",
    429: "rate_limited",
}
MOST_TOKENS = 2**31 - 1
_REQUEST_IDS = ("x-request-id", "request-id", "apim-request-id", "x-ms-request-id", "cf-ray")


def class_of_status(status: int) -> OutcomeClass:
    """What a status says when the error's own code says no more; a plain 4xx is our fault."""
    if status >= 500:
        return "overloaded"
    return BY_STATUS.get(status, "invalid_request")


def request_id(headers: Headers) -> str | None:
    """The provider's own id of a call, for its support."""
    return next((said for name in _REQUEST_IDS if (said := text(headers.get(name)))), None)


def retry_after_s(headers: Headers) -> float | None:
    """Seconds to wait as the server said: `retry-after-ms`, or `retry-after` in seconds or as a date."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        seconds = number(headers.get(name))
        if seconds is not None:
            return seconds / unit
    said, sent = _http_date(headers.get("retry-after")), _http_date(headers.get("date"))
    return max(0.0, (said - sent).total_seconds()) if said and sent else None


def load(body: bytes) -> object:
    """A JSON body; None when it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def text(value: object, *, most: int = 200) -> str | None:
    """A short name that a server sent, without what no database stores: NUL and halves of characters."""
    if not isinstance(value, str):
        return None
    return value[:most].replace("\0", "").encode("utf-8", "replace").decode() or None


def count(value: object) -> int | None:
    """A number of tokens; None when the server said none or nonsense."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if 0 <= value <= MOST_TOKENS else None


def number(said: str | None) -> float | None:
    """A finite number that is not negative."""
    try:
        read = float(said or "")
    except ValueError:
        return None
    return max(0.0, read) if math.isfinite(read) else None


def _http_date(said: str | None) -> datetime | None:
    try:
        read = parsedate_to_datetime(said or "")
    except (TypeError, ValueError):
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
