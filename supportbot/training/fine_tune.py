"""Goes on from weights with the team's own labels: a logistic regression that the weights it starts from hold back.

The prior of each weight is its value before (L2 towards it), so few labels move little and many move much. Needs scipy
only; the same labels give the same weights, bit by bit. `tests/triage/test_adapting.py` holds it to scikit-learn's.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from supportbot.errors import InvalidInput
from supportbot.routing.policy import TriageRules
from supportbot.training.design_matrix import BLOCKS, SCALES, Block
from supportbot.training.types import Lesson
from supportbot.triage.features import Features, clauses_of, features_of
from supportbot.triage.parsed_text import read
from supportbot.triage.scoring import SHORTEST, score_reading
from supportbot.triage.weights import FIRST_TOPIC, ModelCard, SourceCard, Thresholds, Weights

MIN_HIGH, MIN_LOW = 5, 5
# In how many labels a feature must stand before it gets a weight of its own.
_LEAST: dict[Block, int] = {"words": 3, "pieces": 5, "hints": 1}
_FOLDS = 3
_DIGITS = 4
_MOST_STEPS, _MOST_TURNS, _CLOSE_ENOUGH = 30, 250, 1e-4
SOURCE = "labels of this team"
METHOD = (
    "The weights before, moved by the team's own labels (logistic regression with those weights as prior, by scipy). "
    "Thresholds from scores out of fold."
)
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Settings:
    """How far labels may move the weights (`risk_c`, `topic_c`), and what share of low-risk labels, out of fold, may
    score above each threshold; `hold` goes lower for missed disputes, until `most_held` of low risk lie above it."""

    risk_c: float = 10.0
    topic_c: float = 3.0
    clause_weight: float = 0.5
    hold_share: float = 0.05
    high_share: float = 0.015
    most_missed: float = 0.02
    most_held: float = 0.08


DEFAULTS = Settings()


def adapt(
    base: Weights, lessons: Sequence[Lesson], rules: TriageRules, *, made_on: date, settings: Settings = DEFAULTS
) -> Weights:
    """Weights that go on from `base` with labelled messages.

    Raises:
        InvalidInput: there are too few labels of a risk to learn from; says how many.
    """
    return adapt_on(Classroom(base, lessons, rules), range(len(lessons)), made_on=made_on, settings=settings)


class Classroom:
    """Labelled messages read once, for any part of them to be learned from."""

    def __init__(self, base: Weights, lessons: Sequence[Lesson], rules: TriageRules) -> None:
        self.base, self.lessons, self.rules = base, tuple(lessons), rules
        self.readings = tuple(read(lesson.text, rules) for lesson in lessons)
        self.wholes = tuple(features_of(reading, rules) for reading in self.readings)
        self.clauses = tuple(
            tuple(features_of(reading, rules, clause) for clause in clauses_of(reading)) for reading in self.readings
        )


def adapt_on(of: Classroom, places: Sequence[int], *, made_on: date, settings: Settings = DEFAULTS) -> Weights:
    """Weights from some of the messages; nothing of the others goes in.

    Raises:
        InvalidInput: as for `adapt`.
    """
    told = [at for at in places if of.lessons[at].risk is not None]
    _check(of, told)
    fitted = _fit(of, places, told, settings)
    scores = np.zeros(len(told))
    folds = np.array(stratified([of.lessons[at].risk == "high" for at in told], _FOLDS))
    for fold in range(_FOLDS):
        seen = [at for at, number in zip(told, folds, strict=True) if number != fold]
        part = _fit(of, [], seen, settings)
        for rank in np.flatnonzero(folds == fold):
            scores[rank] = score_reading(part, of.readings[told[rank]], of.rules).risk
    is_high = np.array([of.lessons[at].risk == "high" for at in told], dtype=np.bool_)
    thresholds = _thresholds(of.base.thresholds, scores, is_high, settings)
    card = _card(of, places, scores, is_high, thresholds, made_on=made_on)
    return fitted.model_copy(update={"card": card, "thresholds": thresholds})


def fit_with_prior(
    values: Any, offsets: Floats, wanted: Flags, counted: Floats, *, strength: float
) -> tuple[Floats, float]:
    """How far each weight moves from its prior, and the bias.

    Minimises half the squared move plus `strength` times the counted log loss; the bias is free.

    Args:
        values: a sparse matrix, one line a message.
        offsets: each line's score by the prior.
    """
    signs = np.where(wanted, 1.0, -1.0)
    pull = np.append(np.ones(values.shape[1]), 0.0)
    point = np.zeros(len(pull))

    def margins_at(where: Floats) -> Floats:
        margins: Floats = signs * (values @ where[:-1] + where[-1] + offsets)
        return margins

    def loss(where: Floats) -> float:
        lost = counted @ np.logaddexp(0.0, -margins_at(where))
        return float(strength * lost + (pull * where) @ where / 2)

    def back(per_line: Floats) -> Floats:
        return np.append(values.T @ per_line, per_line.sum())

    for _ in range(_MOST_STEPS):
        missing = _share(-margins_at(point))
        gradient = pull * point - back(strength * counted * signs * missing)
        if np.abs(gradient).max() < _CLOSE_ENOUGH:
            break
        curve = strength * counted * missing * (1 - missing)

        def bend(move: Floats, curve: Floats = curve) -> Floats:
            bent: Floats = pull * move + back(curve * (values @ move[:-1] + move[-1])) + 1e-9 * move
            return bent

        point = _stepped(point, _solved(bend, -gradient), loss)
    return point[:-1], float(point[-1])


def _stepped(point: Floats, move: Floats, loss: Callable[[Floats], float]) -> Floats:
    """A full step, halved until it gains."""
    before = loss(point)
    for halving in range(20):
        after: Floats = point + move / 2**halving
        if loss(after) <= before:
            return after
    return point


def _solved(bend: Callable[[Floats], Floats], wanted: Floats) -> Floats:
    """Conjugate gradients: the move whose bend is `wanted`."""
    move = np.zeros(len(wanted))
    left = wanted.copy()
    way = left.copy()
    size = left @ left
    for _ in range(_MOST_TURNS):
        if size < _CLOSE_ENOUGH**2:
            break
        bent = bend(way)
        length = size / (way @ bent)
        move += length * way
        left -= length * bent
        size, before = left @ left, size
        way = left + (size / before) * way
    return move


def balanced(wanted: Flags, counted: Floats) -> Floats:
    """Counts scaled so that both classes weigh the same, as scikit-learn's "balanced" does."""
    high = counted[wanted].sum()
    low = counted.sum() - high
    total = counted.sum()
    scaled: Floats = counted * np.where(wanted, total / (2 * high), total / (2 * low))
    return scaled


def stratified(flags: Sequence[bool], folds: int) -> list[int]:
    """A fold for each place, so that both classes are spread evenly."""
    seen = {True: 0, False: 0}
    given = []
    for flag in flags:
        given.append(seen[flag] % folds)
        seen[flag] += 1
    return given


# Fitting


def _fit(of: Classroom, places: Sequence[int], told: Sequence[int], settings: Settings) -> Weights:
    """The base moved by the risks of `told` and the topics of `places`."""
    widened = _widened(of, told)
    moved = _with_risk(of, widened, told, settings)
    topical = [at for at in places if of.lessons[at].topic is not None]
    return _with_topics(of, moved, topical, settings) if topical else moved


def _widened(of: Classroom, places: Sequence[int]) -> Weights:
    """The base with a place, of weight nothing, for each feature that enough labels have."""
    blocks: dict[str, dict[str, tuple[float, ...]]] = {}
    for block in BLOCKS:
        known: Mapping[str, Sequence[float]] = getattr(of.base, block)
        seen = Counter(key for at in places for key in getattr(of.wholes[at], block) if key not in known)
        new = {key: count for key, count in seen.items() if count >= _LEAST[block]}
        rows = {key: (1.0 if block == "hints" else _rarity(new[key], len(places)), 0.0) for key in sorted(new)}
        blocks[block] = {**known, **rows}  # type: ignore[dict-item]
    return of.base.model_copy(update=blocks)


def _with_risk(of: Classroom, weights: Weights, places: Sequence[int], settings: Settings) -> Weights:
    parts = [of.wholes[at] for at in places]
    wanted = [of.lessons[at].risk == "high" for at in places]
    counted = [1.0] * len(parts)
    for at in places:
        if of.lessons[at].risk == "low":
            parts += of.clauses[at]
            wanted += [False] * len(of.clauses[at])
            counted += [settings.clause_weight] * len(of.clauses[at])
    is_high, counts = np.array(wanted, dtype=np.bool_), np.array(counted, dtype=np.float64)
    sheet = _sheet(weights, parts)
    offsets = sheet.values @ sheet.priors[:, 0] + weights.risk_bias
    moves, bias = fit_with_prior(sheet.values, offsets, is_high, balanced(is_high, counts), strength=settings.risk_c)
    blocks = _moved(weights, sheet, {1: moves})
    return weights.model_copy(update={**blocks, "risk_bias": _round(weights.risk_bias + bias)})


def _with_topics(of: Classroom, weights: Weights, places: Sequence[int], settings: Settings) -> Weights:
    sheet = _sheet(weights, [of.wholes[at] for at in places], without=("pieces",))
    topics = [of.lessons[at].topic for at in places]
    counted = np.ones(len(places))
    moves, biases = {}, list(weights.topic_biases)
    for at, topic in enumerate(weights.topics):
        wanted = np.array([one == topic for one in topics], dtype=np.bool_)
        if wanted.sum() < MIN_HIGH or wanted.all():
            continue
        offsets = sheet.values @ sheet.priors[:, 1 + at] + weights.topic_biases[at]
        moves[FIRST_TOPIC + at], bias = fit_with_prior(
            sheet.values, offsets, wanted, counted, strength=settings.topic_c
        )
        biases[at] = _round(weights.topic_biases[at] + bias)
    return weights.model_copy(update={**_moved(weights, sheet, moves), "topic_biases": tuple(biases)})


@dataclass(frozen=True, slots=True)
class _Sheet:
    """The features that some messages have, as one matrix. `priors` has a line a column: risk, then each topic."""

    columns: tuple[tuple[Block, str], ...]
    values: Any
    priors: Floats


def _sheet(weights: Weights, parts: Sequence[Features], *, without: Iterable[Block] = ()) -> _Sheet:
    from scipy import sparse

    numbers: dict[tuple[Block, str], int] = {}
    lines: list[int] = []
    places: list[int] = []
    values: list[float] = []
    for line, part in enumerate(parts):
        for block in BLOCKS:
            if block not in without:
                for key, value in _block_values(weights, part, block):
                    lines.append(line)
                    places.append(numbers.setdefault((block, key), len(numbers)))
                    values.append(value)
    matrix = sparse.csr_array((values, (lines, places)), shape=(len(parts), len(numbers)))
    width = 1 + len(weights.topics)
    priors = np.array([_prior(weights, *column, width=width) for column in numbers]).reshape(len(numbers), width)
    return _Sheet(tuple(numbers), matrix, priors)


def _block_values(weights: Weights, part: Features, block: Block) -> Iterable[tuple[str, float]]:
    """What stands in a message, each as large as it counts: rare features more, long messages not more."""
    rows: Mapping[str, Sequence[float]] = getattr(weights, block)
    known = sorted(key for key in getattr(part, block) if key in rows)
    if block == "hints":
        return [(key, SCALES[block]) for key in known]
    length = max(math.sqrt(math.fsum(rows[key][0] ** 2 for key in known)), SHORTEST)
    return [(key, rows[key][0] * SCALES[block] / length) for key in known]


def _prior(weights: Weights, block: Block, key: str, *, width: int) -> list[float]:
    row: Sequence[float] = getattr(weights, block)[key]
    scale = row[0] * SCALES[block] or 1.0
    told = [value / scale for value in row[1:]]
    return told + [0.0] * (width - len(told))


def _moved(weights: Weights, sheet: _Sheet, moves: Mapping[int, Floats]) -> dict[str, dict[str, tuple[float, ...]]]:
    """The blocks with their rows moved; `moves` maps a place in a row to the move of each column."""
    blocks: dict[str, dict[str, tuple[float, ...]]] = {block: dict(getattr(weights, block)) for block in BLOCKS}
    longest = max(moves, default=1)
    for at, (block, key) in enumerate(sheet.columns):
        row = list(blocks[block][key])
        if longest >= FIRST_TOPIC:
            row += [0.0] * (FIRST_TOPIC + len(weights.topics) - len(row))
        scale = row[0] * SCALES[block]
        for place, columns in moves.items():
            row[place] = _round(row[place] + float(columns[at]) * scale)
        blocks[block][key] = tuple(row)
    return blocks


# Thresholds and card


def _thresholds(before: Thresholds, scores: Floats, is_high: Flags, settings: Settings) -> Thresholds:
    """As high as the shares of low-risk labels allow, and never so high that more than a few disputes slip below."""
    hold, high = np.quantile(scores[~is_high], [1 - settings.hold_share, 1 - settings.high_share])
    hold = min(hold, np.quantile(scores[is_high], settings.most_missed))
    # A wrong label or two among the disputes must not hold everything.
    hold = max(hold, np.quantile(scores[~is_high], 1 - settings.most_held))
    return Thresholds(hold=_round(hold), high=_round(max(hold, high)), clear_topic=before.clear_topic)


def _card(
    of: Classroom, places: Sequence[int], scores: Floats, is_high: Flags, thresholds: Thresholds, *, made_on: date
) -> ModelCard:
    before = of.base.card
    languages = Counter(before.languages) + Counter(of.lessons[at].language for at in places)
    own = SourceCard(
        source=SOURCE,
        licence="own",
        rows=len(places),
        high=int(is_high.sum()),
        low=int((~is_high).sum()),
        high_above_hold=int((scores[is_high] >= thresholds.hold).sum()),
        low_above_hold=int((scores[~is_high] >= thresholds.hold).sum()),
    )
    return before.model_copy(
        update={
            "made_on": made_on,
            "method": METHOD,
            "sources": (*(source for source in before.sources if source.source != SOURCE), own),
            "languages": dict(sorted(languages.items())),
        }
    )


def _check(of: Classroom, told: Sequence[int]) -> None:
    high = sum(of.lessons[at].risk == "high" for at in told)
    low = len(told) - high
    if high < MIN_HIGH or low < MIN_LOW:
        raise InvalidInput(
            f"There are {high} labels of high and {low} of low risk; training needs at least {MIN_HIGH} and {MIN_LOW}."
        )


def _share(odds: Floats) -> Floats:
    shares: Floats = 1 / (1 + np.exp(-np.clip(odds, -50, 50)))
    return shares


def _rarity(found: int, total: int) -> float:
    return _round(math.log((1 + total) / (1 + found)) + 1)


def _round(value: float) -> float:
    return round(float(value), _DIGITS)
