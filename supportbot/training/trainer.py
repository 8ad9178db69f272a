"""Trains the linear model: labelled texts and the policy's rules give weights. Needs scikit-learn; scoring does not.

The same rows, in the same order, give the same weights, bit by bit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from supportbot.errors import InvalidInput, Unavailable
from supportbot.routing.policy import TriageRules
from supportbot.routing.types import TOPICS
from supportbot.training.design_matrix import Sheet, Table, make_sheet, make_table, values_of
from supportbot.triage.types import LabelledText
from supportbot.triage.weights import InputFile, ModelCard, SourceCard, Thresholds, Weights

INSTALL = "pip install 'supportbot[train]'"
NAME = "supportbot linear triage"
METHOD = (
    "Logistic regression (L2) on words, pairs of words, pieces of 3 to 5 letters (both by rarity, each block of length "
    "1) and hints: the policy's phrases, the manner of sentences, kinds of words. Whole message and each clause, the "
    "worst counts. Thresholds from scores out of fold."
)
LIMITS = (
    "English only. On a company it was not trained on it finds far less by itself; the policy's words and holding when "
    "unsure carry those. It holds more than needed rather than less. Labels are a mapping of each source's own."
)
MIN_HIGH, MIN_LOW = 10, 10
_FOLDS = 3
Floats = NDArray[np.float64]
Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Settings:
    """How strongly training fits (`risk_c`, `topic_c`), and the share of low-risk core rows, out of fold, that may
    score above each threshold."""

    risk_c: float = 1.0
    topic_c: float = 3.0
    hold_share: float = 0.08
    high_share: float = 0.015
    clear_topic: float = 0.6
    clause_weight: float = 0.5
    digits: int = 3


DEFAULTS = Settings()


class _Fitted(Protocol):
    coef_: Floats
    intercept_: Floats

    def fit(self, given: Any, wanted: Any, sample_weight: Floats) -> "_Fitted": ...


def train(
    rows: Sequence[LabelledText],
    rules: TriageRules,
    *,
    made_on: date,
    inputs: Sequence[InputFile] = (),
    settings: Settings = DEFAULTS,
) -> Weights:
    """Weights from labelled texts.

    Args:
        made_on: the day that the model card names.
        inputs: the files the rows came from, for the card.

    Raises:
        InvalidInput: too few rows of a risk to learn from.
        Unavailable: scikit-learn is not installed; says how to install it.
    """
    table = make_table(rows, rules)
    return train_on(table, np.arange(len(rows)), made_on=made_on, inputs=inputs, settings=settings)


def train_on(
    table: Table,
    places: Places,
    *,
    made_on: date,
    inputs: Sequence[InputFile] = (),
    settings: Settings = DEFAULTS,
) -> Weights:
    """Weights from some rows of a table; nothing of its other rows goes in.

    Raises:
        InvalidInput, Unavailable: as for `train`.
    """
    _check(table.is_high[places])
    scores = _scores_out_of_fold(table, places, settings)
    low = table.is_core[places] & ~table.is_high[places]
    thresholds = _thresholds(scores[low], settings)
    card = _card(table, places, scores, thresholds, made_on=made_on, inputs=inputs)
    sheet = make_sheet(table, places)
    return _weights(sheet, table, places, thresholds, card, settings)


def fit_risk(sheet: Sheet, table: Table, places: Places, settings: Settings) -> tuple[Floats, float]:
    """Risk weights by column and the bias; each clause of a low-risk message counts as a low-risk message too."""
    clauses = table.lines_of_low(places)
    values = sparse.vstack([sheet.values, values_of(sheet, clauses)]).tocsr()
    is_high = np.concatenate([table.is_high[places], np.zeros(len(clauses), dtype=np.bool_)])
    owners = table.owners[clauses - len(table.rows)]
    counted = np.concatenate([table.weights[places], table.weights[owners] * settings.clause_weight])
    model = _regression(C=settings.risk_c, class_weight="balanced").fit(values, is_high, counted)
    return model.coef_[0], float(model.intercept_[0])


def _regression(**given: Any) -> _Fitted:
    try:
        from sklearn.linear_model import LogisticRegression
    except ImportError as error:
        raise Unavailable(f"Training needs scikit-learn, which is not installed. Install it: {INSTALL}") from error
    model: _Fitted = LogisticRegression(solver="liblinear", random_state=0, max_iter=200, **given)
    return model


def _check(is_high: NDArray[np.bool_]) -> None:
    high = int(is_high.sum())
    low = len(is_high) - high
    if high < MIN_HIGH or low < MIN_LOW:
        raise InvalidInput(
            f"There are {high} rows of high and {low} of low risk; training needs at least {MIN_HIGH} and {MIN_LOW}."
        )


def _scores_out_of_fold(table: Table, places: Places, settings: Settings) -> Floats:
    """The worst score of each row by a model that has not seen it."""
    scores = np.zeros(len(places))
    folds = np.arange(len(places)) % _FOLDS
    for fold in range(_FOLDS):
        seen, unseen = places[folds != fold], folds == fold
        sheet = make_sheet(table, seen)
        coefficients, bias = fit_risk(sheet, table, seen, settings)
        scores[unseen] = sheet.worst_scores(coefficients, bias, places[unseen])
    return scores


def _thresholds(low_scores: Floats, settings: Settings) -> Thresholds:
    if len(low_scores) == 0:
        return Thresholds(hold=0, high=0, clear_topic=settings.clear_topic)
    hold, high = np.quantile(low_scores, [1 - settings.hold_share, 1 - settings.high_share])
    return Thresholds(
        hold=_round(hold, settings), high=_round(max(hold, high), settings), clear_topic=settings.clear_topic
    )


def _weights(
    sheet: Sheet, table: Table, places: Places, thresholds: Thresholds, card: ModelCard, settings: Settings
) -> Weights:
    risk, bias = fit_risk(sheet, table, places, settings)
    topics, topic_biases = _fit_topics(sheet, table, places, settings)
    rows = sheet.rows_of(risk, topics, digits=settings.digits)
    return Weights(
        card=card,
        thresholds=thresholds,
        risk_bias=_round(bias, settings),
        topics=TOPICS,
        topic_biases=tuple(_round(value, settings) for value in topic_biases),
        hints=rows.hints,
        words=rows.words,
        pieces=rows.pieces,
    )


def _fit_topics(sheet: Sheet, table: Table, places: Places, settings: Settings) -> tuple[Floats, Floats]:
    """Topic weights, one column a topic, over the sheet's topic columns; a topic without rows is never meant."""
    values = sheet.values[:, sheet.topic_columns]
    coefficients, biases = np.zeros((values.shape[1], len(TOPICS))), np.full(len(TOPICS), -20.0)
    for at, topic in enumerate(TOPICS):
        is_meant = table.topics[places] == topic
        if 0 < is_meant.sum() < len(places):
            model = _regression(C=settings.topic_c).fit(values, is_meant, table.weights[places])
            coefficients[:, at], biases[at] = model.coef_[0], float(model.intercept_[0])
    return coefficients, biases


def _card(
    table: Table, places: Places, scores: Floats, thresholds: Thresholds, *, made_on: date, inputs: Sequence[InputFile]
) -> ModelCard:
    rows = [table.rows[at] for at in places]
    sources = sorted({row.source for row in rows})
    languages = sorted({row.language for row in rows})
    return ModelCard(
        name=NAME,
        made_on=made_on,
        method=METHOD,
        inputs=tuple(inputs),
        sources=tuple(_source_card(source, rows, scores >= thresholds.hold) for source in sources),
        languages={language: sum(row.language == language for row in rows) for language in languages},
        limits=LIMITS,
    )


def _source_card(source: str, rows: Sequence[LabelledText], is_above: NDArray[np.bool_]) -> SourceCard:
    own = [(row, bool(above)) for row, above in zip(rows, is_above, strict=True) if row.source == source]
    core = [(row.risk, above) for row, above in own if row.core]
    return SourceCard(
        source=source,
        licence=", ".join(sorted({row.licence for row, _ in own if row.licence})) or "not stated",
        rows=len(own),
        high=sum(risk == "high" for risk, _ in core),
        low=sum(risk == "low" for risk, _ in core),
        high_above_hold=sum(above for risk, above in core if risk == "high"),
        low_above_hold=sum(above for risk, above in core if risk == "low"),
    )


def _round(value: float, settings: Settings) -> float:
    return round(float(value), settings.digits)
