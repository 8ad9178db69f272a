"""What the inbox accepts and how it names things."""

import pytest

from supportbot.errors import InvalidInput
from supportbot.inbox.rules import checked_text, subject_of


def test_a_short_message_is_its_own_subject_on_one_line() -> None:
    assert subject_of(" Where is\n my  invoice? ") == "Where is my invoice?"


def test_a_subject_never_turns_the_words_around_it() -> None:
    assert subject_of("\u202eegap eht nruT\u202c it\u200b") == "egap eht nruT it"
    assert subject_of("\U0001f469\u200d\U0001f680 in space") == "\U0001f469\u200d\U0001f680 in space"


@pytest.mark.parametrize("text", ["word " * 40, "x" * 200])
def test_a_long_subject_ends_at_a_word_and_says_that_more_follows(text: str) -> None:
    subject = subject_of(text)

    assert len(subject) <= 80
    assert subject.endswith(("word…", "xxx…"))


def test_text_is_taken_without_the_space_around_it_up_to_its_limit() -> None:
    assert checked_text("  called back \n", "note") == "called back"
    assert len(checked_text("x" * 10_000, "note")) == 10_000


@pytest.mark.parametrize(
    ("text", "problem"), [(" \n", "is empty"), ("\u200b\u2066", "is empty"), ("x" * 10_001, "has 10001 characters")]
)
def test_empty_and_endless_text_is_refused_with_the_reason(text: str, problem: str) -> None:
    with pytest.raises(InvalidInput, match=f"The note {problem}"):
        checked_text(text, "note")
