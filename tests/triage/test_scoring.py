"""Tests of training and scoring: plain Python agrees with scikit-learn, and says which words decided."""

from datetime import date

import numpy as np
import pytest

from supportbot.errors import InvalidInput
from supportbot.routing.policy import shipped_policy
from supportbot.training.design_matrix import Vocabulary, make_sheet, make_table
from supportbot.training.trainer import Settings, fit_risk, train, train_on
from supportbot.triage.parsed_text import read
from supportbot.triage.scoring import score, word_shares
from supportbot.triage.types import LabelledText
from supportbot.triage.weights import Weights, no_weights, read_weights, shipped_weights, weights_text

RULES = shipped_policy().triage
THINGS = ["box", "coffee", "order", "plan", "kettle", "invoice", "parcel", "account"]
DAY = date(2026, 11, 23)


def rows() -> list[LabelledText]:
    """Forty disputes and forty everyday questions, of two sources."""
    high = [f"I was charged twice for my {thing}, {more}." for thing in THINGS for more in DISPUTES]
    low = [f"{ask} my {thing}?" for thing in THINGS for ask in QUESTIONS]
    made = [LabelledText(text, "billing", "high", "shop", licence="MIT") for text in high]
    return made + [LabelledText(text, "order_shipping", "low", "club", licence="MIT") for text in low]


DISPUTES = ["send the money back", "my bank knows", "why", "this is wrong", "I want a refund"]
QUESTIONS = ["Where is", "When do you ship", "Can I change", "How do I open", "Who brings"]
EXACT = Settings(digits=14)


@pytest.fixture(scope="module")
def trained() -> Weights:
    """Weights of the eighty rows."""
    return train(rows(), RULES, made_on=DAY)


def test_plain_python_agrees_with_scikit_learn() -> None:
    table = make_table(rows(), RULES, vocabulary=Vocabulary(words=2, pieces=2))
    places = np.arange(len(table.rows))
    weights = train_on(table, places, made_on=DAY, settings=EXACT)
    sheet = make_sheet(table, places)
    coefficients, bias = fit_risk(sheet, table, places, EXACT)

    wanted = sheet.worst_scores(coefficients, bias, places)
    given = [score(weights, row.text, RULES).risk for row in table.rows]

    assert given == pytest.approx(list(wanted), abs=1e-6)
    assert len({round(value, 3) for value in given}) > 20


def test_training_again_gives_the_same_bytes_and_reading_them_the_same_weights(trained: Weights) -> None:
    text = weights_text(trained)

    assert weights_text(train(rows(), RULES, made_on=DAY)) == text
    assert read_weights(text) == trained


def test_a_dispute_scores_above_the_limit_and_a_question_below(trained: Weights) -> None:
    dispute, question = score(trained, "charged twice for my coffee", RULES), score(trained, "Where is my box?", RULES)

    assert dispute.risk > trained.thresholds.hold > question.risk
    assert "twice" in dispute.words
    assert max(question.topics, key=lambda topic: question.topics[topic]) == "order_shipping"


def test_the_worst_clause_decides(trained: Weights) -> None:
    questions = "Where is my box? Can I change my plan? How do I open my account? When do you ship my parcel? "

    found = score(trained, questions + "I was charged twice for my order.", RULES)

    assert found.risk > found.whole
    assert "twice" in found.words


def test_the_shares_of_the_words_and_the_bias_are_the_score(trained: Weights) -> None:
    reading = read("charged twice for coffee", RULES)

    shares = word_shares(trained, reading, RULES)

    total = sum(share.share for share in shares) + trained.risk_bias
    assert [reading.text[share.start : share.end] for share in shares] == ["charged", "twice", "for", "coffee"]
    assert total == pytest.approx(score(trained, reading.text, RULES).whole, abs=1e-6)


def test_the_card_names_sources_licences_and_counts(trained: Weights) -> None:
    card = trained.card

    assert [(source.source, source.licence, source.rows) for source in card.sources] == [
        ("club", "MIT", 40),
        ("shop", "MIT", 40),
    ]
    assert [(source.high, source.low) for source in card.sources] == [(0, 40), (40, 0)]
    assert (card.made_on, card.languages) == (DAY, {"en": 80})


def test_a_word_that_few_rows_hold_does_not_enter_the_weights() -> None:
    named = [LabelledText("Where is the box of Rosalinde Quux, 4711?", "order_shipping", "low", "club")] * 4

    text = weights_text(train([*rows(), *named], RULES, made_on=DAY))

    assert '"parcel"' in text
    assert "rosalinde" not in text
    assert "4711" not in text


def test_too_few_rows_are_refused_with_their_counts() -> None:
    with pytest.raises(InvalidInput, match="There are 5 rows of high and 0 of low risk"):
        train(rows()[:5], RULES, made_on=DAY)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('"format":1', '"format":2', "format"),
        ('"risk_bias":', '"bias":', "risk_bias"),
        ("[", "[NaN,", "JSON"),
        ('"thresholds":{"hold":', '"thresholds":{"hold":1e9,"was":', "thresholds"),
    ],
)
def test_weights_that_cannot_be_used_are_refused_with_the_place(
    old: str, new: str, says: str, trained: Weights
) -> None:
    text = weights_text(trained)
    assert old in text

    with pytest.raises(InvalidInput, match=says):
        read_weights(text.replace(old, new, 1))


def test_rows_of_the_wrong_length_and_crossed_limits_are_refused(trained: Weights) -> None:
    short = trained.model_copy(update={"words": {"box": (1.0, 2.0, 3.0)}})
    crossed = trained.model_copy(update={"thresholds": trained.thresholds.model_copy(update={"high": -99.0})})

    with pytest.raises(InvalidInput, match="'box' has 3 numbers"):
        read_weights(weights_text(short))
    with pytest.raises(InvalidInput, match="'high' lies below 'hold'"):
        read_weights(weights_text(crossed))


def test_no_weights_are_empty_and_the_shipped_ones_are_not() -> None:
    assert no_weights().is_empty
    assert not shipped_weights().is_empty
    assert len(weights_text(shipped_weights()).encode()) < 1_200_000
