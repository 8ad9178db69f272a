"""Scores a text by the linear model, in plain Python: sums of weights, the worst clause, the words that decided."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from supportbot.routing.policy import TriageRules
from supportbot.routing.types import Topic
from supportbot.triage.features import (
    Clause,
    Features,
    Located,
    clauses_of,
    features_of,
    hint_places,
    located_hints,
    pieces_of,
    token,
)
from supportbot.triage.parsed_text import Reading, read
from supportbot.triage.types import Score, WordShare
from supportbot.triage.weights import FIRST_TOPIC, Weights
from supportbot.triage.word_kinds import kind_hints

_MAX_WORDS = 3
# "and" and "box" may add to a score, and tell a reader nothing.
_TELLING_LETTERS = 4
_RISK = 1
# A block is never shorter than this: two or three words alone do not speak as loudly as a sentence.
SHORTEST = 15.0
Rows = Mapping[str, Sequence[float]]


@dataclass(frozen=True, slots=True)
class _Lengths:
    words: float
    pieces: float


def score(weights: Weights, text: str, rules: TriageRules) -> Score:
    """What the model says of a text; the policy's phrases are among what it looks at."""
    return score_reading(weights, read(text, rules), rules)


def score_reading(weights: Weights, reading: Reading, rules: TriageRules) -> Score:
    """The same for a text already read: the whole message and each clause, of which the worst counts."""
    located = located_hints(reading, rules)
    whole = features_of(reading, rules, located=located)
    best, worst = risk_of(weights, whole), Clause(0, len(reading.words))
    at_first = best
    for clause in clauses_of(reading):
        risk = risk_of(weights, features_of(reading, rules, clause, located=located))
        if risk > best:
            best, worst = risk, clause
    # Words are named with a reason to hold; below the lower limit nobody asks for them.
    holds = best >= weights.thresholds.hold
    words = _deciding(word_shares(weights, reading, rules, worst, located=located), reading) if holds else ()
    return Score(best, at_first, words, topics_of(weights, whole))


def risk_of(weights: Weights, features: Features) -> float:
    """The log odds of high risk for some features."""
    words, _ = _block(weights.words, features.words)
    pieces, _ = _block(weights.pieces, features.pieces)
    hints = math.fsum([row[_RISK] for row in map(weights.hints.get, features.hints) if row])
    return weights.risk_bias + words + pieces + hints


def topics_of(weights: Weights, features: Features) -> dict[Topic, float]:
    """Each topic's share for some features, 0 to 1, each for itself."""
    known = [weights.words[key] for key in features.words if key in weights.words]
    length = _length(known)
    told = [row for row in known if len(row) > FIRST_TOPIC]
    hints = [weights.hints[key] for key in features.hints if key in weights.hints]
    shares = {}
    for at, topic in enumerate(weights.topics, start=FIRST_TOPIC):
        odds = weights.topic_biases[at - FIRST_TOPIC] + math.fsum(row[at] for row in told) / length
        shares[topic] = _share(odds + math.fsum(row[at] for row in hints if len(row) > at))
    return shares


def word_shares(
    weights: Weights,
    reading: Reading,
    rules: TriageRules,
    part: Clause | None = None,
    *,
    located: Sequence[Located] | None = None,
) -> list[WordShare]:
    """What each word of a reading, or of one clause, adds to the risk: itself, its pairs, its pieces, and its share of
    the policy's phrases that cover it. A word said twice shows its share at both places."""
    part = part or Clause(0, len(reading.words))
    located = located_hints(reading, rules) if located is None else located
    features = features_of(reading, rules, part, located=located)
    lengths = _Lengths(_block(weights.words, features.words)[1], _block(weights.pieces, features.pieces)[1])
    tokens = [token(word) for word in reading.words]
    shares = {
        at: 0.0 if at in reading.explained_places else _own_share(weights, tokens, at, part, lengths)
        for at in range(part.first, part.end)
    }
    for hint, places in hint_places(located, part).items():
        for at in places:
            shares[at] += _weight(weights.hints, hint) / len(places)
    counted: set[str] = set()
    for hint, parts in kind_hints(reading, part.first, part.end):
        places = {at for one in parts for at in one} if hint not in counted else set()
        counted.add(hint)
        for at in places:
            shares[at] += _weight(weights.hints, hint) / len(places)
    return [WordShare(reading.words[at].start, reading.words[at].end, share) for at, share in shares.items()]


def _own_share(weights: Weights, tokens: Sequence[str], at: int, part: Clause, lengths: _Lengths) -> float:
    total = _weight(weights.words, tokens[at]) / lengths.words
    if at > part.first:
        total += _weight(weights.words, f"{tokens[at - 1]} {tokens[at]}") / lengths.words / 2
    if at + 1 < part.end:
        total += _weight(weights.words, f"{tokens[at]} {tokens[at + 1]}") / lengths.words / 2
    rows = weights.pieces
    return total + math.fsum([rows[piece][_RISK] for piece in pieces_of(tokens[at]) if piece in rows]) / lengths.pieces


def _deciding(found: Sequence[WordShare], reading: Reading) -> tuple[str, ...]:
    shares = sorted(found, key=lambda share: (-share.share, share.start))
    words = dict.fromkeys(reading.text[share.start : share.end] for share in shares if share.share > 0)
    telling = [word for word in words if len(word) >= _TELLING_LETTERS]
    return tuple(telling or words)[:_MAX_WORDS]


def _block(rows: Rows, keys: Iterable[str]) -> tuple[float, float]:
    """The block's sum of risk weights divided by its length, and that length."""
    known = list(filter(None, map(rows.get, keys)))
    length = _length(known)
    return math.fsum([row[_RISK] for row in known]) / length, length


def _length(known: Sequence[Sequence[float]]) -> float:
    return max(math.sqrt(math.fsum([row[0] * row[0] for row in known])), SHORTEST)


def _weight(rows: Rows, key: str) -> float:
    row = rows.get(key)
    return row[_RISK] if row else 0.0


def _share(odds: float) -> float:
    return 1 / (1 + math.exp(-min(max(odds, -50.0), 50.0)))
