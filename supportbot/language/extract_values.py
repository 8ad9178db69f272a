"""Finds the dates, ids and long numbers that a text states, so that code can check each one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from supportbot.language.invisible_characters import without_direction
from supportbot.language.languages import either
from supportbot.language.lookalikes import plain
from supportbot.language.months import month_names

_ISO = re.compile(r"(?<![\w-])(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?![\w-]|[/.]\d)")
_NUMERIC = re.compile(r"(?<![\w./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\w]|[./-]\d)")
_SHORT = re.compile(r"(?<![\w./-])(0?[1-9]|[12]\d|3[01])\.(0?[1-9]|1[0-2])\.(?=\s|$)")
_DAY = r"(\d{1,2})(?:st|nd|rd|th|er|º|\.)?"
_ID_SHAPES = (
    re.compile(r"(?<![\w-])[A-Za-z]{1,8}(?:-[A-Za-z]{1,8})?-\d[\w-]*[\w-]\w"),
    re.compile(r"(?<![\w-])[a-z]{2,8}_[A-Za-z0-9_]*\d[A-Za-z0-9_]*"),
    re.compile(r"#\s?[A-Za-z]{0,4}\d[\w-]*"),
    re.compile(
        rf"(?:{either('numbered_things')})"
        r"s?(?:\s(?:number|no\.?|nr\.?|id))?\s?[:#]?\s?(\d{3,}[\w-]*)",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\w-])[A-Z]{1,4}\d{5,}(?!\w)"),
)
_LONG_NUMBER = re.compile(r"(?<![\w.,-])\+?\d(?:[ ()/.-]{0,2}\d){8,22}(?![\w-])")


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date as a text states it: every (year or None, month, day) that the words may mean."""

    text: str
    readings: tuple[tuple[int | None, int, int], ...]

    def matches(self, allowed: Iterable[date]) -> bool:
        """Whether one of the readings is among `allowed`; a date without a year matches any year."""
        return any(
            (day.month, day.day) == (month, number) and year in (None, day.year)
            for day in allowed
            for year, month, number in self.readings
        )


def dates_in(text: str) -> tuple[DateMention, ...]:
    """Every calendar date: ISO, numeric, or with a month's name in any of the ten languages."""
    return tuple(mention for _, _, mention in date_spans(plain(text)))


def is_within_date(text: str, span: tuple[int, int]) -> bool:
    """Whether the numbers between start and end belong to a date in figures."""
    start, end = span
    return any(
        match.start() < end and start < match.end()
        for shape in (_NUMERIC, _SHORT, _ISO)
        for match in shape.finditer(text, max(0, start - 11), end + 11)
    )


def date_spans(text: str) -> tuple[tuple[int, int, DateMention], ...]:
    """Start, end and meaning of every date in plain text."""
    shown, places = without_direction(text)
    return tuple((places[start], places[end - 1] + 1, mention) for start, end, mention in _date_spans(shown))


def _date_spans(text: str) -> tuple[tuple[int, int, DateMention], ...]:
    found: list[tuple[int, int, DateMention]] = []

    def keep(match: re.Match[str], *readings: tuple[int | None, int, int]) -> None:
        possible = tuple(reading for reading in readings if _possible(*reading))
        start, end = match.span()
        if possible and not any(start < other_end and other_start < end for other_start, other_end, _ in found):
            found.append((start, end, DateMention(match.group().strip(), possible)))

    for match in _ISO.finditer(text):
        keep(match, (int(match[1]), int(match[3]), int(match[4])))
    for match in _NUMERIC.finditer(text):
        year = int(match[4]) if len(match[4]) == 4 else 2000 + int(match[4])
        keep(match, (year, int(match[3]), int(match[1])), (year, int(match[1]), int(match[3])))
    for match in _SHORT.finditer(text):
        keep(match, (None, int(match[2]), int(match[1])))
    day_first, month_first = _month_patterns()
    for match in day_first.finditer(text):
        keep(match, (int(match[3]) if match[3] else None, month_names()[match[2].lower().rstrip(".")], int(match[1])))
    for match in month_first.finditer(text):
        if match[1] != "may" and match[1] != "mar":
            keep(
                match, (int(match[3]) if match[3] else None, month_names()[match[1].lower().rstrip(".")], int(match[2]))
            )
    return tuple(sorted(found, key=lambda span: span[0]))


def ids_in(text: str) -> tuple[str, ...]:
    """Every order, invoice, plan, charge or case id, as written, without a leading "#"."""
    text = plain(text)
    found: dict[str, None] = {}
    for shape in _ID_SHAPES:
        for match in shape.finditer(text):
            found.setdefault((match.group(1) if match.re.groups else match.group()).lstrip("# "))
    iso = {match.group() for match in _ISO.finditer(text)}
    return tuple(name for name in found if name not in iso)


def long_numbers_in(text: str) -> tuple[str, ...]:
    """Numbers of nine digits or more as bare digits: telephone, card and account numbers."""
    without_dates = _NUMERIC.sub(" ", _ISO.sub(" ", plain(text)))
    return tuple(dict.fromkeys(re.sub(r"\D", "", match.group()) for match in _LONG_NUMBER.finditer(without_dates)))


def _possible(year: int | None, month: int, day: int) -> bool:
    try:
        date(2024 if year is None else year, month, day)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1)
def _month_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = "|".join(sorted((re.escape(name) for name in month_names()), key=len, reverse=True))
    year = r"(?:{dot},?\s(?:de\s|del\s)?(\d{{4}}))?"
    day_first = re.compile(rf"(?<![\w.,:/-]){_DAY}\s(?:of\s|de\s)?({names})\b{year.format(dot='[.]?')}", re.IGNORECASE)
    month_first = re.compile(rf"(?<!\w)({names})\.?\s{_DAY}(?![\w:%]|[.,]\d){year.format(dot='')}", re.IGNORECASE)
    return day_first, month_first
