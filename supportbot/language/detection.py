"""Which of the ten languages a text is written in, by its commonest small words; None when it cannot be told.

Also what speaks against a text being in a language: the small words of another one, another script, or none at all.
"""

import re
import unicodedata
from functools import lru_cache

from supportbot.language.languages import LANGUAGES, lines, words

# From how many letters, words and small words on a text can be told.
_FEW_LETTERS = 12
_MANY_WORDS = 12
_SURE_HITS = 3
_WORDS = {language: frozenset(words(language, "small")) for language in LANGUAGES if lines(language, "small")}
_WORD = re.compile(r"[^\W\d_]+")
_ARABIC = re.compile(r"[\u0600-\u06ff]")


def guess_language(text: str) -> str | None:
    """The language of `text`, or None when fewer than two small words speak for it or two languages tie."""
    letters = sum(mark.isalpha() for mark in text)
    if letters and len(_ARABIC.findall(text)) * 2 > letters:
        return "ar"
    (most, language), (second, _) = _hits(text)[:2]
    return language if most >= 2 and most > second else None


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
