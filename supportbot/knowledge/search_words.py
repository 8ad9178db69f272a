"""Turns text into the words that search compares: folded, without stop words, cut to their stems."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources

from supportbot.language.months import AMBIGUOUS, month_words, months_in

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
MONTH = "§month"
# Turkish and Polish change a word's end in many ways; its first letters say enough.
PREFIX_LETTERS: Mapping[str, int] = {"tr": 5, "pl": 5}

# Endings that are cut, longest first; at least four letters stay.
ENDINGS: Mapping[str, tuple[str, ...]] = {
    "en": ("ations", "ation", "ings", "ing", "ies", "ied", "ed", "es", "s", "e", "y"),
    "de": ("ungen", "ung", "ern", "en", "er", "em", "es", "e", "n", "s"),
    "fr": ("ements", "ement", "ees", "ee", "er", "es", "e", "s"),
    "es": ("aciones", "acion", "ados", "ado", "adas", "ada", "ar", "os", "as", "es", "o", "a", "e", "s"),
    "pt": ("acoes", "acao", "ados", "ado", "adas", "ada", "ar", "os", "as", "es", "o", "a", "e", "s"),
    "it": ("azioni", "azione", "ati", "ato", "are", "i", "e", "o", "a"),
    "nl": ("ingen", "ing", "en", "e", "s", "t"),
    "ar": ("اتي", "تي", "تك", "ات", "ي", "ه"),
}
ARABIC_STARTS = ("وال", "بال", "لل", "ال")


def stems(text: str, language: str) -> tuple[str, ...]:
    """The words of a text that carry meaning, as stems, in order. Numbers are left out; a month becomes one sign."""
    named = bool(months_in(text))
    words = (MONTH if _is_month(raw, named) else _meaning(raw, language) for raw in WORD.findall(text.casefold()))
    return tuple(word for word in words if word)


@lru_cache(maxsize=8192)
def _meaning(raw: str, language: str) -> str:
    """The stem of one word or of what it is a synonym of; empty for a stop word or anything with a digit."""
    word = fold(raw, language)
    if word in stop_words().get(language, frozenset()) or any(letter.isdigit() for letter in word):
        return ""
    stem = _stem(word, language) if word else ""
    return synonyms().get((language, stem), stem)


def fold(text: str, language: str) -> str:
    """Text in small letters without accents; German "ue" for "ü" becomes the same word."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(letter for letter in plain if not unicodedata.combining(letter))
    plain = plain.replace("ı", "i").replace("'", "").replace("’", "").replace("ـ", "")
    if language == "ar":
        return plain.replace("ة", "ه").replace("ى", "ي")
    if language == "de":
        return re.sub(r"(?<![aeq])([aou])e(?=[^aeiou])", r"\1", plain)
    return plain.replace("ł", "l")


@lru_cache(maxsize=1)
def stop_words() -> Mapping[str, frozenset[str]]:
    """The words of each language that say nothing about a question, folded; from `stop_words.txt`."""
    found: dict[str, frozenset[str]] = {}
    for language, words in _word_lists("stop_words.txt"):
        found[language] = found.get(language, frozenset()) | {fold(word, language) for word in words}
    return found


@lru_cache(maxsize=1)
def synonyms() -> Mapping[tuple[str, str], str]:
    """Language and stem to the stem that stands for its group; from `synonyms.txt`."""
    found: dict[tuple[str, str], str] = {}
    for language, words in _word_lists("synonyms.txt"):
        group = [_stem(fold(word, language), language) for word in words]
        found |= {(language, stem): group[0] for stem in group}
    return found


def language_of(locale: str) -> str:
    """The language of a locale: "en" for "en-GB"."""
    return locale.replace("_", "-").split("-")[0].lower()


def _word_lists(name: str) -> Iterator[tuple[str, list[str]]]:
    """Language and words of each line of a list beside this module."""
    text = resources.files("supportbot.knowledge").joinpath(name).read_text(encoding="utf-8")
    for line in text.splitlines():
        language, colon, words = line.partition(": ")
        if colon and not line.startswith("#"):
            yield language, words.split()


def _is_month(word: str, named: bool) -> bool:
    """Whether a word is a month here; a word with a second meaning only if the text names a month at all."""
    return word in month_words() and (named or word not in AMBIGUOUS)


def _stem(word: str, language: str) -> str:
    if language in PREFIX_LETTERS:
        return word[: PREFIX_LETTERS[language]]
    shortest = 4
    if language == "ar":
        shortest = 3
        start = next((start for start in ARABIC_STARTS if word.startswith(start) and len(word) - len(start) >= 3), "")
        word = word.removeprefix(start)
    for ending in ENDINGS.get(language, ()):
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > shortest and word[-1] == word[-2] else word
