"""The statistics give the published values."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.stats import Agreement, Count, agreement, clopper_pearson, edit_share, edited_words, pooled, wilson

BEFORE = "Your refund is approved and will arrive in 5 days."
AFTER = "Your refund needs review and a person will answer in 1 day."
YES_NO = ("yes", "no")


def pairs(table: list[list[int]]) -> list[tuple[str, str]]:
    """The pairs of marks that a 2x2 table counts."""
    return [(YES_NO[i], YES_NO[j]) for i in range(2) for j in range(2) for _ in range(table[i][j])]


def kappa(table: list[list[int]]) -> float:
    """Cohen's kappa, to show what it would have said."""
    total = sum(map(sum, table))
    raw = (table[0][0] + table[1][1]) / total
    chance = sum(sum(table[i]) * (table[0][i] + table[1][i]) for i in range(2)) / total**2
    return (raw - chance) / (1 - chance)


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"),
    [
        (2, 12, 0.046965, 0.448031),
        (0, 15, 0.0, 0.203883),
        (1, 12, 0.014865, 0.353880),
        (12, 12, 0.757506, 1.0),
        (24, 150, 0.109940, 0.227040),
        (2, 36, 0.0154, 0.1814),
        (5, 36, 0.0608, 0.2866),
        (0, 108, 0.0, 0.0343),
        (5, 108, 0.0199, 0.1038),
    ],
)
def test_wilson_gives_the_published_interval(hits: int, total: int, low: float, high: float) -> None:
    found = wilson(Count(hits, total))
    tolerance = 1e-6 if total < 20 or total == 150 else 5e-5
    assert (found.low, found.high) == (pytest.approx(low, abs=tolerance), pytest.approx(high, abs=tolerance))


@pytest.mark.parametrize(
    ("hits", "total", "low", "high"), [(0, 15, 0.0, 0.218019), (2, 12, 0.020863, 0.484138), (15, 15, 0.781981, 1.0)]
)
def test_clopper_pearson_gives_the_published_interval(hits: int, total: int, low: float, high: float) -> None:
    found = clopper_pearson(Count(hits, total))
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-6), pytest.approx(high, abs=1e-6))


def test_the_one_sided_limit_of_no_hits_is_the_closed_form() -> None:
    assert clopper_pearson(Count(0, 15), level=0.90).high == pytest.approx(1 - 0.05 ** (1 / 15), abs=1e-9)


@given(st.integers(1, 200).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_both_intervals_hold_the_rate_and_stay_between_0_and_1(case: tuple[int, int]) -> None:
    count = Count(*case)
    for found in (wilson(count), clopper_pearson(count)):
        assert 0 <= found.low <= count.hits / count.total <= found.high <= 1
        assert (found.low == 0) == (count.hits == 0)
        assert (found.high == 1) == (count.hits == count.total)


@pytest.mark.parametrize("interval", [wilson, clopper_pearson])
def test_nothing_counted_has_no_interval(interval: object) -> None:
    with pytest.raises(ValueError, match="Nothing was counted"):
        interval(Count(0, 0))  # type: ignore[operator]


@pytest.mark.parametrize(("hits", "total"), [(-1, 3), (4, 3)])
def test_more_hits_than_cases_is_no_count(hits: int, total: int) -> None:
    with pytest.raises(ValueError, match="not a count"):
        Count(hits, total)


def test_counts_are_pooled_by_adding_not_by_averaging_rates() -> None:
    assert pooled([Count(1, 9), Count(0, 8), Count(3, 3)]) == Count(4, 20)
    assert pooled([]) == Count(0, 0)


def test_agreement_survives_the_paradox_in_which_kappa_turns_negative() -> None:
    table = [[10, 1], [1, 0]]
    found = agreement(pairs(table), YES_NO)
    assert kappa(table) == pytest.approx(-0.090909, abs=1e-6)
    assert (found.same, found.total) == (10, 12)
    assert found.ac1 == pytest.approx(0.803279, abs=1e-6)


def test_agreement_on_balanced_marks_is_the_published_value() -> None:
    table = [[7, 1], [1, 3]]
    assert kappa(table) == pytest.approx(0.625)
    # Published to two digits: pe = 2 * 2/3 * 1/3, so AC1 = (10/12 - 4/9) / (5/9).
    assert agreement(pairs(table), YES_NO).ac1 == pytest.approx(0.70, abs=1e-9)


def test_agreement_with_a_third_mark_spreads_chance_over_three() -> None:
    found = agreement([("yes", "yes"), ("na", "na"), ("no", "yes")], ("yes", "no", "na"))
    shares = (3 / 6, 1 / 6, 2 / 6)
    chance = sum(share * (1 - share) for share in shares) / 2
    assert found.ac1 == pytest.approx((2 / 3 - chance) / (1 - chance))


def test_nothing_read_twice_has_no_agreement() -> None:
    assert agreement([], YES_NO) == Agreement(0, 0, None)


def test_edited_words_are_counted_as_published() -> None:
    assert edited_words(BEFORE, AFTER) == 7
    assert edit_share(BEFORE, AFTER) == pytest.approx(0.583333, abs=1e-6)


@pytest.mark.parametrize(
    ("before", "after", "edits"),
    [("a a a", "b aa a", 2), ("", "new words", 2), ("gone", "", 1), ("a b c", "a c", 1), ("a b", "b a", 2)],
)
def test_edits_are_the_fewest_possible(before: str, after: str, edits: int) -> None:
    assert edited_words(before, after) == edited_words(after, before) == edits


@given(st.text("ab ", max_size=40), st.text("ab ", max_size=40))
def test_the_edit_share_lies_between_0_and_1_and_is_0_for_the_same_words(before: str, after: str) -> None:
    share = edit_share(before, after)
    assert 0 <= share <= 1
    assert (share == 0) == (before.split() == after.split())
    assert math.isfinite(share)
