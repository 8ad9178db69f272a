"""Which months a text names, in the ten languages of supportbot."""

import re
from dataclasses import dataclass
from functools import lru_cache

from babel import Locale

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "tr", "ar")
WORD = re.compile(r"\w+")
# Forms that CLDR does not list: the Polish "in March", German without umlaut, English short forms.
EXTRA = {
    "maerz": 3,
    "styczniu": 1,
    "lutym": 2,
    "marcu": 3,
    "kwietniu": 4,
    "maju": 5,
    "czerwcu": 6,
    "lipcu": 7,
    "sierpniu": 8,
    "wrześniu": 9,
    "październiku": 10,
    "listopadzie": 11,
    "grudniu": 12,
}
SHORT = {"jan": 1, "feb": 2, "mar": 3, "apr": 4, "jun": 6, "jul": 7, "aug": 8, "sep": 9, "sept": 9, "oct": 10} | {
    "nov": 11,
    "dec": 12,
}
# Words that mean something else too; they count only beside a number or after one of LEADS.
AMBIGUOUS = frozenset({"may", "mars", "mart", "ocak", "ekim"}) | frozenset(SHORT)
LEADS = frozenset({"in", "of", "for", "since", "from", "until", "during", "last", "this", "my", "and", "early"}) | {
    *("late", "mid", "en", "de", "du", "le", "au", "fin", "mois", "geçen", "bu")
}


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
        month = month_words().get(word)
        before = words[place - 1] if place else ""
        after = words[place + 1] if place + 1 < len(words) else ""
        if month and (word not in AMBIGUOUS or before in LEADS or before[:1].isdigit() or after[:1].isdigit()):
            found[NamedMonth(month, _year(after))] = None
    return tuple(found)


@lru_cache(maxsize=1)
def month_words() -> dict[str, int]:
    """Every single-word month name of the ten languages, casefolded, to its number."""
    words = dict(EXTRA) | SHORT
    for language in LANGUAGES:
        months = Locale.parse(language).months
        for context in ("format", "stand-alone"):
            for number, name in months[context]["wide"].items():
                words.setdefault(name.casefold(), number)
    return words


def _year(word: str) -> int | None:
    return int(word) if re.fullmatch(r"20\d\d", word, re.ASCII) else None
