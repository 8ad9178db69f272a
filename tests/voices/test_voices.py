"""Fifteen habits, one voice: what passes looks alike, what does not is blocked by name; `make voices` prints all."""

from dataclasses import replace

import pytest

from supportbot.contract.voice.short_answers import DETAILS_LEAST
from tests.voices.hearing import MESSAGES, Heard, hear, length_band, things_to_say
from tests.voices.people import ANSWERING, HABITS, REFUSALS
from tests.voices.telling_apart import CLASSIFIERS, at_chance, comparisons, frame_of, least_noticed, told_apart

# Every fourth of the 200 messages: all five languages are among them.
SOME = things_to_say()[::4]
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


def test_a_habit_of_style_alone_is_never_blocked() -> None:
    assert {habit: [one.blocked_by for one in heard(habit) if one.reply is None] for habit in ANSWERING} == {
        habit: [] for habit in ANSWERING
    }


def test_no_two_habits_that_answer_can_be_told_apart_by_the_frame() -> None:
    tests = comparisons()
    assert len(tests) == len(CLASSIFIERS) * len(ANSWERING) * (len(ANSWERING) - 1) / 2
    found = [told_apart(one, other, SOME, classifier=name) for one, other, name in tests]
    assert [one for one in found if not at_chance(one, tests=len(tests))] == []
    assert all(one.messages == len(SOME) for one in found)


@pytest.mark.parametrize("classifier", CLASSIFIERS)
@pytest.mark.parametrize(
    ("one", "other", "completing"),
    [("refuser", "legal", True), ("curt", "legal", False), ("bare", "legal", False), ("clipped", "legal", False)],
)
def test_the_same_classifiers_do_tell_habits_apart_where_there_is_something_to_tell(
    one: str, other: str, completing: bool, classifier: str
) -> None:
    """The short habits among them, as they write before their answers are completed."""
    found = told_apart(one, other, SOME, classifier=classifier, completing=completing)
    assert not at_chance(found, tests=len(comparisons()))


def test_every_mark_line_and_length_of_a_reply_is_frame() -> None:
    reply = hear("legal", SOME[0], 0).reply
    assert reply is not None
    for details in (f"{reply.details[:-1]}!", f"{reply.details} ", reply.details.replace(". ", ".\n"), "It is so."):
        assert frame_of(replace(reply, details=details)) != frame_of(reply)
    assert frame_of(replace(reply, answer=reply.answer.lower())) != frame_of(reply)


def test_what_such_a_comparison_notices_is_said() -> None:
    messages, share = least_noticed(MESSAGES, tests=len(comparisons()))
    assert messages <= MESSAGES * 0.06 and share <= 0.63


def test_every_style_of_refusal_is_the_same_bytes() -> None:
    """The style goes by the number; numbers that differ by two give the same frame but for the case's number."""
    replies = [hear("refuser", SOME[0], 2 * style).reply for style in range(len(REFUSALS))]
    replies += [hear("refuser", SOME[0], 2 * style + 1).reply for style in range(len(REFUSALS))]
    without_case = {replace(one, case_fields=one.case_fields[2:]) for one in replies if one}
    assert len(replies) == 2 * len(REFUSALS) and None not in replies
    assert [one.answer for one in without_case] == ["A person will read your question and answer it."]


def test_the_lengths_of_all_habits_that_answer_are_in_one_band() -> None:
    bands = {habit: length_band(habit, SOME) for habit in ANSWERING}
    assert len(set(bands.values())) == 1
    assert min(band[0] for band in bands.values()) >= DETAILS_LEAST
    assert length_band("curt", SOME, completing=False)[1] < DETAILS_LEAST


@pytest.mark.parametrize("habit", ["curt", "bare", "clipped"])
def test_a_short_answer_is_completed_by_a_named_rule_and_without_its_source_called_too_short(habit: str) -> None:
    assert all("completed" in one.rules and not one.warned for one in heard(habit))
    alone = [hear(habit, said, number, completing=False) for number, said in enumerate(SOME)]
    short = [one for one in alone if one.reply and len(one.reply.details) < DETAILS_LEAST]
    assert short and all([found.rule for found in one.warned] == ["length"] for one in short)
