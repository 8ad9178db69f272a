"""Reads one message once: its words, and every phrase of the policy that stands in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from supportbot.language.phrase_matcher import Hit, Word, clean, complete, words_of
from supportbot.routing.policy import TriageRules
from supportbot.triage.known_words import known_share, language_of
from supportbot.triage.speech_act import NO_CLAIM, Manner, manners_of

# Longer messages are held anyway; what stands beyond is not looked at.
MAX_READ_CHARACTERS = 6_000
ENGLISH = "en"
_PLAINLY_ENGLISH = 0.8


@dataclass(frozen=True, slots=True)
class Reading:
    """A message's clean text, its words, and the phrases found, less those that a look-alike explains.

    `explained` names those look-alikes and `explained_places` the words they cover. `is_whole` is false where the text
    goes on beyond what was read. `manners` tells how each sentence speaks.
    """

    text: str
    words: tuple[Word, ...]
    hits: tuple[Hit, ...]
    explained: frozenset[str]
    explained_places: frozenset[int]
    is_whole: bool
    manners: Mapping[int, Manner]

    def of(self, kind: str) -> tuple[Hit, ...]:
        """The hits of one kind: "rule", "topic", "routine"."""
        return tuple(hit for hit in self.hits if key_of(hit)[0] == kind)

    @property
    def topical(self) -> tuple[Hit, ...]:
        """The hits that speak for a topic."""
        return (*self.of("topic"), *self.of("routine"), *self.of("weak"))

    def is_claim(self, hit: Hit) -> bool:
        """Whether a hit stands in a sentence that may tell of something done to the writer."""
        return self.manners[self.words[hit.first].sentence] not in NO_CLAIM

    def quote(self, hit: Hit) -> str:
        """The customer's own words of a hit."""
        return self.text[self.words[hit.first].start : self.words[hit.end - 1].end]


def key_of(hit: Hit) -> tuple[str, ...]:
    """The policy's key of a hit: its kind, then names."""
    assert isinstance(hit.key, tuple)
    return hit.key


def _meant(hits: Sequence[Hit], words: Sequence[Word]) -> Iterator[Hit]:
    """The hits less those of another language's rules in a plainly English sentence: `disput*` is Spanish too."""
    sentences: dict[int, list[Word]] = {}
    for word in words:
        sentences.setdefault(word.sentence, []).append(word)
    languages: dict[int, str | None] = {}
    for hit in hits:
        number = words[hit.first].sentence
        if key_of(hit)[0] == "rule" and key_of(hit)[-1] != ENGLISH:
            if number not in languages:
                languages[number] = language_of(sentences[number]) or _english_at_least(sentences[number])
            if languages[number] == ENGLISH:
                continue
        yield hit


def _english_at_least(words: Sequence[Word]) -> str | None:
    return ENGLISH if known_share(words) >= _PLAINLY_ENGLISH else None


def read(text: str, rules: TriageRules) -> Reading:
    """Find the policy's phrases in a text of any length and any letters."""
    whole = clean(text[:MAX_READ_CHARACTERS])
    is_whole = max(len(text), len(whole)) <= MAX_READ_CHARACTERS
    cleaned = whole[:MAX_READ_CHARACTERS]
    words = words_of(cleaned)
    hits = rules.index.find(words)
    contradicted = {key_of(hit)[1] for hit in hits if key_of(hit)[0] == "but_not"}
    explaining = [hit for hit in hits if key_of(hit)[0] == "lookalike" and key_of(hit)[1] not in contradicted]
    places = {at for hit in explaining for at in range(hit.first, hit.end)}
    kept = complete([hit for hit in _meant(hits, words) if key_of(hit)[0] != "rule" or not hit.overlaps(places)])
    explained = frozenset(key_of(hit)[1] for hit in explaining)
    return Reading(cleaned, words, tuple(kept), explained, frozenset(places), is_whole, manners_of(cleaned, words))
