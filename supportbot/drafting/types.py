"""Values of drafting that cross borders."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from supportbot.billing.types import CaseRecord
from supportbot.contract.types import AllowedFacts, Change, Finding, RenderedReply, ReplyFields
from supportbot.gateway.types import Attempt
from supportbot.governance.types import ActivePolicy
from supportbot.knowledge.types import ArticleHit, PassageText
from supportbot.language.money import Money
from supportbot.routing.types import RouteDecision, Triage

DraftState = Literal[
    "waiting", "drafting", "ready", "held", "compared", "void", "approved", "sent", "rejected", "failed"
]
Severity = Literal["S1", "S2", "S3", "S4"]
Variant = Literal["as_drafted", "approve_refund"]
VARIANTS: tuple[Variant, ...] = get_args(Variant)
RejectReason = Literal["wrong_fact", "does_not_answer", "promises_too_much", "wrong_tone", "other"]
REJECT_REASONS: dict[RejectReason, str] = {
    "wrong_fact": "Wrong fact",
    "does_not_answer": "Does not answer the question",
    "promises_too_much": "Promises too much",
    "wrong_tone": "Wrong tone or language",
    "other": "Something else",
}


@dataclass(frozen=True, slots=True)
class Turn:
    """One thing said before, oldest first. `role`: customer, agent or system."""

    role: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShopFacts:
    """What a reply needs to know of the shop. `link_hosts` are its own pages: the only ones a reply may lead to."""

    name: str
    time_zone: str
    currency: str
    sign_off: str
    link_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CaseFile:
    """Everything a draft may rest on, read in one go. `record_error` says why there is no record when there should be
    one (a failed lookup leads to a hold); `is_stale` that it was set aside because it is too old.
    `article_languages` are those with at least one published help article."""

    message_id: int
    conversation_id: int
    case_number: str
    is_newest: bool
    shop: ShopFacts
    customer_name: str
    customer_email: str | None
    verified: bool
    locale: str
    question: str
    turns: tuple[Turn, ...]
    open_money_case: bool
    record: CaseRecord | None
    record_error: str | None
    articles: tuple[ArticleHit, ...]
    policy_passages: tuple[PassageText, ...]
    is_stale: bool = False
    article_languages: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Divergence:
    """One field in which routing changed the answer: as the fast task proposed it, and as the other did."""

    field: str
    before: str
    after: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Plan:
    """One run: the case, what triage and routing said under which policy, and when a waiting customer hears again."""

    case: CaseFile
    triage: Triage
    decision: RouteDecision
    policy: ActivePolicy
    update_by: datetime
    generation: int
    triage_attempts: tuple[Attempt, ...] = ()

    @property
    def tasks(self) -> tuple[str, ...]:
        """The task that may be sent first, then the one made for comparison."""
        compare = self.decision.compare_task
        return (self.decision.task, compare) if compare else (self.decision.task,)


@dataclass(frozen=True, slots=True)
class Grounding:
    """What a reply to a case may rest on: what it may state, and the passages that its prompt shows.

    `completing` is what a short answer may be completed from, text by reference; `words` is everything that was given
    or said in the case: a name that stands there is no stranger's.
    """

    allowed: AllowedFacts
    passages: tuple[PassageText, ...]
    completing: Mapping[str, str]
    words: str


@dataclass(frozen=True, slots=True)
class Composed:
    """What came of one task. `fields` is as the model proposed it, `reply` as it would be sent, `changes` what lies
    between the two.

    `reply` is None when the task failed; `failure` then says why. `variants` maps a name to reply, hash and the money
    it promises in minor units.
    """

    task: str
    model_key: str | None
    attempts: tuple[Attempt, ...]
    fields: ReplyFields | None
    reply: RenderedReply | None
    failure: str | None
    variants: dict[str, Any]
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    sources: list[dict[str, Any]]
    facts: dict[str, Any]
    amount: Money | None


@dataclass(frozen=True, slots=True)
class Answered:
    """A case's drafts, the one that may be sent first, and in what routing changed the answer."""

    plan: Plan
    drafts: tuple[Composed, ...]
    divergences: tuple[Divergence, ...]
