"""Kinds of words, from a lexicon a person can read, and which of them stand in one sentence together.

A linear model adds up words; that an amount, a taking and "my account" stand in one sentence is more than their sum. As
hints: `word:amount`, `told+amount` (in a sentence that tells), `amount+took` (both in it), `has:general` (some sentence
of the message asks in general).
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib import resources
from itertools import combinations

from supportbot.triage.parsed_text import Reading

_FILE = "word_kinds.txt"
_NUMBER = "number"
Places = tuple[list[int], ...]


def kind_hints(reading: Reading, first: int, end: int) -> Iterator[tuple[str, Places]]:
    """The hints of words `first` up to, not including, `end`, each with the places it rests on.

    Words that a look-alike of the policy explains do not count.
    """
    seen = [at for at in range(first, end) if at not in reading.explained_places]
    for manner in set(reading.manners.values()):
        yield f"has:{manner}", (seen,)
    for sentence, kinds in _by_sentence(reading, seen).items():
        manner = reading.manners[sentence]
        ordered = sorted(kinds)
        for kind in ordered:
            yield f"word:{kind}", (kinds[kind],)
            yield f"{manner}+{kind}", (kinds[kind],)
        for one, other in combinations(ordered, 2):
            yield f"{one}+{other}", (kinds[one], kinds[other])


def _by_sentence(reading: Reading, seen: list[int]) -> dict[int, dict[str, list[int]]]:
    known = _kinds_of_words()
    found: dict[int, dict[str, list[int]]] = {}
    for at in seen:
        word = reading.words[at]
        kinds = known.get(word.folded, ())
        if word.is_number or word.folded.isdigit():
            kinds = (*kinds, _NUMBER)
        for kind in kinds:
            found.setdefault(word.sentence, {}).setdefault(kind, []).append(at)
    return found


@lru_cache(maxsize=1)
def _kinds_of_words() -> Mapping[str, tuple[str, ...]]:
    """The kinds of each word of the lexicon, folded."""
    text = resources.files("supportbot.triage").joinpath(_FILE).read_text(encoding="utf-8")
    found: dict[str, tuple[str, ...]] = {}
    kind = ""
    for line in text.splitlines():
        if line.startswith("["):
            kind = line.strip("[]")
        elif line and not line.startswith("#"):
            for word in dict.fromkeys(line.split()):
                found[word] = (*(one for one in found.get(word, ()) if one != kind), kind)
    return found
