"""Turns text into the words that search compares: folded, without stop words, cut to their stems."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from supportbot.language.languages import lines, words
from supportbot.language.months import month_or_word, month_words, months_in

WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
MONTH = "§month"


def stems(text: str, language: str) -> tuple[str, ...]:
    """The words of a text that carry meaning, as stems, in order. Numbers are left out; a month becomes one sign."""
    named = bool(months_in(text))
    found = (MONTH if _is_month(raw, named) else _meaning(raw, language) for raw in WORD.findall(text.casefold()))
    return tuple(word for word in found if word)


@lru_cache(maxsize=8192)
def _meaning(raw: str, language: str) -> str:
    """The stem of one word or of what it is a synonym of; empty for a stop word or anything with a digit."""
    word = fold(raw, language)
    if word in stop_words(language) or any(letter.isdigit() for letter in word):
        return ""
    stem = _stem(word, language) if word else ""
    return synonyms(language).get(stem, stem)


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


@lru_cache(maxsize=32)
def stop_words(language: str) -> frozenset[str]:
    """The words of a language that say nothing about a question, folded."""
    return frozenset(fold(word, language) for word in words(language, "stop"))


@lru_cache(maxsize=32)
def synonyms(language: str) -> Mapping[str, str]:
    """A stem to the stem that stands for its group."""
    found: dict[str, str] = {}
    for line in lines(language, "synonyms"):
        group = [_stem(fold(word, language), language) for word in line.split()]
        found |= dict.fromkeys(group, group[0])
    return found


def _is_month(word: str, named: bool) -> bool:
    """Whether a word is a month here; a word with a second meaning only if the text names a month at all."""
    return word in month_words() and (named or word not in month_or_word())


def _stem(word: str, language: str) -> str:
    how = _stemming(language)
    if how.first_letters:
        return word[: how.first_letters]
    start = next((start for start in how.starts if word.startswith(start) and len(word) - len(start) >= 3), "")
    word = word.removeprefix(start)
    shortest = 3 if how.starts else 4
    for ending in how.endings:
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > shortest and word[-1] == word[-2] else word


@dataclass(frozen=True, slots=True)
class _Stemming:
    """What search cuts off the words of a language: everything behind some letters, or beginnings and endings."""

    first_letters: int
    starts: tuple[str, ...]
    endings: tuple[str, ...]


@lru_cache(maxsize=32)
def _stemming(language: str) -> _Stemming:
    first_letters = next(iter(words(language, "first_letters")), "0")
    return _Stemming(int(first_letters), words(language, "starts"), words(language, "endings"))
