"""Whether one can tell who wrote a reply by its frame: everything but the words themselves.

Two simple classifiers learn it, a naive Bayes and scikit-learn's logistic regression. Both habits answer the same
messages; a message is in the training part with both replies or in the held-out part with both. Each message is held
out once, in one of five folds.
"""

import math
import re
import warnings
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from scipy.stats import binom, binomtest
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MaxAbsScaler

from supportbot.contract.types import RenderedReply
from supportbot.contract.voice import render
from supportbot.language.sentences import split_sentences
from tests.voices.hearing import hear
from tests.voices.people import ANSWERING, Said

FOLDS = 5
ERROR = 0.05
"""How often chance alone may call any of all the comparisons told apart."""
_BUCKET = 20
_MOST = 6
Frame = Mapping[str, float]
Row = tuple[Frame, int]
Trainer = Callable[[Sequence[Row]], Callable[[Frame], float]]


def frame_of(reply: RenderedReply) -> dict[str, float]:
    """Everything of a reply but its words: fields, buttons, sign-off, every mark of answer and details, lengths."""
    shown = render.to_json(reply)
    frame: dict[str, float] = {f"keys {sorted(shown)}": 1, f"sign-off {reply.sign_off}": 1, f"in {reply.locale}": 1}
    frame |= {f"field {place} {field.key} {field.label}": 1 for place, field in enumerate(reply.case_fields)}
    frame |= {f"status {field.value}": 1 for field in reply.case_fields if field.key == "status"}
    frame |= {f"button {place} {action.id}": 1 for place, action in enumerate(reply.next_actions)}
    for name, text in (("answer", reply.answer), ("details", reply.details)):
        frame |= {f"{name} {feature}": value for feature, value in _marks_of(text).items()}
    return frame


def _marks_of(text: str) -> dict[str, float]:
    """Each mark and how often it stands there, lines, sentences, digits, capitals, the last mark and the length."""
    counts = Counter(mark for mark in text if not mark.isalnum())
    marks: dict[str, float] = {f"mark {mark!a}": count for mark, count in counts.items()}
    return marks | {
        "lines": text.count("\n") + 1,
        "blank lines": text.count("\n\n"),
        "sentences": len(split_sentences(text)),
        "digits": sum(mark.isdecimal() for mark in text),
        "other digits": sum(mark.isdecimal() and not mark.isascii() for mark in text),
        "capitals": sum(mark.isupper() for mark in text),
        "capital after a colon": len(re.findall(r": [^\W\d_a-zà-ÿ]", text)),
        "small first letter": float(text[:1].islower()),
        f"ends with {text[-1:]!a}": 1,
        f"length {len(text) // _BUCKET}": 1,
        "length": len(text),
    }


@dataclass(frozen=True, slots=True)
class ToldApart:
    """How well one classifier told two habits apart.

    `both` and `neither` count the messages of which it knew both replies, and of which it took each for the other: by
    chance they are equally many. `alike` counts those whose replies are the same to the byte.
    """

    one: str
    other: str
    classifier: str
    messages: int
    right: int
    both: int
    neither: int
    alike: int

    @property
    def share(self) -> float:
        """The share of held-out replies given to the habit that wrote them."""
        return self.right / (2 * self.messages)

    @property
    def p(self) -> float:
        """How likely chance knows so many more messages wholly than wholly not (exact sign test, one-sided)."""
        decided = self.both + self.neither
        return float(binomtest(self.both, decided, 0.5, alternative="greater").pvalue) if decided else 1.0


def told_apart(
    one: str, other: str, sayings: Sequence[Said], *, classifier: str = "bayes", completing: bool = True
) -> ToldApart:
    """Both habits' held-out frames by one classifier, over every message that both answer."""
    pairs = [
        (first, second)
        for number, said in enumerate(sayings)
        if (first := hear(one, said, number, completing=completing).reply)
        and (second := hear(other, said, number, completing=completing).reply)
    ]
    alike = sum(first == second for first, second in pairs)
    # Where all are the same bytes there is nothing to learn: one of each two is guessed.
    known: Counter[int] = Counter({1: len(pairs)} if alike == len(pairs) else {})
    for fold in range(FOLDS if alike < len(pairs) else 0):
        rows = [(_frame(reply), label) for pair in _without(pairs, fold) for label, reply in enumerate(pair)]
        score = CLASSIFIERS[classifier](rows)
        for first, second in pairs[fold::FOLDS]:
            # A tie says nothing: it goes to the first, and so is right once in two.
            known[(score(_frame(first)) <= 0) + (score(_frame(second)) > 0)] += 1
    return ToldApart(one, other, classifier, len(pairs), known[1] + 2 * known[2], known[2], known[0], alike)


def comparisons(names: Sequence[str] = ANSWERING) -> tuple[tuple[str, str, str], ...]:
    """Every two habits that say the same thing, by every classifier."""
    return tuple((one, other, name) for one, other in combinations(names, 2) for name in CLASSIFIERS)


def at_chance(found: ToldApart, *, tests: int) -> bool:
    """Whether so much is no more than chance gives in one of so many tests (Bonferroni: `ERROR` over all of them)."""
    return found.p > ERROR / tests


def least_noticed(messages: int, *, tests: int, power: float = 0.9) -> tuple[int, float]:
    """What such a comparison notices, `power` of the times.

    Returns:
        how many messages are enough if they give the writer away without fail (the others being alike), and the share
        of right guesses if every message gives a little away.
    """
    without_fail = next(count for count in range(1, messages + 1) if 0.5**count <= ERROR / tests)
    share = next(percent / 1000 for percent in range(500, 1001) if _power(messages, percent / 1000, tests) >= power)
    return without_fail, share


def _power(messages: int, share: float, tests: int) -> float:
    """How often the sign test notices it when each of a message's two replies is known with this likelihood."""
    both, neither = share**2, (1 - share) ** 2
    decided = round(messages * (both + neither))
    least = next(count for count in range(decided + 2) if binom.sf(count - 1, decided, 0.5) <= ERROR / tests)
    return float(binom.sf(least - 1, decided, both / (both + neither)))


@cache
def _frame(reply: RenderedReply) -> Frame:
    return frame_of(reply)


def _without(
    pairs: Sequence[tuple[RenderedReply, RenderedReply]], fold: int
) -> list[tuple[RenderedReply, RenderedReply]]:
    return [pair for place, pair in enumerate(pairs) if place % FOLDS != fold]


def _bayes(rows: Sequence[Row]) -> Callable[[Frame], float]:
    """Naive Bayes over what is there, and how often up to six times."""
    counts = (Counter[str](), Counter[str]())
    for frame, label in rows:
        counts[label].update(_binned(frame))
    totals = [sum(label == which for _, label in rows) for which in (0, 1)]
    weights = {}
    for feature in set(counts[0]) | set(counts[1]):
        there = [(counts[which][feature] + 1) / (totals[which] + 2) for which in (0, 1)]
        weights[feature] = (math.log(there[1] / there[0]), math.log((1 - there[1]) / (1 - there[0])))

    def score(frame: Frame) -> float:
        """Above zero for the second habit."""
        present = _binned(frame)
        return round(math.fsum(weight[feature not in present] for feature, weight in weights.items()), 9)

    return score


def _binned(frame: Frame) -> frozenset[str]:
    return frozenset(
        f"{name} x{min(int(value), _MOST)}" for name, value in frame.items() if not name.endswith("length")
    )


def _logistic(rows: Sequence[Row]) -> Callable[[Frame], float]:
    """Logistic regression over the counts and lengths themselves."""
    model = make_pipeline(DictVectorizer(), MaxAbsScaler(), LogisticRegression(max_iter=300, tol=1e-6))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit([dict(frame) for frame, _ in rows], [label for _, label in rows])

    def score(frame: Frame) -> float:
        """Above zero for the second habit."""
        return round(float(model.decision_function([dict(frame)])[0]), 6)

    return score


CLASSIFIERS: dict[str, Trainer] = {"bayes": _bayes, "logistic": _logistic}
