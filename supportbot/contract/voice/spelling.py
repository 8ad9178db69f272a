"""How digits, money, dates and numbers are spelled in a text: once, by the customer's locale."""

import re
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal

from babel.numbers import format_decimal

from supportbot.contract.voice.dates import day_in_words, spelling_locale
from supportbot.language.amounts import amount_spans
from supportbot.language.extract_values import DateMention, date_spans
from supportbot.language.lookalikes import plain
from supportbot.language.money import UNKNOWN_CURRENCY, format_money

_DIGIT = re.compile(r"[^\W\D]")
_GROUPED = re.compile(
    r"(?<![\w.,:/-])(\d{1,3}(?:([.,])\d{3})(?:\2\d{3})+(?:(?!\2)[.,]\d{1,6})?|\d{1,3}([.,])\d{3}(?!\3)[.,]\d{1,6})(?![\w.,:/-]*\d)"
)
_MEASURED = re.compile(r"(?<![\w.,:/-])(\d{1,9}[.,]\d{1,2})(?=\s?(?:%|(?:kg|g|l|ml|cm|mm|m|km)\b))")


def _digits(text: str) -> str:
    return text if text.isascii() else _DIGIT.sub(lambda match: plain(match.group()), text)


def _money(text: str, locale: str, own: Collection[str]) -> str:
    for start, end, amount in reversed(amount_spans(plain(text), None, own=own)):
        if amount.currency != UNKNOWN_CURRENCY:
            text = text[:start] + format_money(amount, spelling_locale(locale)) + text[end:]
    return text


def _dates(text: str, locale: str) -> str:
    for start, end, mention in reversed(date_spans(plain(text))):
        text = text[:start] + (_written(mention, locale) or text[start:end]) + text[end:]
    return text


def _numbers(text: str, locale: str) -> str:
    spelled = plain(text)
    taken = [(start, end) for start, end, _ in (*amount_spans(spelled, None), *date_spans(spelled))]
    found = sorted((*_GROUPED.finditer(spelled), *_MEASURED.finditer(spelled)), key=lambda match: match.start())
    for match in reversed(found):
        start, end = match.span(1)
        if not any(start < other_end and other_start < end for other_start, other_end in taken):
            text = text[:start] + _in_locale(match.group(1), locale) + text[end:]
    return text


def _in_locale(number: str, locale: str) -> str:
    """A number whose last mark groups nothing, or that has several groups of one mark, as the locale writes it."""
    marks = [mark for mark in number if mark in ".,"]
    has_decimals = marks.count(marks[-1]) == 1
    whole, _, parts = number.rpartition(marks[-1]) if has_decimals else (number, "", "")
    value = Decimal(f"{re.sub(r'[.,]', '', whole)}.{parts or 0}")
    pattern = "#,##0" + ("." + "0" * len(parts) if parts else "")
    return format_decimal(value, format=pattern, locale=spelling_locale(locale))


def _written(mention: DateMention, locale: str) -> str | None:
    """The one spelling of a date; None where the text may mean two days, or only an amount such as "12.10."."""
    if len(set(mention.readings)) != 1 or mention.text.endswith("."):
        return None
    year, month, day = mention.readings[0]
    return day_in_words(date(year or 2024, month, day), locale=locale, with_year=year is not None)


def spelling(own: Collection[str]) -> tuple[tuple[str, Callable[[str, str], str]], ...]:
    """The rules by name, each of a text and its locale; `own` are the shop's and the record's currencies."""
    return (
        ("digits", lambda text, _: _digits(text)),
        ("money", lambda text, locale: _money(text, locale, own)),
        ("dates", _dates),
        ("numbers", _numbers),
    )
