"""Which months a text names, in every language of supportbot."""

import re
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

from supportbot.language.languages import LANGUAGES, every_word, pairs
from supportbot.language.lookalikes import plain

_LISTED = ("months", "short_months", "regional_months")

WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class NamedMonth:
    """A month that a text names; `year` is None when the text does not say which."""

    month: int
    year: int | None = None


def months_in(text: str) -> tuple[NamedMonth, ...]:
    """The months that a text names by their names, in order and once each.

    "May" and other words with a second meaning count only where they can be nothing else: "in May", "3 May".
    """
    words = [word.casefold() for word in WORD.findall(text)]
    found: dict[NamedMonth, None] = {}
    for place, word in enumerate(words):
        before = words[place - 1] if place else ""
        after = words[place + 1] if place + 1 < len(words) else ""
        month = month_words().get(word) or month_words().get(f"{word} {after}")
        if month and (
            word not in month_or_word() or before in before_months() or before[:1].isdigit() or after[:1].isdigit()
        ):
            found[NamedMonth(month, _year(after))] = None
    return tuple(found)


@lru_cache(maxsize=1)
def month_or_word() -> frozenset[str]:
    """Names of months that mean something else too; they count only beside a number or behind some words."""
    doubtful = [*_listed("short_months"), *_listed("regional_months")]
    return every_word("month_or_word") | {name for name, _ in doubtful}


@lru_cache(maxsize=1)
def before_months() -> frozenset[str]:
    """The words behind which such a name is a month."""
    return every_word("before_months")


def _listed(section: str) -> list[tuple[str, str]]:
    return [pair for language in LANGUAGES for pair in pairs(language, section).items()]


@lru_cache(maxsize=1)
def month_words() -> dict[str, int]:
    """Every month name of the ten languages and their regions, casefolded, to its number."""
    words = {name: int(number) for section in _LISTED for name, number in _listed(section)}
    for language in LANGUAGES:
        months = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for number, name in months[context]["wide"].items():
                words.setdefault(name.casefold(), number)
    return words


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
    names.update((name, int(number)) for name, number in _listed("regional_months"))
    names.pop("", None)
    return {name: number for name, number in names.items() if not name.isdigit()}


def _year(word: str) -> int | None:
    return int(word) if re.fullmatch(r"20\d\d", word, re.ASCII) else None
