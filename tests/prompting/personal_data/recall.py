"""Counts how much personal data of a marked file becomes placeholders, and how much else does. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from supportbot.errors import InvalidInput
from supportbot.prompting.personal_data.finder import KINDS, Kind, PersonalSpan, personal_spans

# What data sets call the four kinds.
MARKS: Mapping[str, Kind] = {
    "card": "card",
    "card_number": "card",
    "credit_card": "card",
    "iban": "iban",
    "email": "email",
    "email_address": "email",
    "phone": "phone",
    "phone_number": "phone",
}
# Below this many digits a marked number is a part of one (the last four of a card), which stays readable on purpose.
_WHOLE: Mapping[Kind, int] = {"card": 12, "phone": 7, "iban": 0, "email": 0}


@dataclass(frozen=True, slots=True)
class KindCount:
    """One kind: values marked, marked values that are whole, and how many of either became placeholders."""

    kind: Kind
    marked: int
    found: int
    whole: int
    whole_found: int


@dataclass(frozen=True, slots=True)
class Recall:
    """A file's counts. `others` are placeholders where nothing of the four kinds is marked."""

    rows: int
    kinds: tuple[KindCount, ...]
    others: tuple[str, ...]


class _Row(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)
    text: Annotated[str, Field(max_length=100_000)]
    tags: list[str] = []


@dataclass(frozen=True, slots=True)
class _Value:
    kind: Kind | None
    start: int
    end: int


def measure(lines: Iterable[str], *, locale: str = "en") -> Recall:
    """Count over JSON lines of `text` and, for each of its words, a tag in `tags` (any other name means none).

    Raises:
        InvalidInput: a line that cannot be read, by its number.
    """
    values: list[tuple[Kind, bool, bool]] = []
    others: list[str] = []
    count = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        row = _read(line, number)
        count += 1
        spans = personal_spans(row.text, locale=locale)
        marked = [value for value in _values(row) if value.kind is not None]
        values += [(value.kind, _is_whole(value, row.text), _covered(value, spans)) for value in marked if value.kind]
        others += [row.text[span.start : span.end] for span in spans if not _meets(span, marked)]
    return Recall(count, tuple(_count(kind, values) for kind in KINDS), tuple(others))


def _read(line: str, number: int) -> _Row:
    try:
        row = _Row.model_validate_json(line)
    except ValidationError as error:
        problem = error.errors(include_url=False)[0]
        where = ".".join(map(str, problem["loc"])) or "the line"
        raise InvalidInput(f"Line {number}: {where}: {problem['msg']}. Write JSON with text and tags.") from error
    words = len(row.text.split())
    if row.tags and len(row.tags) != words:
        raise InvalidInput(f"Line {number}: {len(row.tags)} tags for {words} words. Give one tag for each word.")
    return row


def _values(row: _Row) -> Iterator[_Value]:
    """Neighbouring words of one mark are one value."""
    position, places = 0, []
    for word, tag in zip(row.text.split(), row.tags, strict=False):
        start = row.text.index(word, position)
        position = start + len(word)
        places.append(_Value(MARKS.get(tag), start, position))
    for kind, same in groupby(places, key=lambda place: place.kind):
        words = list(same)
        yield _Value(kind, words[0].start, words[-1].end)


def _is_whole(value: _Value, text: str) -> bool:
    digits = sum(mark.isdigit() for mark in text[value.start : value.end])
    return value.kind is not None and digits >= _WHOLE[value.kind]


def _covered(value: _Value, spans: Sequence[PersonalSpan]) -> bool:
    return any(span.start <= value.start and value.end <= span.end for span in spans)


def _meets(span: PersonalSpan, marked: Sequence[_Value]) -> bool:
    return any(span.start < value.end and value.start < span.end for value in marked)


def _count(kind: Kind, values: Sequence[tuple[Kind, bool, bool]]) -> KindCount:
    own = [(whole, found) for other, whole, found in values if other == kind]
    whole = [found for is_whole, found in own if is_whole]
    return KindCount(kind, len(own), sum(found for _, found in own), len(whole), sum(whole))


if __name__ == "__main__":
    import sys
    from pathlib import Path

    counted = measure(Path(sys.argv[1]).read_text(encoding="utf-8").splitlines(), locale="en")
    for one in counted.kinds:
        print(f"{one.kind:6} {one.whole_found} of {one.whole} whole values, {one.found} of {one.marked} with parts")
    print(f"{len(counted.others)} placeholders where no value of these kinds is marked")
