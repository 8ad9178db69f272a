"""Finds cards, IBANs, e-mail addresses and telephone numbers in what people write, in ten languages. Pure.

A number is judged by its own form first (Luhn, mod 97, a telephone number that exists) and by the nearest word before
it second: "order 4811217712" is no telephone number, "card 1234 5678 9012 3456" is a card even when it is mistyped.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, get_args

from supportbot.language.amounts import amount_spans
from supportbot.language.extract_values import date_spans
from supportbot.language.languages import either
from supportbot.language.lookalikes import plain
from supportbot.prompting.personal_data.cards import is_card
from supportbot.prompting.personal_data.emails import email_spans
from supportbot.prompting.personal_data.ibans import iban_spans
from supportbot.prompting.personal_data.phones import is_phone

Kind = Literal["card", "iban", "email", "phone"]
KINDS: tuple[Kind, ...] = get_args(Kind)
# What may stand between the digits of one number; a run is broken by anything else.
_BETWEEN = r"[ \t\r\n.\-–—‐‑‒−/·_]"
_RUN = re.compile(rf"(?<![\w#])(?<!\w[-_./#])\d+(?:{_BETWEEN}{{1,3}}\d+)*(?![\w%°])")
_PHONE = re.compile(rf"(?<![\w#+])(?<!\w[-_./#])(?:\+\s?)?\(?\d(?:(?:{_BETWEEN}|[()]){{0,3}}\d){{6,18}}(?![\w%°])")
_GROUP = re.compile(r"\d+")
_REACH = 40  # how far back a word may stand that says what a number is
_MOST_GROUPS = 19

_MEANT = re.compile(
    rf"(?P<card>\b(?:{either('card_words')})\b)|(?P<iban>\b(?:iban)\b)"
    rf"|(?P<phone>\b(?:{either('phone_words')})\b)|(?P<id>\b(?:{either('id_words')})\b)",
    re.IGNORECASE,
)
_MAY_HOLD = re.compile(r"[@＠]|(?:\d\D*){7}")  # no number that is looked for has fewer digits
# When something was said, as a prompt gives it: by far the most frequent text with many digits.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?(?:[+-]\d\d:\d\d)?", re.ASCII)
# Without those only a spelled address can be there, and then one of these is.
_SPELLED = re.compile(
    rf"[\[({{<]\s*(?:{either('at_sign')})\s*[\])}}>]|\b(?:{either('dot')})\b|yahoo|outlook|{either('email_words')}",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PersonalSpan:
    """One value: where it stands in the text, what it is, and the spelling by which two are the same."""

    start: int
    end: int
    kind: Kind
    key: str


def personal_spans(text: str, *, locale: str = "en", keep: Collection[str] = ()) -> tuple[PersonalSpan, ...]:
    """Every value that is a person's own, in order, none overlapping.

    Args:
        locale: whose telephone numbers may stand without a country code.
        keep: ids of the case (orders, invoices, charges); a number that is one of them is left alone.
    """
    if not (_MAY_HOLD.search(text) or _SPELLED.search(text)) or _MOMENT.fullmatch(text):
        return ()
    spelled, places = _spell(text)
    known = {_bare(name) for name in keep} - {""}
    meanings = Meanings(spelled)
    found: list[PersonalSpan] = []
    finders: tuple[tuple[Kind, Callable[[str], Iterator[tuple[int, int]]]], ...] = (
        ("email", email_spans),
        ("iban", iban_spans),
        ("card", lambda left: _cards(left, known, meanings)),
        ("phone", lambda left: _phones(left, known, meanings, locale)),
    )
    for kind, find in finders:
        for start, end in list(find(spelled)):
            found.append(PersonalSpan(places[start], places[end - 1] + 1, kind, _key(kind, spelled[start:end])))
            spelled = spelled[:start] + "\x00" * (end - start) + spelled[end:]
    return tuple(sorted(found, key=lambda span: span.start))


class Meanings:
    """What the words of a text say its numbers are: card, iban, phone, or an id of another kind."""

    def __init__(self, text: str) -> None:
        found = [(match.end(), match.lastgroup) for match in _MEANT.finditer(text)]
        self._ends = [end for end, _ in found]
        self._kinds = [kind for _, kind in found]

    def before(self, start: int) -> str | None:
        """What the nearest word before a number says it is; None when none stands near."""
        nearest = bisect_right(self._ends, start) - 1
        return self._kinds[nearest] if nearest >= 0 and start - self._ends[nearest] <= _REACH else None


def _cards(text: str, known: Collection[str], meanings: Meanings) -> Iterator[tuple[int, int]]:
    for run in _RUN.finditer(text):
        groups = [(match.start(), match.end()) for match in _GROUP.finditer(text, run.start(), run.end())]
        position = 0
        while position < len(groups):
            said = meanings.before(groups[position][0])
            size = _card_at(text, groups[position : position + _MOST_GROUPS], known, said)
            if size:
                yield groups[position][0], groups[position + size - 1][1]
            position += size or 1


def _card_at(text: str, groups: Sequence[tuple[int, int]], known: Collection[str], said: str | None) -> int:
    """How many of the groups, from the first on, make up a card's number; 0 when none do."""
    sizes: list[int] = []
    for count, (start, end) in enumerate(groups, start=1):
        sizes.append(end - start)
        length = sum(sizes)
        if length > 19:
            break
        digits = "".join(text[a:b] for a, b in groups[:count]) if length >= 12 else ""
        if digits and digits not in known and is_card(digits, sizes, said):
            return count
    return 0


def _phones(text: str, known: Collection[str], meanings: Meanings, locale: str) -> Iterator[tuple[int, int]]:
    taken = [span[:2] for span in (*date_spans(text), *amount_spans(text, None))]
    for match in _PHONE.finditer(text):
        start, end = match.span()
        if any(start < other_end and other_start < end for other_start, other_end in taken):
            continue
        written = match.group()
        if _bare(written) not in known and is_phone(written, meanings.before(start), locale):
            yield start, end


def _spell(text: str) -> tuple[str, Sequence[int]]:
    """The text in plain digits and spaces without invisible marks, and where each of its marks stood."""
    spelled = plain(text)
    if spelled.isascii():
        return spelled, range(len(spelled))
    places = [place for place, mark in enumerate(spelled) if not _is_invisible(mark)]
    return "".join(spelled[place] for place in places), places


@lru_cache(maxsize=4096)
def _is_invisible(mark: str) -> bool:
    return unicodedata.category(mark) == "Cf"


def _bare(value: str) -> str:
    return re.sub(r"[^a-z0-9]", "", value.lower())


def _key(kind: Kind, written: str) -> str:
    return re.sub(r"\s", "", written).lower() if kind == "email" else _bare(written)
