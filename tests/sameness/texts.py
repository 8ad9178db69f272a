"""Every word that the product knows, in texts of their own, and what it reads out of each: kept and compared.

`texts.tsv` holds a kind, a language and a text a line: customers' messages and replies from `tests/`, the words of the
product's tables, and the policy's phrases. `expected_texts.txt` holds a line for each: a hash of every section read.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tests.sameness.comparison import HERE, digest
from tests.sameness.readings import read

TEXTS = HERE / "texts.tsv"
EXPECTED_TEXTS = HERE / "expected_texts.txt"
DIGITS = 6


@dataclass(frozen=True, slots=True)
class Text:
    """One text; a `phrase` is only read as a customer's words, the others as a reply too."""

    number: int
    kind: str
    language: str
    text: str

    @property
    def name(self) -> str:
        """Its id in a full recording."""
        return f"text {self.number:05d}"


def all_texts() -> list[Text]:
    """The texts in their order."""
    lines = TEXTS.read_text(encoding="utf-8").split("\n")
    return [_text(number, *line.split("\t")) for number, line in enumerate(lines, start=1) if line]


def _text(number: int, kind: str, language: str, quoted: str) -> Text:
    return Text(number, kind, language, json.loads(f'"{quoted}"'))


def read_all(texts: Sequence[Text]) -> Iterator[dict[str, Any]]:
    """What is read out of each, in full."""
    for one in texts:
        yield {"id": one.name, "text": one.text, **read(one.kind, one.language, one.text)}


def line_of(full: dict[str, Any]) -> str:
    """What the kept file says of one text."""
    return " ".join(f"{name}:{digest(value)[:DIGITS]}" for name, value in full.items() if name not in ("id", "text"))


def text_differences(expected: Sequence[str], full: Sequence[dict[str, Any]]) -> Iterator[tuple[str, list[str]]]:
    """Each text that reads otherwise than recorded: its id, and its lines to print."""
    if len(expected) != len(full):
        yield "texts", [f"  {len(expected)} were recorded, {len(full)} are here"]
        return
    for was, one in zip(expected, full, strict=True):
        now = line_of(one)
        if was != now:
            names = [part.partition(":")[0] for part in now.split() if part not in was.split()]
            found = [f"  {name} now: {json.dumps(one[name], ensure_ascii=False)[:600]}" for name in names]
            yield one["id"], [f"  {one['text'][:200]!r}", *found]


def expected_lines() -> list[str]:
    """What was recorded, a line a text."""
    return EXPECTED_TEXTS.read_text(encoding="utf-8").splitlines()


def record_texts(full: Sequence[dict[str, Any]]) -> None:
    """Rewrite what is expected."""
    EXPECTED_TEXTS.write_text("".join(f"{line_of(one)}\n" for one in full), encoding="utf-8")
