"""Finds everyday questions outside English, by what the policy lists for each language. Pure."""

from dataclasses import dataclass

from supportbot.triage.known_words import is_small, language_of
from supportbot.triage.parsed_text import Reading, key_of

_ROUTINE_COVERED, _SENTENCE_COVERED = 0.75, 0.5
_ASKED_COVERED, _ASKING_COVERED = 0.4, 0.25
_ROUTINE_MAX_WORDS, _MOST_UNTOLD = 60, 5
_SHORT_SENTENCE = 3


@dataclass(frozen=True, slots=True)
class Everyday:
    """What speaks for an everyday question of one language: places of listed words, sentences that open as one."""

    places: set[int]
    asking: set[int]


def everyday_elsewhere(reading: Reading) -> Everyday | None:
    """What makes a message outside English an everyday question; None when it is none.

    The policy's routine phrases with the language's small words make up the whole message, or its sentences open as
    questions in general do. What the policy lists as no routine outweighs both; a look-alike explains single words.
    """
    if len(reading.words) > _ROUTINE_MAX_WORDS:
        return None
    listed = (*reading.of("routine"), *reading.of("asks"))
    if not (listed or reading.explained):
        return None
    explained = {reading.words[at].sentence for at in reading.explained_places}
    found: dict[str, Everyday] = {}
    own = language_of(reading.words) if explained else None
    if own:
        found[own] = Everyday(set(reading.explained_places), set(explained))
    for hit in listed:
        everyday = found.setdefault(key_of(hit)[1], Everyday(set(reading.explained_places), set(explained)))
        everyday.places.update(range(hit.first, hit.end))
        if key_of(hit)[0] == "asks":
            everyday.asking.add(reading.words[hit.first].sentence)
    for hit in reading.of("not_routine"):
        if hit.end - hit.first > 1 or not hit.overlaps(reading.explained_places):
            found.pop(key_of(hit)[1], None)
    covered = (everyday for language, everyday in found.items() if _is_covered(reading, language, everyday))
    return next(covered, None)


def _is_covered(reading: Reading, language: str, everyday: Everyday) -> bool:
    """Whether enough words are told of, in the message and in each of its sentences; names and numbers count."""
    told = [
        at in everyday.places or not word.folded.isalpha() or is_small(word.folded, language)
        for at, word in enumerate(reading.words)
    ]
    sentences: dict[int, list[bool]] = {}
    for word, is_told in zip(reading.words, told, strict=True):
        sentences.setdefault(word.sentence, []).append(is_told)
    is_asked = bool(everyday.asking)
    return (
        sum(told) >= (_ASKED_COVERED if is_asked else _ROUTINE_COVERED) * len(told)
        and (is_asked or len(told) - sum(told) <= _MOST_UNTOLD)
        and all(
            sum(those) >= (_ASKING_COVERED if number in everyday.asking else _SENTENCE_COVERED) * len(those)
            for number, those in sentences.items()
            if len(those) > _SHORT_SENTENCE
        )
    )
