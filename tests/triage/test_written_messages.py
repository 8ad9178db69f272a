"""The form of the messages written for triage; how triage judges them is tested elsewhere."""

import json
from collections import Counter
from pathlib import Path

import pytest

from supportbot.training.labelled_messages import shipped_examples

HERE = Path(__file__).parent
FIELDS = {"id", "language", "text", "half", "why"}
OTHER_LANGUAGES = {"de", "fr", "es", "pt", "it", "nl", "pl", "tr", "ar"}
FILES = ["lookalikes", "disguised"]
# How many rows of a language a half must have to say anything of it.
FEWEST_EACH = 2
FEWEST_ENGLISH = {"lookalikes": 40, "disguised": 30}


def folded(text: str) -> str:
    """A text by which two that differ only in case and blanks are the same."""
    return " ".join(text.casefold().split())


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of one file, in order."""
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", FILES)
def test_every_row_has_the_same_filled_fields(name: str) -> None:
    rows = read_rows(name)

    assert rows
    for row in rows:
        assert set(row) == FIELDS, row
        assert all(isinstance(value, str) and value == value.strip() != "" for value in row.values()), row
        assert row["half"] in {"dev", "held_out"}, row


@pytest.mark.parametrize("name", FILES)
def test_every_language_is_in_every_half(name: str) -> None:
    counts = Counter((row["half"], row["language"]) for row in read_rows(name))

    for half in {half for half, _ in counts}:
        assert {language for one, language in counts if one == half} == OTHER_LANGUAGES | {"en"}
        assert counts[half, "en"] >= FEWEST_ENGLISH[name]
        assert all(counts[half, language] >= FEWEST_EACH for language in OTHER_LANGUAGES), counts


def test_no_written_message_is_among_the_examples_that_weights_learn_from() -> None:
    written = {folded(row["text"]) for name in FILES for row in read_rows(name)}

    assert [row.text for row in shipped_examples() if folded(row.text) in written] == []


def test_no_id_and_no_text_comes_twice_in_either_file() -> None:
    rows = [row for name in FILES for row in read_rows(name)]

    assert [key for key, count in Counter(row["id"] for row in rows).items() if count > 1] == []
    assert [text for text, count in Counter(folded(row["text"]) for row in rows).items() if count > 1] == []
