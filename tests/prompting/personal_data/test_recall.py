"""Counting what of a marked file is found: `python -m tests.prompting.personal_data.recall FILE` prints it."""

import json

import pytest

from supportbot.errors import InvalidInput
from tests.prompting.personal_data.recall import KindCount, measure

ROWS = (
    {"text": "my card is 4111 1111 1111 1111 ok", "tags": ["O", "O", "O", *["card_number"] * 4, "O"]},
    {"text": "ends with 4417", "tags": ["O", "O", "card_number"]},
    {"text": "call 020 7946 0958", "tags": ["O", "phone_number", "phone_number", "phone_number"]},
    {"text": "a@b.de wrote", "tags": ["name", "O"]},
)


def test_each_kind_is_counted_with_whole_values_and_parts() -> None:
    found = measure(map(json.dumps, ROWS), locale="en")

    assert found.rows == 4
    assert found.kinds[0] == KindCount("card", marked=2, found=1, whole=1, whole_found=1)
    assert found.others == ("a@b.de",)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("no json", "Line 1: the line"),
        ('{"tags": []}', "Line 1: text"),
        ('{"text": "two words", "tags": ["O"]}', "Line 1: 1 tags for 2 words"),
    ],
)
def test_a_line_that_cannot_be_counted_is_named(line: str, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        measure([line], locale="en")
