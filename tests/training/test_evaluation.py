"""Tests of measuring triage: counts by source, nobody tested on what trained, and what falls below a bar."""

from dataclasses import replace

import pytest

from supportbot.cli.triage_report import broken_bars, report_json, report_lines
from supportbot.routing.policy import shipped_policy
from supportbot.stats import Count
from supportbot.training.evaluation import LeftOut, Report, Tally, evaluate
from supportbot.triage.types import LabelledText

RULES = shipped_policy().triage
THINGS = ["box", "coffee", "order", "plan", "kettle", "invoice", "parcel", "account"]


@pytest.fixture(scope="module")
def report() -> Report:
    """Twenty-four disputes and questions of two sources, and one contestable row."""
    high = [LabelledText(f"I was charged twice for my {thing}", "billing", "high", "shop") for thing in THINGS]
    low = [LabelledText(f"Where is my {thing}?", "order_shipping", "low", "shop") for thing in THINGS]
    club = [LabelledText(f"How do I change my {thing}?", "account_howto", "low", "club") for thing in THINGS]
    contested = LabelledText("Where is my refund?", "refund", "low", "club", core=False)
    return evaluate([*high, *low, *club, contested], RULES, folds=2)


def test_each_source_counts_by_itself_on_core_rows(report: Report) -> None:
    club, shop = report.by_source

    assert (club.source, club.high, club.low.total) == ("club", Count(0, 0), 8)
    assert (shop.source, shop.high, shop.low.total) == ("shop", Count(8, 8), 8)
    assert (report.all_rows.low.total, report.everything.low.total) == (16, 17)
    assert sum(report.confusion.values()) == 24
    assert 0 < report.p50_ms <= report.p99_ms


def test_the_report_shows_counts_and_intervals(report: Report) -> None:
    text = "\n".join(report_lines(report))

    assert "high 8 of 8 = 100.0 % (67.6 to 100.0)" in text
    assert "high 0 of 0" in text
    assert report_json(report)["sources"][1]["high"] == {
        "held": 8,
        "of": 8,
        "share": 1.0,
        "interval": [pytest.approx(0.6756, abs=1e-4), 1.0],
    }


def test_only_a_figure_below_its_bar_is_named(report: Report) -> None:
    good = replace(report, all_rows=Tally("all core rows", Count(99, 100), Count(5, 100), 0.9))
    slipped = replace(good, all_rows=Tally("all core rows", Count(90, 100), Count(5, 100), 0.9))
    unseen = LeftOut(Tally("bitext", Count(90, 100), Count(31, 100), 0.9), ())

    assert list(broken_bars(good)) == []
    assert ["high 90 of 100" in line for line in broken_bars(slipped)] == [True]
    assert ["without bitext: low 31 of 100" in line for line in broken_bars(replace(good, left_out=(unseen,)))] == [
        True
    ]
