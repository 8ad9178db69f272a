"""Going on from weights with a team's labels."""

from datetime import date

import numpy as np
import pytest
from scipy import sparse

from supportbot.errors import InvalidInput
from supportbot.routing.policy import shipped_policy
from supportbot.training.fine_tune import adapt, balanced, fit_with_prior
from supportbot.training.types import Lesson
from supportbot.triage.rules import classify
from supportbot.triage.weights import Weights, shipped_weights, weights_text

ON = date(2026, 3, 18)
RULES = shipped_policy().triage
# A shop that lends out tools: its disputes speak of "the deposit on the ladder" and of "the blocked sum".
HIGH = [
    f"The deposit on the {thing} was kept although I brought it back {when}."
    for thing in ("ladder", "drill", "saw", "mixer")
    for when in ("in time", "on Monday", "clean")
]
LOW = [
    f"How do I {verb} the {thing} for the weekend?"
    for verb in ("reserve", "clean", "carry")
    for thing in ("ladder", "drill", "saw", "mixer")
]
LESSONS = [
    *(Lesson(text, "refund", "high", "en") for text in HIGH),
    *(Lesson(text, "account_howto", "low", "en") for text in LOW),
]


@pytest.fixture(scope="module")
def adapted() -> Weights:
    return adapt(shipped_weights(), LESSONS, RULES, made_on=ON)


def test_the_fit_agrees_with_scikit_learn_where_there_is_no_prior() -> None:
    linear_model = pytest.importorskip("sklearn.linear_model")
    random = np.random.default_rng(7)
    values = sparse.csr_array(random.random((80, 12)) * (random.random((80, 12)) < 0.4))
    wanted = (values @ random.normal(size=12) + random.normal(size=80) * 0.3) > 0.2
    theirs = linear_model.LogisticRegression(C=2.0, class_weight="balanced", tol=1e-8, max_iter=1000)
    theirs.fit(values, wanted)

    moves, bias = fit_with_prior(values, np.zeros(80), wanted, balanced(wanted, np.ones(80)), strength=2.0)

    assert moves == pytest.approx(theirs.coef_[0], abs=1e-3)
    assert bias == pytest.approx(float(theirs.intercept_[0]), abs=1e-3)


def test_a_prior_that_fits_already_is_left_where_it_is() -> None:
    values = sparse.csr_array(np.eye(6))
    wanted = np.array([True, True, True, False, False, False])
    sure = np.where(wanted, 30.0, -30.0)

    moves, bias = fit_with_prior(values, sure, wanted, np.ones(6), strength=1.0)

    assert np.abs(moves).max() < 1e-6
    assert abs(bias) < 1e-6


def test_labels_teach_a_dispute_that_the_weights_before_let_go(adapted: Weights) -> None:
    text = "The deposit on the trailer was kept although I brought it back clean."
    before, after = (classify(text, RULES, weights=weights) for weights in (shipped_weights(), adapted))

    assert (before.risk == "high" or before.unsure) <= (after.risk == "high" or after.unsure)
    assert after.risk == "high" or after.unsure
    assert classify("How do I reserve the trailer for the weekend?", RULES, weights=adapted).risk != "high"


def test_the_same_labels_give_the_same_weights_and_a_card_that_counts_them(adapted: Weights) -> None:
    again = adapt(shipped_weights(), LESSONS, RULES, made_on=ON)

    assert weights_text(again) == weights_text(adapted)
    own = adapted.card.sources[-1]
    assert (own.source, own.rows, own.high, own.low) == ("labels of this team", 24, 12, 12)
    assert adapted.card.languages["en"] == shipped_weights().card.languages.get("en", 0) + 24


def test_too_few_labels_of_a_risk_are_refused_with_their_number() -> None:
    with pytest.raises(InvalidInput, match="2 labels of high and 12 of low"):
        adapt(shipped_weights(), [*LESSONS[:2], *LESSONS[12:]], RULES, made_on=ON)
