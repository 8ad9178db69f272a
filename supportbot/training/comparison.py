"""Compares a way of training with the weights in use, on the same labelled messages, each judged unseen. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from supportbot.stats import Count
from supportbot.training.fine_tune import Classroom, adapt_on, stratified
from supportbot.training.types import Lesson
from supportbot.triage.evidence import gather
from supportbot.triage.rules import judge
from supportbot.triage.weights import Weights

FOLDS = 5
Verdict = Literal["better", "same", "worse"]
Judge = Callable[[int], tuple[bool, str]]


@dataclass(frozen=True, slots=True)
class Figures:
    """what one model does: held of the high and of the low ones, and right topics by topic."""

    high_held: Count
    low_held: Count
    topics: dict[str, Count]


@dataclass(frozen=True, slots=True)
class Comparison:
    """The weights in use and the candidate on the same messages; `seen` of them the ones in use had learned from."""

    in_use: Figures
    candidate: Figures
    seen: int
    languages: dict[str, int]

    @property
    def verdict(self) -> Verdict:
        """Worse as soon as one more dispute slips; better when fewer slip, or as few and fewer are held for nothing."""
        gained = self.candidate.high_held.hits - self.in_use.high_held.hits
        spared = self.in_use.low_held.hits - self.candidate.low_held.hits
        if gained < 0 or (gained == 0 and spared < 0):
            return "worse"
        return "better" if gained > 0 or spared > 0 else "same"

    @property
    def words(self) -> str:
        """The verdict in a sentence, with its counts."""
        high, low = self.in_use.high_held.total, self.in_use.low_held.total
        missed = [high - one.high_held.hits for one in (self.candidate, self.in_use)]
        needless = [one.low_held.hits for one in (self.candidate, self.in_use)]
        said = (
            f"Of {high} high-risk messages it misses {missed[0]}, the weights in use {missed[1]}; "
            f"of {low} routine ones it holds {needless[0]}, the weights in use {needless[1]}."
        )
        if missed[0] > missed[1]:
            return f"Not recommended: it misses more disputes. {said}"
        endings = {"better": "Recommended. ", "same": "No difference. ", "worse": "Not recommended: it holds more. "}
        return f"{endings[self.verdict]}{said}"

    def as_json(self) -> dict[str, Any]:
        """Everything as the table of candidates keeps it."""
        return {
            "verdict": self.verdict,
            "words": self.words,
            "seen": self.seen,
            "languages": self.languages,
            "in_use": _figures_json(self.in_use),
            "candidate": _figures_json(self.candidate),
        }


def compare(room: Classroom, in_use: Weights, *, made_on: date, seen: int = 0) -> Comparison:
    """Cross-validate training on the messages of a classroom, beside the weights in use.

    Each message is judged by all layers, once with weights trained on the other four fifths, once with those in use.

    Args:
        seen: how many of the messages the weights in use learned from; their figures are too good by that.

    Raises:
        InvalidInput: too few labels of a risk.
    """
    lessons = room.lessons
    folds = stratified([lesson.risk == "high" for lesson in lessons], FOLDS)
    trained = [
        adapt_on(room, [at for at, fold in enumerate(folds) if fold != number], made_on=made_on)
        for number in range(FOLDS)
    ]
    languages = {name: sum(one.language == name for one in lessons) for name in {one.language for one in lessons}}
    return Comparison(
        in_use=_figures(lessons, lambda at: _judged(room, at, in_use)),
        candidate=_figures(lessons, lambda at: _judged(room, at, trained[folds[at]])),
        seen=seen,
        languages=dict(sorted(languages.items())),
    )


def _judged(room: Classroom, at: int, weights: Weights) -> tuple[bool, str]:
    triage = judge(gather(room.lessons[at].text, room.rules, weights))
    return triage.risk == "high" or triage.unsure, triage.topic


def _figures(lessons: Sequence[Lesson], judged: Judge) -> Figures:
    found = [judged(at) for at in range(len(lessons))]
    pairs = list(zip(lessons, found, strict=True))
    topics = sorted({lesson.topic for lesson in lessons if lesson.topic is not None})
    return Figures(
        high_held=_count([held for lesson, (held, _) in pairs if lesson.risk == "high"]),
        low_held=_count([held for lesson, (held, _) in pairs if lesson.risk == "low"]),
        topics={name: _count([said == name for lesson, (_, said) in pairs if lesson.topic == name]) for name in topics},
    )


def _count(flags: Sequence[bool]) -> Count:
    return Count(sum(flags), len(flags))


def _figures_json(figures: Figures) -> dict[str, Any]:
    return {
        "high_held": [figures.high_held.hits, figures.high_held.total],
        "low_held": [figures.low_held.hits, figures.low_held.total],
        "topics": {name: [count.hits, count.total] for name, count in figures.topics.items()},
    }
