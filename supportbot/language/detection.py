"""Which language a text is written in, by its small words and its own letters; None when it cannot be told.

Also what speaks against a text being in a language: the small words of another one, another script, or none at all.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache

from supportbot.language.languages import LANGUAGES, lines, words
from supportbot.language.phrase_matcher import Word, spellings, words_of

# From how many letters, words and small words on a text can be told.
_FEW_LETTERS = 12
_MANY_WORDS = 12
_SURE_HITS = 3
_READ = 4_000
_LEAST_VOTES, _CLEARLY_LESS = 1.2, 0.95
_WORDS = {language: frozenset(words(language, "small")) for language in LANGUAGES if lines(language, "small")}
_WORD = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile(r"[\u0600-\u06ff]")


def guess_language(text: str) -> str | None:
    """The language of `text`, or None when too little speaks for one, or as much for another."""
    letters = sum(mark.isalpha() for mark in text)
    if letters and len(_ARABIC.findall(text)) * 2 > letters:
        return "ar"
    return language_of_words(words_of(text[:_READ]), letters=text[:_READ].lower())


def language_of_words(said: Sequence[Word], *, letters: str = "") -> str | None:
    """The same of words that were read already.

    Each small word speaks for the languages that have it, in equal parts; the commonest ones half as much again.

    Args:
        letters: the text in small letters, where it is at hand: each letter that only one language has speaks for it.
    """
    scores: Counter[str] = Counter()
    for word in said:
        scores.update(_votes().get(word.folded, {}))
    for letter, language in _own_letters().items():
        if letters and letter in letters:
            scores[language] += letters.count(letter)
    if not scores:
        return None
    (language, most), (_, second) = [*scores.most_common(2), ("", 0.0)][:2]
    return language if most >= _LEAST_VOTES and second < most * _CLEARLY_LESS else None


@lru_cache(maxsize=1)
def _votes() -> Mapping[str, Mapping[str, float]]:
    """What each small word, folded, counts for the languages that have it."""
    listed: dict[str, dict[str, float]] = {}
    for section, weight in (("everyday", 1.0), ("small", 1.5)):
        for language in LANGUAGES:
            for word in words(language, section):
                for spelling in spellings(word):
                    listed.setdefault(spelling, {})[language] = weight
    return {word: {one: weight / len(of) for one, weight in of.items()} for word, of in listed.items()}


@lru_cache(maxsize=1)
def _own_letters() -> Mapping[str, str]:
    return {letter: language for language in LANGUAGES for letter in "".join(words(language, "own_letters"))}


def other_language(text: str, language: str) -> str | None:
    """What a text is in when it is not in `language`: another language, "another script", "no language"; else None.

    A text that is too short to tell is let through.
    """
    letters = [mark for mark in text if mark.isalpha()]
    arabic, latin = len(_ARABIC.findall(text)), sum(map(_is_latin, letters))
    wanted = arabic if language == "ar" else latin
    if len(letters) >= _FEW_LETTERS and wanted * 2 < len(letters):
        guessed = guess_language(text)
        return guessed if guessed and guessed != language else "another script"
    if language == "ar":
        return None
    count, hits = len(_WORD.findall(text)), _hits(text)
    own = next((found for found, name in hits if name == language), 0)
    most, best = hits[0]
    if best != language and most >= _SURE_HITS and most >= 2 * own + 1:
        return best
    return "no language" if own == 0 and count >= _MANY_WORDS else None


def is_foreign(sentence: str, language: str) -> bool:
    """Whether one sentence is surely in another language than `language`, or in another script."""
    letters = [mark for mark in sentence if mark.isalpha()]
    arabic = len(_ARABIC.findall(sentence))
    if language == "ar" or arabic:
        return len(letters) >= _FEW_LETTERS and (arabic == 0 if language == "ar" else arabic * 2 > len(letters))
    best, own = _WORDS[_hits(sentence)[0][1]], _WORDS.get(language, frozenset())
    said = [word.lower() for word in _WORD.findall(sentence)]
    # What both languages have, such as "to" and "we" in Polish, says nothing.
    return sum(word in best - own for word in said) >= 2 and not any(word in own - best for word in said)


def _hits(text: str) -> list[tuple[int, str]]:
    """How many small words of each language a text has, most first."""
    said = [word.lower() for word in _WORD.findall(text[:4_000])]
    return sorted(((sum(word in small for word in said), name) for name, small in _WORDS.items()), reverse=True)


@lru_cache(maxsize=2048)
def _is_latin(mark: str) -> bool:
    return unicodedata.name(mark, "").startswith("LATIN")
