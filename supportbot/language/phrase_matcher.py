"""Finds the policy's phrases in a customer's words, in one pass and in bounded time.

A phrase is words with a few signs an owner can read: `refund*` any ending, `*buchung*` anywhere in the word,
`charged|billed` either, `the?` may be missing, `..` up to four words between (in one sentence), `#` a number,
`cancelled & charged` both anywhere in the message, `<charged>` any word of that group.
Letters are compared without case, accents and invisible characters; German umlauts also as `ae`, `oe`, `ue`.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product

GAP_WORDS = 4
MIN_STEM = 3
MAX_HITS_PER_PHRASE = 4
_MAX_GAPS = 2
_MAX_OPTIONAL = 3
_MAX_SIDES = 3

_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670]")
_TOKEN = re.compile(
    r"(?P<number>\d+(?:[.,]\d+)*(?![^\W_]))|(?P<word>[^\W_]+(?:['’ʼ`´][^\W_]+)*)|(?P<sign>[$€£¥₺%])|(?P<stop>[.!?;\n؟。…]+)"
)
_APOSTROPHES = str.maketrans("", "", "'’ʼ`´")
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ة": "ه", "ى": "ي", "ک": "ك"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


@dataclass(frozen=True, slots=True)
class Word:
    """One word, number or currency sign of a text: folded for comparing, and where it stands in the clean text."""

    folded: str
    start: int
    end: int
    sentence: int
    is_number: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found: words `first` up to, not including, `end`."""

    key: Hashable
    first: int
    end: int
    side: "Side | None" = None

    def overlaps(self, places: Collection[int]) -> bool:
        """Whether one of its words stands at one of these places."""
        return any(at in places for at in range(self.first, self.end))


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a phrase joined with `&`: counts only when all `sides` of the same `number` are found."""

    number: int
    place: int
    sides: int


def complete(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without those sides of a joined phrase whose other sides are missing."""
    found: dict[int, set[int]] = {}
    for hit in hits:
        if hit.side:
            found.setdefault(hit.side.number, set()).add(hit.side.place)
    return [hit for hit in hits if hit.side is None or len(found[hit.side.number]) == hit.side.sides]


def clean(text: str) -> str:
    """The text as compatibility characters, without invisible ones and loose marks."""
    if text.isascii():
        return text
    return _MARKS.sub("", unicodedata.normalize("NFKC", _without_piled_marks(_INVISIBLE.sub("", text))))


def _without_piled_marks(text: str) -> str:
    """At most two combining marks a letter: normalising takes the square of their number in time."""
    kept: list[str] = []
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks <= 2:
            kept.append(letter)
    return "".join(kept)


def fold(word: str) -> str:
    """A word without case, accents and apostrophes."""
    if word.isascii():
        return word.lower() if word.isalnum() else word.lower().translate(_APOSTROPHES)
    bare = unicodedata.normalize("NFKD", word.casefold())
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return kept.translate(_LETTERS).translate(_APOSTROPHES)


def spellings(word: str) -> frozenset[str]:
    """A word folded, and with its umlauts as two letters."""
    return frozenset((fold(word), fold(word.casefold().translate(_UMLAUTS))))


def words_of(text: str) -> tuple[Word, ...]:
    """The words of a clean text, numbered by sentence."""
    words: list[Word] = []
    sentence = 0
    for match in _TOKEN.finditer(text):
        if match.lastgroup == "stop":
            sentence += 1
            continue
        is_number = match.lastgroup == "number"
        words.append(Word(fold(match.group()), match.start(), match.end(), sentence, is_number))
    return tuple(words)


Groups = Mapping[str, Sequence[str]]


def phrase_problem(phrase: str, *, groups: Groups | None = None) -> str | None:
    """What is wrong with a phrase, in words; None when it can be used with these groups."""
    sides = phrase.split(" & ")
    if len(sides) > _MAX_SIDES:
        return f"joins more than {_MAX_SIDES} sides with '&'; keep the telling ones"
    return next((problem for side in sides if (problem := _side_problem(side, groups or {}))), None)


def _side_problem(phrase: str, groups: Groups) -> str | None:
    parts = phrase.split()
    if not [part for part in parts if part != ".."]:
        return "is empty; write at least one word"
    if parts[0] == ".." or parts[-1] == "..":
        return "starts or ends with '..'; put a word on both sides"
    if parts.count("..") > _MAX_GAPS:
        return f"has more than {_MAX_GAPS} gaps ('..'); split it into two phrases"
    if sum(part.endswith("?") for part in parts) > _MAX_OPTIONAL:
        return f"has more than {_MAX_OPTIONAL} words that may be missing; split it into two phrases"
    if all(part.endswith("?") for part in parts if part != ".."):
        return "may be missing as a whole; leave one word without '?'"
    return next((problem for part in parts if part != ".." and (problem := _part_problem(part, groups))), None)


def _part_problem(part: str, groups: Groups) -> str | None:
    unknown = [name for name in _group_names(part) if name not in groups]
    if unknown:
        return f"names the group <{unknown[0]}>, which does not exist. Known: {', '.join(sorted(groups)) or 'none'}"
    for atom in _atoms(part, groups):
        stem = fold(atom.strip("*"))
        if atom == "#":
            continue
        if not stem or not all(letter.isalnum() or letter in "$€£¥₺%" for letter in stem):
            return f"has {atom!r}, which is not a word; use letters, digits and * | ? # .. & <group>"
        if "*" in atom.strip("*"):
            return f"has {atom!r}; '*' may stand only at the start or the end of a word"
        if "*" in atom and len(stem) < MIN_STEM:
            return f"has {atom!r}; a word with '*' needs at least {MIN_STEM} letters"
    return None


def _group_names(part: str) -> list[str]:
    return [atom[1:-1] for atom in part.removesuffix("?").split("|") if atom.startswith("<") and atom.endswith(">")]


def _atoms(part: str, groups: Groups) -> list[str]:
    names = _group_names(part)
    plain = [atom for atom in part.removesuffix("?").split("|") if atom[1:-1] not in names or not atom.startswith("<")]
    return [*plain, *(atom for name in names for atom in groups[name])]


@dataclass(slots=True)
class _Elements:
    """Which elements (a word with its alternatives) a folded word fits."""

    exact: dict[str, set[int]] = field(default_factory=dict)
    prefix: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    suffix: dict[str, list[tuple[str, int]]] = field(default_factory=dict)
    inside: list[tuple[str, int]] = field(default_factory=list)
    number: set[int] = field(default_factory=set)

    def add(self, atom: str, element: int) -> None:
        stem, front, back = atom.strip("*"), atom.startswith("*"), atom.endswith("*")
        for spelling in spellings(stem):
            if atom == "#":
                self.number.add(element)
            elif front and back:
                self.inside.append((spelling, element))
            elif back:
                self.prefix.setdefault(spelling[:MIN_STEM], []).append((spelling, element))
            elif front:
                self.suffix.setdefault(spelling[-MIN_STEM:], []).append((spelling, element))
            else:
                self.exact.setdefault(spelling, set()).add(element)

    def fitting(self, word: str) -> frozenset[int]:
        found = set(self.exact.get(word, ()))
        found.update(element for stem, element in self.prefix.get(word[:MIN_STEM], ()) if word.startswith(stem))
        found.update(element for stem, element in self.suffix.get(word[-MIN_STEM:], ()) if word.endswith(stem))
        found.update(element for stem, element in self.inside if stem in word)
        return frozenset(found)


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase without optional words: element ids, and for each how many words may stand before it."""

    key: Hashable
    side: Side | None
    elements: tuple[int, ...]
    gaps: tuple[int, ...]


class PhraseIndex:
    """Many phrases, found together. Each phrase stands under a key of the caller's choice."""

    def __init__(self, phrases: Iterable[tuple[Hashable, str]], *, groups: Groups | None = None) -> None:
        self._groups = groups or {}
        self._elements = _Elements()
        self._ids: dict[str, int] = {}
        self._phrases: list[_Phrase] = []
        for number, (key, text) in enumerate(phrases):
            sides = text.split(" & ")
            for place, side in enumerate(sides):
                self._add(key, Side(number, place, len(sides)) if len(sides) > 1 else None, side)
        self._by_rarest = self._grouped()
        self._fitting = lru_cache(maxsize=20_000)(self._elements.fitting)

    def find(self, words: Sequence[Word]) -> list[Hit]:
        """Every phrase that occurs, at most a few times each, in order of place."""
        fits = [self._fits(word) for word in words]
        present = frozenset().union(*fits)
        viable: dict[int, list[_Phrase]] = {}
        for element in present:
            for phrase in self._by_rarest.get(element, ()):
                if present.issuperset(phrase.elements):
                    viable.setdefault(phrase.elements[0], []).append(phrase)
        counts: dict[int, int] = {}
        hits: list[Hit] = []
        for at, fit in enumerate(fits):
            for phrase in (phrase for first in fit for phrase in viable.get(first, ())):
                count = counts.get(id(phrase), 0)
                end = _match(phrase, 1, at + 1, words, fits) if count < MAX_HITS_PER_PHRASE else None
                if end:
                    counts[id(phrase)] = count + 1
                    hits.append(Hit(phrase.key, at, end, phrase.side))
        return complete(hits)

    def _add(self, key: Hashable, side: Side | None, text: str) -> None:
        for variant in _without_optional(text):
            self._phrases.append(self._compile(key, side, variant))

    def _grouped(self) -> Mapping[int, Sequence[_Phrase]]:
        """The phrases by that of their elements which the fewest of them have: few are then looked at for a text."""
        shares = Counter(element for phrase in self._phrases for element in set(phrase.elements))
        grouped: dict[int, list[_Phrase]] = {}
        for phrase in self._phrases:
            grouped.setdefault(min(phrase.elements, key=lambda element: shares[element]), []).append(phrase)
        return grouped

    def _fits(self, word: Word) -> frozenset[int]:
        fitting = self._fitting(word.folded)
        return fitting | self._elements.number if word.is_number else fitting

    def _compile(self, key: Hashable, side: Side | None, parts: Sequence[str]) -> _Phrase:
        elements: list[int] = []
        gaps: list[int] = []
        gap = 0
        for part in parts:
            if part == "..":
                gap = GAP_WORDS
                continue
            elements.append(self._element(part))
            gaps.append(gap)
            gap = 0
        return _Phrase(key, side, tuple(elements), tuple(gaps))

    def _element(self, part: str) -> int:
        known = self._ids.get(part)
        if known is not None:
            return known
        self._ids[part] = element = len(self._ids)
        for atom in _atoms(part, self._groups):
            self._elements.add(atom, element)
        return element


def _without_optional(phrase: str) -> list[list[str]]:
    choices = [[[part.removesuffix("?")], []] if part.endswith("?") else [[part]] for part in phrase.split()]
    return [[part for chosen in combination for part in chosen] for combination in product(*choices)]


def _match(phrase: _Phrase, number: int, at: int, words: Sequence[Word], fits: Sequence[frozenset[int]]) -> int | None:
    if number == len(phrase.elements):
        return at
    sentence = words[at - 1].sentence
    for place in range(at, min(at + phrase.gaps[number] + 1, len(words))):
        if words[place].sentence != sentence:
            return None
        if phrase.elements[number] in fits[place]:
            end = _match(phrase, number + 1, place + 1, words, fits)
            if end:
                return end
    return None


def flatten(phrases: Mapping[str, Iterable[str]], key: Hashable) -> Iterable[tuple[Hashable, str]]:
    """Phrases by language as pairs of (key, phrase) for an index."""
    for listed in phrases.values():
        for phrase in listed:
            yield key, phrase
