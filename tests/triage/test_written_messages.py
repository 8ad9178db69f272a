"""The form of the messages written for triage; how triage judges them is tested elsewhere."""

import json
from collections import Counter
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FIELDS = {"id", "language", "text", "half", "why"}
OTHER_LANGUAGES = {"de", "fr", "es", "pt", "it", "nl", "pl", "tr", "ar"}
FILES = ["lookalikes", "disguised"]
FEWEST_EACH = {"lookalikes": 4, "disguised": 6}
ENGLISH = {"lookalikes": 80, "disguised": 60}


def read_rows(name: str) -> list[dict[str, str]]:
    """The rows of one file, in order."""
    return [json.loads(line) for line in (HERE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("name", FILES)
def test_every_row_has_the_same_filled_fields(name: str) -> None:
    rows = read_rows(name)

    assert len(rows) == 120
    for row in rows:
        assert set(row) == FIELDS, row
        assert all(isinstance(value, str) and value == value.strip() != "" for value in row.values()), row
        assert row["half"] in {"dev", "held_out"}, row


@pytest.mark.parametrize("name", FILES)
def test_every_language_is_there_and_split_evenly(name: str) -> None:
    halves = Counter((row["language"], row["half"]) for row in read_rows(name))
    languages = {language for language, _ in halves}

    assert languages == OTHER_LANGUAGES | {"en"}
    assert all(halves[language, "dev"] == halves[language, "held_out"] for language in languages), halves
    assert 2 * halves["en", "dev"] == ENGLISH[name]
    assert all(2 * halves[language, "dev"] >= FEWEST_EACH[name] for language in OTHER_LANGUAGES), halves


def test_no_id_and_no_text_comes_twice_in_either_file() -> None:
    rows = [row for name in FILES for row in read_rows(name)]

    assert [key for key, count in Counter(row["id"] for row in rows).items() if count > 1] == []
    assert [
        text for text, count in Counter(" ".join(row["text"].casefold().split()) for row in rows).items() if count > 1
    ] == []
