"""What an operator may set for a site, checked before it is stored. `shopfront.py` reads it again for the widget."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from supportbot.customers.shop_front import (
    LEAST_CONTRAST,
    LONGEST_QUESTION,
    MOST_QUESTIONS,
    contrast_on_paper,
    exact_origin,
)
from supportbot.weekdays import WEEKDAYS

USES_RECORDS = "uses_records"
MOST_MINUTES = 1440
_TIME = r"(?:[01]\d|2[0-3]):[0-5]\d"
_HOURS = re.compile(rf"(?P<days>[a-z]{{3}}(?:[-,][a-z]{{3}})*) (?P<opens>{_TIME})-(?P<closes>{_TIME})")


@dataclass(frozen=True, slots=True)
class SiteChanges:
    """Settings to change; None leaves one as it is, an empty one forgets it.

    Attributes:
        hours: days and times, such as "mon-fri 09:00-18:00" or "mon,wed 10:00-16:00".
        uses_records: whether its user ids are those of the billing records.
    """

    origins: tuple[str, ...] | None = None
    questions: tuple[str, ...] | None = None
    accent: str | None = None
    usual_reply_minutes: int | None = None
    hours: str | None = None
    verified_only: bool | None = None
    uses_records: bool | None = None


def checked_settings(changes: SiteChanges) -> tuple[dict[str, Any], dict[str, str]]:
    """The settings as they are stored, and what will not do, by name."""
    settings: dict[str, Any] = {}
    problems: dict[str, str] = {}
    for name, (stored_as, read) in _READERS.items():
        value = getattr(changes, name)
        if value is None:
            continue
        try:
            settings[stored_as] = read(value)
        except ValueError as problem:
            problems[name] = str(problem)
    return settings, problems


def _origins(values: tuple[str, ...]) -> list[str]:
    for value in values:
        if exact_origin(value) is None:
            raise ValueError(f"{value[:80]!r}: give scheme and host alone, such as https://shop.example")
    return [exact_origin(value) or "" for value in values]


def _questions(values: tuple[str, ...]) -> list[str]:
    asked = [value.strip() for value in values if value.strip()]
    if len(asked) > MOST_QUESTIONS or any(len(one) > LONGEST_QUESTION for one in asked):
        raise ValueError(f"give {MOST_QUESTIONS} at most, each of {LONGEST_QUESTION} characters at most")
    return asked


def _accent(value: str) -> str:
    if value and not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError(f"{value[:20]!r}: write it like '#1f5f5b'")
    if value and contrast_on_paper(value) < LEAST_CONTRAST:
        contrast = f"{contrast_on_paper(value):.1f}:1"
        raise ValueError(f"{value!r} has a contrast of {contrast} on the panel; take one of {LEAST_CONTRAST}:1 or more")
    return value.lower()


def _minutes(value: int) -> int | None:
    if not 0 <= value <= MOST_MINUTES:
        raise ValueError(f"{value}: give 1 to {MOST_MINUTES}, or 0 to say nothing")
    return value or None


def _hours(value: str) -> dict[str, Any] | None:
    if not value.strip():
        return None
    read = _HOURS.fullmatch(value.strip().lower())
    days = _days(read["days"]) if read else set()
    if read is None or not days or read["opens"] >= read["closes"]:
        raise ValueError(f"{value[:50]!r}: write it like 'mon-fri 09:00-18:00'")
    return {"days": sorted(days, key=WEEKDAYS.index), "opens": read["opens"], "closes": read["closes"]}


def _days(text: str) -> set[str]:
    """The days of "mon-wed,fri"; none when one of them is no day, or a span runs backwards."""
    days: set[str] = set()
    for part in text.split(","):
        first, _, last = part.partition("-")
        if first not in WEEKDAYS or (last or first) not in WEEKDAYS:
            return set()
        span = WEEKDAYS[WEEKDAYS.index(first) : WEEKDAYS.index(last or first) + 1]
        if not span:
            return set()
        days.update(span)
    return days


_READERS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "origins": ("origins", _origins),
    "questions": ("questions", _questions),
    "accent": ("accent", _accent),
    "usual_reply_minutes": ("usual_reply_minutes", _minutes),
    "hours": ("business_hours", _hours),
    "verified_only": ("verified_only", bool),
    "uses_records": (USES_RECORDS, bool),
}
