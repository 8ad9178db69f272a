"""Twelve habits, one voice: what passes looks alike, what does not is blocked by name; `make voices` prints all."""

from dataclasses import replace

import pytest

from tests.voices.hearing import (
    MESSAGES,
    Heard,
    at_chance,
    hear,
    length_band,
    things_to_say,
    told_apart,
)
from tests.voices.people import ANSWERING, HABITS, REFUSALS

# Every eighth of the 200 messages: all five languages are among them.
SOME = things_to_say()[::8]
BLOCKED_BY = {
    "wrong language": "language",
    "wrong dates": "dates",
    "invented amounts": "amounts",
    "truncated": "schema_invalid",
}


def heard(habit: str) -> list[Heard]:
    return [hear(habit, said, number) for number, said in enumerate(SOME)]


def test_the_messages_are_varied() -> None:
    sayings = things_to_say()
    assert len(sayings) == MESSAGES == len({said.message for said in sayings})
    assert len({said.locale for said in SOME}) == 5


@pytest.mark.parametrize("habit", HABITS)
def test_every_reply_passes_the_contract_or_is_blocked_by_name(habit: str) -> None:
    for one in heard(habit):
        assert (one.reply is None) == bool(one.blocked_by)
        if habit in BLOCKED_BY:
            assert BLOCKED_BY[habit] in one.blocked_by


@pytest.mark.parametrize("habit", ANSWERING)
def test_a_habit_of_style_alone_is_hardly_ever_blocked(habit: str) -> None:
    assert sum(one.reply is not None for one in heard(habit)) >= len(SOME) * 0.85


@pytest.mark.parametrize("habit", [one for one in ANSWERING if one != "legal"])
def test_two_habits_cannot_be_told_apart_by_the_frame(habit: str) -> None:
    right, total = told_apart(habit, "legal", SOME)
    assert total >= 20
    assert at_chance(right, total)


def test_the_classifier_does_tell_habits_apart_where_there_is_something_to_tell() -> None:
    right, total = told_apart("refuser", "legal", SOME)
    assert not at_chance(right, total)


def test_every_style_of_refusal_is_the_same_bytes() -> None:
    """The style goes by the number; numbers that differ by two give the same frame but for the case's number."""
    replies = [hear("refuser", SOME[0], 2 * style).reply for style in range(len(REFUSALS))]
    replies += [hear("refuser", SOME[0], 2 * style + 1).reply for style in range(len(REFUSALS))]
    without_case = {replace(one, case_fields=one.case_fields[2:]) for one in replies if one}
    assert len(replies) == 2 * len(REFUSALS) and None not in replies
    assert [one.answer for one in without_case] == ["A person will read your question and answer it."]


def test_the_lengths_of_two_habits_overlap() -> None:
    bands = {habit: length_band(habit, SOME) for habit in ANSWERING}
    for low, high in bands.values():
        assert all(low <= other_high and other_low <= high for other_low, other_high in bands.values())
