"""Values about articles that cross borders."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from supportbot.contract.types import ActionId, Outcome

ArticleKind = Literal["help", "policy"]
ArticleState = Literal["draft", "reviewed", "published", "retired"]


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage as it is quoted. `article` is the article's title; `number` is "4.2" in a policy, else its position.

    `heading` stands as it was written, in a policy with its number.
    """

    ref: str
    article: str
    heading: str
    text: str
    version: int
    number: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PublishedArticle:
    """An article as it is published, with everything that search and drafts need of it."""

    slug: str
    version: int
    kind: ArticleKind
    title: str
    locale: str
    topic: str
    short_answer: str
    short_answer_plain: str
    actions: tuple[ActionId, ...]
    outcome: Outcome | None
    questions: tuple[str, ...]
    passages: tuple[PassageText, ...]


@dataclass(frozen=True, slots=True)
class ArticleHit:
    """A published article ranked for one question.

    `score` is 0 to 1; from `knowledge.search.THRESHOLD` on the article is about the question. `margin` is the lead
    over the next article as a share of the score, 0 to 1; a short answer stands alone from
    `knowledge.search.CLEAR_MARGIN` on.
    """

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


@dataclass(frozen=True, slots=True)
class ArticleLine:
    """The newest version of an article in a list; `live_version` is the published one, None when there is none."""

    slug: str
    title: str
    kind: str
    locale: str
    topic: str | None
    version: int
    state: str
    reviewed_by: str | None
    live_version: int | None


@dataclass(frozen=True, slots=True)
class ArticleVersion:
    """One version of an article to read, with the numbers and states of all of them, newest first."""

    line: ArticleLine
    reviewed_at: datetime | None
    published_at: datetime | None
    short_answer: str
    questions: tuple[str, ...]
    passages: tuple[PassageText, ...]
    versions: tuple[tuple[int, str], ...]
