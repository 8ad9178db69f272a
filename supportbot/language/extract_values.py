"""Finds the amounts, dates, ids and numbers that a text states, so that code can check each one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from supportbot.language.currencies import CODES, NAMES, SYMBOLS
from supportbot.language.languages import either
from supportbot.language.lookalikes import plain
from supportbot.language.money import Money, minor_digits, read_minor
from supportbot.language.months import month_names

_CURRENCIES = {
    **SYMBOLS,
    **{code: code for code in CODES},
    **NAMES,
    **{spelled: code for name, code in NAMES.items() for spelled in (name.title(), name.upper())},
}
_NUMBER = r"\d{1,3}(?:[ .,'’]\d{3})+(?:[.,]\d{1,4})?(?!\d)|\d+(?:[.,]\d{1,4})?(?!\d)"
_DASH = r"(?:,[-–—]{1,2})?"


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_BEFORE = re.compile(rf"(?<!\w)({_either([*SYMBOLS, *CODES])})\s?({_NUMBER}){_DASH}")
_AFTER = re.compile(rf"(?<![\w.,])({_NUMBER}){_DASH}[\s-]?({_either(_CURRENCIES)})(?!\w)")
_CENTS = re.compile(
    r"(?<![\w.,:/-])(\d{1,3}(?:[ .,'’]\d{3})*[.,]\d{2})(?![\w%:/-]|[.,]\d|\s?%|\s?(?:kg|g|l|ml|cm|mm|m|km)\b)"
)
_FILS = re.compile(_CENTS.pattern.replace(r"\d{2})(?!", r"\d{3})(?!"))
_ISO = re.compile(r"(?<![\w-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_NUMERIC = re.compile(r"(?<![\w./-])(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?![\w])")
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


def amounts_in(text: str, default_currency: str) -> tuple[Money, ...]:
    """Every amount in order of appearance, without sign: with a currency, or bare with its decimals ("98.00")."""
    return tuple(money for _, _, money in amount_spans(plain(text), default_currency))


def amount_spans(text: str, default_currency: str | None) -> tuple[tuple[int, int, Money], ...]:
    """Start, end and value of every amount in plain text; bare numbers only with a default currency."""
    found: dict[int, tuple[int, int, Money]] = {}
    taken: list[tuple[int, int]] = [match.span() for shape in (_NUMERIC, _SHORT) for match in shape.finditer(text)]

    def keep(match: re.Match[str], number: str, currency: str) -> None:
        start, end = match.span()
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            return
        taken.append((start, end))
        found[start] = (start, end, Money(read_minor(number, currency), currency))

    for match in _AFTER.finditer(text):
        keep(match, match.group(1), _CURRENCIES[match.group(2)])
    for match in _BEFORE.finditer(text):
        keep(match, match.group(2), _CURRENCIES[match.group(1)])
    if default_currency is not None:
        for match in (_FILS if minor_digits(default_currency) == 3 else _CENTS).finditer(text):
            keep(match, match.group(1), default_currency)
    return tuple(found[start] for start in sorted(found))


def dates_in(text: str) -> tuple[DateMention, ...]:
    """Every calendar date: ISO, numeric, or with a month's name in any of the ten languages."""
    return tuple(mention for _, _, mention in date_spans(plain(text)))


def date_spans(text: str) -> tuple[tuple[int, int, DateMention], ...]:
    """Start, end and meaning of every date in plain text."""
    found: list[tuple[int, int, DateMention]] = []

    def keep(match: re.Match[str], *readings: tuple[int | None, int, int]) -> None:
        possible = tuple(reading for reading in readings if _possible(*reading))
        start, end = match.span()
        if possible and not any(start < other_end and other_start < end for other_start, other_end, _ in found):
            found.append((start, end, DateMention(match.group().strip(), possible)))

    for match in _ISO.finditer(text):
        keep(match, (int(match[1]), int(match[2]), int(match[3])))
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
