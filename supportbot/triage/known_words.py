"""Which words triage knows, and in which language and script a text is written."""

import unicodedata
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources

from supportbot.language.detection import language_of_words
from supportbot.language.languages import LANGUAGES
from supportbot.language.languages import words as words_of
from supportbot.language.phrase_matcher import Word, spellings

_LEAST_LEFT = 3
# Labels of a language that let its everyday questions go the fast way by what the model has learnt.
LABELS_FOR_A_LANGUAGE = 200
_FEWEST_SMALL_WORDS, _LEAST_SMALL_SHARE = 2, 0.2
_SCRIPTS_OF_KNOWN = ("LATIN", "ARABIC")
_MIN_MIXED_LETTERS = 3


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """The English words that triage knows, folded."""
    text = resources.files("supportbot.triage").joinpath("english_words.txt").read_text(encoding="utf-8")
    return frozenset(line for line in text.splitlines() if line and not line.startswith("#"))


@lru_cache(maxsize=1)
def _small_words() -> Mapping[str, frozenset[str]]:
    """The words of each language that carry no request of their own, folded; English has its own list."""
    found = {}
    for language in LANGUAGES:
        listed = words_of(language, "everyday")
        if listed and language != "en":
            found[language] = frozenset(spelling for word in listed for spelling in spellings(word))
    return found


def small_words(language: str) -> frozenset[str]:
    """The small words of a language, folded; empty for one that triage does not know."""
    return _small_words().get(language, frozenset())


def is_small(word: str, language: str) -> bool:
    """Whether a folded word is a small word of a language, as it stands or behind what is written onto its front."""
    small = small_words(language)
    return word in small or any(
        word.startswith(front) and len(word) - len(front) >= _LEAST_LEFT and word[len(front) :] in small
        for front in words_of(language, "fronts")
    )


def language_of(words: Sequence[Word]) -> str | None:
    """The language that words are in; None for English, and where none shows itself."""
    found = language_of_words(words)
    return None if found == "en" else found


def languages_ready(labels: Mapping[str, int]) -> frozenset[str]:
    """The languages, by how many labels there are of each, of which the model has seen enough to be trusted."""
    return frozenset(language for language, count in labels.items() if count >= LABELS_FOR_A_LANGUAGE)


def known_share(words: Sequence[Word]) -> float:
    """The share of words that are known English; numbers and signs do not count. 1.0 when there are none."""
    plain = [word.folded for word in words if not word.is_number and not word.folded.isdigit() and len(word.folded) > 1]
    if not plain:
        return 1.0
    known = english_words()
    return sum(word in known for word in plain) / len(plain)


def strange_script(words: Sequence[Word]) -> str | None:
    """The first word in a script that triage does not read, or that mixes scripts; None when there is none.

    A single odd sign is no word: only three such letters or more count.
    """
    for word in words:
        if word.folded.isascii():
            continue
        scripts = {_script(letter) for letter in word.folded if letter.isalpha()}
        if len(scripts) > 1 and len(word.folded) >= _MIN_MIXED_LETTERS:
            return word.folded
    return None


def foreign_letters_share(words: Sequence[Word]) -> float:
    """The share of letters in scripts other than those of the known languages."""
    letters = [letter for word in words if not word.folded.isascii() for letter in word.folded if letter.isalpha()]
    total = sum(len(word.folded) for word in words)
    return sum(_script(letter) not in _SCRIPTS_OF_KNOWN for letter in letters) / total if total else 0.0


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "UNKNOWN").split(" ", 1)[0]
