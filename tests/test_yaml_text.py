"""Tests of reading YAML that a person wrote."""

import pytest

from supportbot.errors import PolicyError
from supportbot.yaml_text import MAX_BYTES, load_yaml


def test_plain_values_come_as_written() -> None:
    text = "on: [timeout]\nat: 12:00\nday: 2026-12-25\ncountry: no\nready: true\n"
    text += "times: 1\nshare: 0.5\nbackup: null\nbase: 010"

    assert load_yaml(text) == {
        "on": ["timeout"],
        "at": "12:00",
        "day": "2026-12-25",
        "country": "no",
        "ready": True,
        "times": 1,
        "share": 0.5,
        "backup": None,
        "base": "010",
    }


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: &x [1]\nb: *x", "aliases"),
        ("a: &x [1]\nb: [*x, *x, *x]", r"line 2, column 5"),
        ("a: 1\na: 2", "'a' is given twice"),
        ("a: {b: 1, b: 2}", "line 1, column 11"),
        ("a: [1", "not plain YAML"),
        ("? [1, 2]\n: 3", "a name must be a word"),
        ("a: !!python/object/apply:os.system [ls]", "not plain YAML"),
        ("a: \x00", "not plain YAML"),
        ("---\na: 1\n---\nb: 2", "not plain YAML"),
        ("[" * 5000, "nested more than"),
        ("a: " + "x" * MAX_BYTES, "at most 262,144"),
    ],
)
def test_yaml_that_hides_what_it_says_is_refused(text: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        load_yaml(text)


def test_a_document_of_just_the_allowed_size_is_read() -> None:
    assert load_yaml("a: " + "x" * (MAX_BYTES - 3)) == {"a": "x" * (MAX_BYTES - 3)}
