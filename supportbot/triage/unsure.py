"""Hold when unsure: what in a message says that nobody can tell from its words what it asks for. Pure."""

import re
from collections.abc import Iterator

from supportbot.routing.types import Reason
from supportbot.triage.evidence import Evidence, short
from supportbot.triage.languages import foreign_letters_share, is_small, strange_script
from supportbot.triage.reading import Reading, key_of

_FOREIGN_LETTERS = 0.2
_ROUTINE_COVERED, _SENTENCE_COVERED = 0.75, 0.5
_ROUTINE_MAX_WORDS, _MOST_UNTOLD = 60, 5
_SHORT_SENTENCE = 3
_REQUEST = re.compile(
    r"[?؟]|\b(?:please|can you|could you|would you|i want|i need|i would like|i'd like|tell me|help me|also)\b",
    re.IGNORECASE,
)


def unsure_reasons(evidence: Evidence) -> Iterator[Reason]:
    """Why nobody can tell, in the order of how plain it is; none when the words tell enough."""
    reading, limits = evidence.reading, evidence.rules.hold_when_unsure
    if not any(word.folded.isalpha() for word in reading.words):
        yield Reason("unsure", "no_words", "there are no words in it")
        return
    if len(evidence.text) > limits.max_characters or not reading.is_whole:
        yield Reason("unsure", "long_message", f"it is longer than {limits.max_characters:,} characters")
    yield from _language_reasons(evidence)
    requests = _requests(reading)
    if requests > limits.max_requests:
        yield Reason("unsure", "many_requests", f"it asks for {requests} things at once")
    if limits.no_clear_topic and not evidence.topics and not _is_clear_to_the_model(evidence):
        yield Reason("unsure", "no_clear_topic", "no topic is clear from its words")


def _is_clear_to_the_model(evidence: Evidence) -> bool:
    if evidence.score is None:
        return False
    return max(evidence.score.topics.values(), default=0.0) >= evidence.weights.thresholds.clear_topic


def _language_reasons(evidence: Evidence) -> Iterator[Reason]:
    odd = strange_script(evidence.reading.words)
    if odd:
        yield Reason("unsure", "mixed_script", "a word mixes letters of two scripts", (short(odd),))
    if foreign_letters_share(evidence.reading.words) > _FOREIGN_LETTERS:
        yield Reason("unsure", "other_script", "it is written in letters that triage cannot read")
    elif evidence.is_mostly_unknown and not _is_routine_elsewhere(evidence.reading):
        yield Reason("unsure", "unknown_words", "most of its words are unknown")


def _is_routine_elsewhere(reading: Reading) -> bool:
    """Whether the policy's routine phrases of one language, with its small words, make up the whole message.

    What the policy lists as no routine of that language outweighs them; a look-alike explains single words of it.
    """
    if len(reading.words) > _ROUTINE_MAX_WORDS:
        return False
    by_language: dict[str, set[int]] = {}
    for hit in reading.of("routine"):
        by_language.setdefault(key_of(hit)[1], set(reading.explained_places)).update(range(hit.first, hit.end))
    for hit in reading.of("not_routine"):
        if hit.end - hit.first > 1 or not hit.overlaps(reading.explained_places):
            by_language.pop(key_of(hit)[1], None)
    return any(_is_covered(reading, language, places) for language, places in by_language.items())


def _is_covered(reading: Reading, language: str, places: set[int]) -> bool:
    """Whether enough words are told of, in the message and in each of its sentences; names and numbers count."""
    told = [
        at in places or not word.folded.isalpha() or is_small(word.folded, language)
        for at, word in enumerate(reading.words)
    ]
    sentences: dict[int, list[bool]] = {}
    for word, is_told in zip(reading.words, told, strict=True):
        sentences.setdefault(word.sentence, []).append(is_told)
    return (
        sum(told) >= _ROUTINE_COVERED * len(told)
        and len(told) - sum(told) <= _MOST_UNTOLD
        and all(
            sum(those) >= _SENTENCE_COVERED * len(those) for those in sentences.values() if len(those) > _SHORT_SENTENCE
        )
    )


def _requests(reading: Reading) -> int:
    """How many sentences ask for something."""
    starts = [
        word.start
        for at, word in enumerate(reading.words)
        if at == 0 or word.sentence != reading.words[at - 1].sentence
    ]
    ends = [*starts[1:], len(reading.text)]
    return sum(bool(_REQUEST.search(reading.text, start, end)) for start, end in zip(starts, ends, strict=True))
