"""Tells what code computed, in any language of the catalogue: a template's name, and the values that go into it."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import format_date, format_timedelta
from babel.lists import format_list

from supportbot.contract.voice.catalogue import FactTemplate, catalogue
from supportbot.contract.voice.dates import day_in_words, spelling_locale
from supportbot.language.money import Money, format_money


@dataclass(frozen=True, slots=True)
class Days:
    """A number of days, said with its unit: "1 day", "19 Tage"."""

    count: int


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a year: "March 2026"."""

    year: int
    month: int


@dataclass(frozen=True, slots=True)
class ChargeNumber:
    """Which of several charges, from 1; 0 where there is one only."""

    number: int


Value = Money | date | int | str | Days | Month | ChargeNumber | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the catalogue with its values."""

    template: FactTemplate
    values: tuple[tuple[str, Value], ...] = ()


def sentence(template: FactTemplate, **values: Value) -> Sentence:
    """A sentence by its template's name, e.g. sentence("failed", amount=..., charged_on=...)."""
    return Sentence(template, tuple(values.items()))


@lru_cache(maxsize=4096)
def tell(sentences: tuple[Sentence, ...], locale: str) -> str:
    """The sentences in a language, with amounts, dates and counts as that language writes them.

    Kept for a while: a fact is told to the model, to the checks and to the agent.
    """
    facts = catalogue(locale).facts
    return " ".join(
        facts[one.template].format(**{name: _said(value, locale) for name, value in one.values}) for one in sentences
    )


def _said(value: Value, locale: str) -> str:
    language = spelling_locale(catalogue(locale).locale)
    match value:
        case Money():
            return format_money(value, language)
        case date():
            return day_in_words(value, locale=language)
        case Days():
            return _days(value.count, language)
        case Month():
            return format_date(date(value.year, value.month, 1), "LLLL y", locale=language)
        case ChargeNumber():
            names = catalogue(locale).charges
            return names[value.number] if value.number < len(names) else names[0]
        case tuple():
            return format_list(value, locale=language)
        case _:
            return str(value)


def _days(count: int, locale: str) -> str:
    """ "1 day", "19 Tage". Never in weeks; Babel's `format_unit` has no word for days in half of the ten languages."""
    days = format_timedelta(timedelta(days=count), granularity="day", threshold=float("inf"), locale=locale)
    return days.replace("\u00a0", " ")
