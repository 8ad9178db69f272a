"""Finds the amounts, dates, ids, links, addresses and numbers that a text states, so that code can check each one."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from babel import Locale

from supportbot.contract.money import read_minor
from supportbot.contract.types import Money
from supportbot.money import minor_digits

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "tr", "ar")
_SYMBOLS = {"€": "EUR", "US$": "USD", "$": "USD", "£": "GBP", "zł": "PLN", "₺": "TRY", "TL": "TRY", "Fr.": "CHF"}
_SYMBOLS |= {"¥": "JPY", "円": "JPY", "₩": "KRW", "원": "KRW", "د.ك": "KWD", "د.ب": "BHD"}
# The codes met most; one that is a word too (ALL, TOP) is left out.
_CODES = (
    *("EUR", "USD", "GBP", "CHF", "PLN", "TRY", "AED", "SAR", "CAD", "AUD", "NZD", "SEK", "NOK", "DKK", "ISK", "CZK"),
    *("RON", "HUF", "BGN", "RSD", "UAH", "JPY", "KRW", "CNY", "TWD", "HKD", "SGD", "THB", "VND", "IDR", "MYR", "PHP"),
    *("INR", "BRL", "MXN", "CLP", "COP", "ARS", "UYU", "PYG", "ZAR", "EGP", "MAD", "TND", "ILS", "JOD", "KWD", "BHD"),
    *("OMR", "QAR", "IQD", "LYD", "XAF", "XOF"),
)
_NAMES = {"euro": "EUR", "euros": "EUR", "eur": "EUR", "dollar": "USD", "dollars": "USD", "يورو": "EUR", "دولار": "USD"}
_CURRENCIES = {
    **_SYMBOLS,
    **{code: code for code in _CODES},
    **_NAMES,
    **{name.title(): _NAMES[name] for name in _NAMES},
}
_NUMBER = r"\d{1,3}(?:[ .,'’]\d{3})+(?:[.,]\d{1,4})?(?!\d)|\d+(?:[.,]\d{1,4})?(?!\d)"


def _either(words: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_BEFORE = re.compile(rf"(?<!\w)({_either([*_SYMBOLS, *_CODES])})\s?({_NUMBER})")
_AFTER = re.compile(rf"(?<![\w.,])({_NUMBER})[\s-]?({_either(_CURRENCIES)})(?!\w)")
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
        r"(?:order|invoice|case|plan|subscription|ticket|rechnung|bestellung|commande|facture|pedido|factura|fattura|ordine)"
        r"s?(?:\s(?:number|no\.?|nr\.?|id))?\s?[:#]?\s?(\d{3,}[\w-]*)",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\w-])[A-Z]{1,4}\d{5,}(?!\w)"),
)
_URL = re.compile(r"(?:https?:|ftp:)?//[^\s<>\"')\]]+|www\.[^\s<>\"')\]]+", re.IGNORECASE)
_HOST = re.compile(
    r"(?<![\w@.])(?:[a-z0-9-]+\.)+(?:com|net|org|io|co|de|fr|es|uk|example|test|shop|info|app|dev|me|xyz|ru|top|site|link)"
    r"(?:/[^\s<>\"')\]]*)?(?![\w@])",
    re.IGNORECASE,
)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
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


def plain(text: str) -> str:
    """`text` in one spelling for matching, of the same length: wide forms folded, digits ASCII, odd spaces plain."""
    return text if text.isascii() else "".join(map(_plain_mark, text))


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


def links_in(text: str) -> tuple[str, ...]:
    """The host of every link, lower case, with or without a scheme."""
    spelled = plain(text)
    links = _URL.findall(spelled) + _HOST.findall(_EMAIL.sub(" ", _URL.sub(" ", spelled)))
    hosts = (re.split(r"[/?#\\]", re.sub(r"^(?:\w+:)?//", "", link.lower()))[0] for link in links)
    return tuple(dict.fromkeys(host.rpartition("@")[2].partition(":")[0].rstrip(".,;") for host in hosts))


def emails_in(text: str) -> tuple[str, ...]:
    """Every e-mail address, lower case."""
    return tuple(dict.fromkeys(address.lower().rstrip(".") for address in _EMAIL.findall(plain(text))))


def long_numbers_in(text: str) -> tuple[str, ...]:
    """Numbers of nine digits or more as bare digits: telephone, card and account numbers."""
    without_dates = _NUMERIC.sub(" ", _ISO.sub(" ", plain(text)))
    return tuple(dict.fromkeys(re.sub(r"\D", "", match.group()) for match in _LONG_NUMBER.finditer(without_dates)))


@lru_cache(maxsize=4096)
def _plain_mark(mark: str) -> str:
    if mark.isdecimal():
        return str(unicodedata.decimal(mark))
    form, _, _ = unicodedata.decomposition(mark).partition(" ")
    folded = unicodedata.normalize("NFKC", mark) if form in ("<wide>", "<narrow>", "<font>", "<noBreak>") else mark
    return folded if len(folded) == 1 else mark


def _possible(year: int | None, month: int, day: int) -> bool:
    try:
        date(2024 if year is None else year, month, day)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=1)
def month_names() -> dict[str, int]:
    """Every spelling of a month in the ten languages, lower case, to its number."""
    names: dict[str, int] = {}
    for language in LANGUAGES:
        months = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    names.setdefault(plain(name).lower().rstrip("."), number)
    names.pop("", None)
    return {name: number for name, number in names.items() if not name.isdigit()}


@lru_cache(maxsize=1)
def _month_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = "|".join(sorted((re.escape(name) for name in month_names()), key=len, reverse=True))
    year = r"(?:{dot},?\s(?:de\s|del\s)?(\d{{4}}))?"
    day_first = re.compile(rf"(?<![\w.,:/-]){_DAY}\s(?:of\s|de\s)?({names})\b{year.format(dot='[.]?')}", re.IGNORECASE)
    month_first = re.compile(rf"(?<!\w)({names})\.?\s{_DAY}(?![\w:%]|[.,]\d){year.format(dot='')}", re.IGNORECASE)
    return day_first, month_first
