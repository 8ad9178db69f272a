"""Values about articles that cross borders."""

from dataclasses import dataclass

from supportbot.contract.types import ActionId, Outcome


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage as it is quoted. `number` is e.g. "4.2" for policy passages, else its position."""

    ref: str
    article: str
    heading: str
    text: str
    version: int


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """A published article ranked for one question. `score` is BM25, higher is better; `margin` is the lead over the
    next article as a share of the score, 0 to 1."""

    slug: str
    title: str
    locale: str
    topic: str
    short_answer: str
    short_answer_plain: str
    actions: tuple[ActionId, ...]
    outcome: Outcome | None
    passages: tuple[PassageText, ...]
    score: float
    margin: float
