"""Hold when unsure: what in a message says that nobody can tell from its words what it asks for. Pure."""

import re
from collections.abc import Iterator

from supportbot.routing.types import Reason
from supportbot.triage.evidence import Evidence, short
from supportbot.triage.known_words import foreign_letters_share, strange_script
from supportbot.triage.parsed_text import Reading

_FOREIGN_LETTERS = 0.2
# So far below the limit, in log odds, that a message of high risk is rarely found there.
_PLAINLY_LOW = 1.0
_WHOLE_SENTENCE = 6
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
    if limits.no_clear_topic and not evidence.topics and not _is_clear_otherwise(evidence):
        yield Reason("unsure", "no_clear_topic", "no topic is clear from its words")


def _is_clear_otherwise(evidence: Evidence) -> bool:
    """Whether the model names a topic, or the message is an everyday question in a language the model cannot read."""
    score, limits = evidence.score, evidence.weights.thresholds
    if score is None:
        return evidence.is_mostly_unknown and evidence.everyday is not None
    # Where the model sees plainly no risk in a whole sentence, a topic half as clear will do: at worst the wrong
    # article is offered.
    is_plainly_low = score.risk < limits.hold - _PLAINLY_LOW and len(evidence.reading.words) >= _WHOLE_SENTENCE
    return max(score.topics.values(), default=0.0) >= limits.clear_topic * (0.5 if is_plainly_low else 1)


def _language_reasons(evidence: Evidence) -> Iterator[Reason]:
    odd = strange_script(evidence.reading.words)
    if odd:
        yield Reason("unsure", "mixed_script", "a word mixes letters of two scripts", (short(odd),))
    if foreign_letters_share(evidence.reading.words) > _FOREIGN_LETTERS:
        yield Reason("unsure", "other_script", "it is written in letters that triage cannot read")
    elif evidence.is_mostly_unknown and evidence.everyday is None:
        yield Reason("unsure", "unknown_words", "most of its words are unknown")


def _requests(reading: Reading) -> int:
    """How many sentences ask for something."""
    starts = [
        word.start
        for at, word in enumerate(reading.words)
        if at == 0 or word.sentence != reading.words[at - 1].sentence
    ]
    ends = [*starts[1:], len(reading.text)]
    return sum(bool(_REQUEST.search(reading.text, start, end)) for start, end in zip(starts, ends, strict=True))
