"""What the linear model sees of a text: words, pairs of words, pieces of words, and hints.

A feature is a string: `refund` a word, `money back` a pair, `~ ref` a piece (with the blank at a word's edge). Hints
are which of the policy's phrases hit and in what manner its sentence speaks: `rule:refund`, `general:refund` (in a
general question), `told:refund`, `kind:money`, `topic:billing`, `alike:refund_has_arrived`, `manner:told`; and which
kinds of words stand together (kinds.py). Numbers are all `#`, so no number is ever kept.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain, islice

from supportbot.language.phrase_matcher import Hit, Word
from supportbot.routing.policy import TriageRules
from supportbot.triage.parsed_text import Reading, key_of
from supportbot.triage.speech_act import Manner
from supportbot.triage.word_kinds import kind_hints

PIECE = "~"
NUMBER = "#"
_PIECE_LENGTHS = (3, 4, 5)
_LONGEST_WORD = 24
_MAX_CLAUSES = 40
_MIN_CLAUSE_WORDS = 3
_BREAKS = frozenset(",:()\u2013\u2014")
# English and its neighbours; left out where another language's word is a common one in English (car, want, i).
_JOINING_WORDS = (
    "and but because so then also plus however although though yet while since if which und aber weil denn doch et "
    "mais donc y pero porque mas però perché en maar omdat ale ve ama"
)
_JOINING = frozenset(_JOINING_WORDS.split())


@dataclass(frozen=True, slots=True)
class Clause:
    """Words `first` up to, not including, `end` of a reading."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Located:
    """Hints of one phrase found: it covers words `first` up to, not including, `end`."""

    first: int
    end: int
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Features:
    """The features of some words, by block; each block is scaled by itself, so long texts do not weigh more."""

    words: frozenset[str]
    pieces: frozenset[str]
    hints: frozenset[str]


def features_of(
    reading: Reading, rules: TriageRules, clause: Clause | None = None, *, located: Sequence[Located] | None = None
) -> Features:
    """What stands in a clause, or in the whole message, without the words that a look-alike of the policy explains.

    Args:
        located: the reading's hints, where they are at hand; many clauses then share the work.
    """
    part = clause or Clause(0, len(reading.words))
    hidden = reading.explained_places
    tokens = {at: token(reading.words[at]) for at in range(part.first, part.end) if at not in hidden}
    pieces = frozenset(chain.from_iterable(map(pieces_of, set(tokens.values()))))
    hints = hint_places(located_hints(reading, rules) if located is None else located, part)
    return Features(
        frozenset(_grams(reading, tokens)),
        pieces,
        frozenset((*hints, *(name for name, _ in kind_hints(reading, part.first, part.end)))),
    )


def clauses_of(reading: Reading) -> tuple[Clause, ...]:
    """The clauses of a message of two clauses or more; at most forty, the rest in the last one."""
    words = reading.words
    starts = [at for at in range(1, len(words)) if _breaks(reading.text, words[at - 1], words[at])]
    bounds = [0, *starts, len(words)]
    kept = [0]
    for bound in bounds[1:-1]:
        if (
            bound - kept[-1] >= _MIN_CLAUSE_WORDS
            and len(words) - bound >= _MIN_CLAUSE_WORDS
            and len(kept) < _MAX_CLAUSES
        ):
            kept.append(bound)
    if len(kept) < 2:
        return ()
    return tuple(Clause(first, end) for first, end in zip(kept, [*kept[1:], len(words)], strict=True))


def token(word: Word) -> str:
    """A word as the model knows it."""
    return NUMBER if word.is_number or word.folded.isdigit() else word.folded[:_LONGEST_WORD]


@lru_cache(maxsize=20_000)
def pieces_of(word: str) -> tuple[str, ...]:
    """The pieces of three to five letters of a word, its edges marked with a blank."""
    if word == NUMBER:
        return ()
    padded = f" {word} "
    found = []
    for length in _PIECE_LENGTHS:
        if len(padded) <= length:
            found.append(PIECE + padded)
            break
        found += [PIECE + padded[at : at + length] for at in range(len(padded) - length + 1)]
    return tuple(dict.fromkeys(found))


def _breaks(text: str, before: Word, word: Word) -> bool:
    if word.sentence != before.sentence or word.folded in _JOINING:
        return True
    return any(sign in _BREAKS for sign in text[before.end : word.start]) or " - " in text[before.end : word.start]


def _grams(reading: Reading, tokens: Mapping[int, str]) -> Iterator[str]:
    yield from tokens.values()
    for at, second in tokens.items():
        first = tokens.get(at - 1)
        if first is not None and reading.words[at].sentence == reading.words[at - 1].sentence:
            yield f"{first} {second}"


def located_hints(reading: Reading, rules: TriageRules) -> tuple[Located, ...]:
    """The hints of the policy and the words that each covers, in order of place."""
    manners = reading.manners
    found: list[Located] = []
    for hit in reading.hits:
        is_explained = key_of(hit)[0] == "topic" and hit.overlaps(reading.explained_places)
        names = () if is_explained else _hint(hit, reading, rules, manners[reading.words[hit.first].sentence])
        if names:
            found.append(Located(hit.first, hit.end, names))
    found += _own_manners(reading, manners)
    return tuple(sorted(found, key=lambda one: one.first))


def _own_manners(reading: Reading, manners: Mapping[int, Manner]) -> Iterator[Located]:
    last = None
    for at, word in enumerate(reading.words):
        if word.sentence != last:
            yield Located(at, at + 1, (f"manner:{manners[word.sentence]}",))
        last = word.sentence


def hint_places(located: Sequence[Located], part: Clause) -> dict[str, set[int]]:
    """The hints that stand wholly in a clause, each with the words it covers."""
    found: dict[str, set[int]] = {}
    start = bisect_left(located, part.first, key=lambda one: one.first)
    for one in islice(located, start, None):
        if one.first >= part.end:
            break
        if one.end <= part.end:
            for name in one.names:
                found.setdefault(name, set()).update(range(one.first, one.end))
    return found


def _hint(hit: Hit, reading: Reading, rules: TriageRules, manner: Manner) -> tuple[str, ...]:
    kind, name = key_of(hit)[0], key_of(hit)[1]
    if kind == "rule":
        hold = rules.by_name[name].hold
        return (f"rule:{name}", f"kind:{hold}", f"{manner}:{name}", f"{manner}:{hold}")
    if kind == "lookalike":
        return (f"alike:{name}",) if name in reading.explained else ()
    return (f"topic:{name}", f"{manner}:{name}") if kind == "topic" else ()
