"""The draw, the hunts and the scorecard, without a database."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.errors import InvalidInput
from supportbot.review import rules, sample
from supportbot.review.types import CRITERIA, Candidate, Draw, Oddity, Stratum
from supportbot.stats import Count

WEEK = "2026-W47"
GOOD = {criterion.name: "yes" for criterion in CRITERIA}


def candidate(number: int, stratum: Stratum = "routine", **oddities: float) -> Candidate:
    odd = tuple(Oddity(kind, number, size, f"{kind} {size}") for kind, size in oddities.items())  # type: ignore[arg-type]
    return Candidate(number, f"conv-{number}", stratum, number, odd)


def names(draw: Draw, *kinds: str) -> list[str]:
    return [item.name for item in draw.items if item.kind in kinds]


def test_the_order_is_the_published_one() -> None:
    order = sample.draw_order(WEEK, [f"conv-{number}" for number in range(1, 21)])
    assert order[:6] == ["conv-19", "conv-14", "conv-3", "conv-13", "conv-20", "conv-2"]


def test_a_draw_takes_six_routine_and_three_held_with_the_lowest_hashes() -> None:
    routine = [candidate(number) for number in range(1, 21)]
    held = [candidate(number, "held") for number in range(21, 41)]
    draw = sample.draw(WEEK, routine + held)
    assert set(names(draw, "routine")) == {"conv-19", "conv-14", "conv-3", "conv-13", "conv-20", "conv-2"}
    assert names(draw, "held") == sample.draw_order(WEEK, [one.name for one in held])[:3]
    assert draw.population == {"routine": 20, "held": 20}
    assert [item.position for item in draw.items] == list(range(1, 10))
    assert {item.why for item in draw.items} == {
        "Routine: one of 6 drawn from 20.",
        "Held for a person: one of 3 drawn from 20.",
    }


@given(st.permutations(range(30)))
def test_the_draw_does_not_depend_on_the_order_in_which_conversations_are_given(order: list[int]) -> None:
    made = [candidate(number, "held" if number % 3 else "routine", edit=float(number % 4)) for number in order]
    again = sorted(made, key=lambda one: one.conversation_id)
    assert sample.draw(WEEK, made) == sample.draw(WEEK, again)


@given(st.integers(0, 12), st.integers(0, 6), st.integers(0, 5))
def test_fewer_than_wanted_are_all_drawn_and_nothing_is_drawn_twice(routine: int, held: int, odd: int) -> None:
    everyone = [
        candidate(number, "routine" if number < routine else "held", **({"fault": 1.0} if number < odd else {}))
        for number in range(routine + held)
    ]
    draw = sample.draw(WEEK, everyone)
    assert len(names(draw, "routine")) == min(routine, 6)
    assert len(names(draw, "held")) == min(held, 3)
    assert len({item.conversation_id for item in draw.items}) == len(draw.items)
    assert draw.counted == min(routine, 6) + min(held, 3)
    assert [item.kind for item in draw.items[: draw.counted]].count("hunt") == 0
    assert sum(item.twice for item in draw.items) == min(draw.counted, 2)


def test_the_hunts_are_one_of_each_kind_of_oddness_the_largest_first() -> None:
    odd = [
        candidate(1, edit=0.2),
        candidate(2, edit=0.9),
        candidate(3, changed=1.0),
        candidate(4, fault=1.0),
        candidate(5, fault=3.0),
    ]
    found = sample.hunts(WEEK, odd, taken=(), wanted=3)
    assert [one.conversation_id for one, _ in found] == [2, 3, 5]
    assert [oddity.words for _, oddity in found] == ["edit 0.9", "changed 1.0", "fault 3.0"]


def test_a_hunt_is_never_a_conversation_that_is_read_anyway() -> None:
    odd = [candidate(1, edit=0.9, changed=1.0, fault=3.0), candidate(2, fault=1.0)]
    assert [one.conversation_id for one, _ in sample.hunts(WEEK, odd, taken={1}, wanted=3)] == [2]
    assert [one.conversation_id for one, _ in sample.hunts(WEEK, odd, taken=(), wanted=3)] == [1, 2]


def test_when_one_kind_of_oddness_is_missing_the_others_fill_its_place() -> None:
    odd = [candidate(number, edit=number / 10) for number in range(1, 6)]
    assert [one.conversation_id for one, _ in sample.hunts(WEEK, odd, taken=(), wanted=3)] == [5, 4, 3]


def test_a_substitute_is_the_next_one_of_its_stratum_that_nobody_reads() -> None:
    everyone = [candidate(number) for number in range(1, 21)] + [candidate(number, "held") for number in range(21, 41)]
    draw = sample.draw(WEEK, everyone)
    taken = {item.conversation_id for item in draw.items}
    order = sample.draw_order(WEEK, [f"conv-{number}" for number in range(1, 21)])
    replaced = next(item for item in draw.items if item.name == order[2])
    new = sample.substitute(WEEK, everyone, replaced, taken=taken)
    assert new is not None
    assert (new.name, new.position, new.kind, new.twice) == (order[6], replaced.position, "routine", replaced.twice)
    later = sample.substitute(WEEK, everyone, replaced, taken=taken | {new.conversation_id})
    assert later is not None
    assert later.name == order[7]


def test_nothing_takes_a_place_when_the_stratum_is_used_up() -> None:
    everyone = [candidate(1), candidate(2), candidate(3, "held")]
    draw = sample.draw(WEEK, everyone)
    assert sample.substitute(WEEK, everyone, draw.items[0], taken={1, 2, 3}) is None


def test_a_second_draw_says_place_by_place_what_differs() -> None:
    before = sample.draw(WEEK, [candidate(1), candidate(2)]).items
    after = sample.draw(WEEK, [candidate(1)]).items
    assert sample.differences(before, before) == ()
    assert any("nothing would be drawn" in words for words in sample.differences(before, after))


@pytest.mark.parametrize(
    ("routine", "held", "words"),
    [
        (0, 0, "No reply was sent in week 46, so nothing is drawn."),
        (1, 0, "Only 1 conversation was answered in week 46: all are drawn; fewer than 9 are too few to tell."),
        (3, 2, "Only 5 conversations were answered in week 46: all are drawn; fewer than 9 are too few to tell."),
        (40, 1, "Fewer than planned in week 46: 1 held instead of 3; all of these are drawn."),
        (5, 9, "Fewer than planned in week 46: 5 routine instead of 6; all of these are drawn."),
        (6, 3, None),
    ],
)
def test_a_shortfall_is_said_in_one_sentence(routine: int, held: int, words: str | None) -> None:
    assert sample.shortfall("week 46", {"routine": routine, "held": held}) == words


def test_a_scorecard_needs_a_mark_for_each_criterion_and_names_those_without() -> None:
    with pytest.raises(InvalidInput) as refused:
        rules.read_marks(GOOD | {"promise": "", "tone": "maybe"})
    assert refused.value.fields == {"promise": "Choose yes, no or not applicable.", "tone": "'maybe' is no mark."}


def test_a_cause_is_kept_only_beside_a_no() -> None:
    assert rules.read_marks(GOOD | {"cause": " the prompt "}).cause == ""
    assert rules.read_marks(GOOD | {"tone": "no", "cause": " the prompt "}).cause == "the prompt"
    with pytest.raises(InvalidInput):
        rules.read_marks(GOOD | {"cause": "x" * 501})


def test_not_applicable_leaves_its_row_and_only_its_row() -> None:
    cards = [GOOD, GOOD | {"tone": "na"}, GOOD | {"tone": "no", "promise": "no"}]
    rows = {row.criterion.name: row.counts for row in rules.count_marks([cards, cards[:1]])}
    assert rows["tone"] == (Count(1, 2), Count(0, 1))
    assert rows["promise"] == (Count(1, 3), Count(0, 1))
    assert rows["next_action"] == (Count(0, 3), Count(0, 1))


@pytest.mark.parametrize("text", ["", "  \n ", "x" * 301])
def test_a_reason_is_one_sentence_that_is_there_and_not_too_long(text: str) -> None:
    with pytest.raises(InvalidInput):
        rules.read_reason(text, longest=300)
    assert rules.read_reason(" two\n lines ", longest=300) == "two lines"


def test_the_decision_is_one_of_four() -> None:
    assert rules.read_decision("change_rule") == "change_rule"
    with pytest.raises(InvalidInput, match="keep, change_rule, tighten_prompt, accept_baseline"):
        rules.read_decision("panic")
