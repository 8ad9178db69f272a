"""Values of the reply contract. Pure; no database, no HTTP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, Literal, TypeVar, get_args

from supportbot.language.money import Money

FieldsT = TypeVar("FieldsT")

# What triage says a message is about.
Topic = Literal[
    "billing",
    "refund",
    "cancellation",
    "account_howto",
    "bug_technical",
    "order_shipping",
    "feedback_other",
    "out_of_scope",
]
Outcome = Literal[
    "answered",
    "needs_information",
    "refund_approved",
    "refund_needs_review",
    "refund_declined",
    "charge_needs_review",
    "cancellation_confirmed",
    "cancellation_needs_review",
    "escalated",
]
OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
ActionId = Literal[
    "open_invoices",
    "track_order",
    "manage_plan",
    "update_details",
    "send_information",
    "report_problem",
    "refund_review",
    "cancellation_review",
    "talk_to_person",
]
ACTIONS: tuple[ActionId, ...] = get_args(ActionId)
CaseKey = Literal["case_number", "topic", "plan_or_order", "amount_in_question", "status", "next_update_by"]
CASE_KEYS: tuple[CaseKey, ...] = get_args(CaseKey)


@dataclass(frozen=True, slots=True)
class ReplyFields:
    """What a model fills in, validated. `confidence` is 0 to 1.

    `ask` is the question back to the customer, from reply/2 on; empty when there is none.
    """

    answer: str
    details: str
    outcome: Outcome
    next_actions: tuple[ActionId, ...]
    facts_used: tuple[str, ...]
    sources: tuple[str, ...]
    confidence: float
    ask: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One step of the normaliser on one field: the rule, its name for people, and what stood there before and after.

    Long texts show only where they differ; characters that nobody sees are written out as "‹U+200B›".
    """

    rule: str
    title: str
    field: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CaseField:
    """One line of the case block, ready to show."""

    key: CaseKey
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button under the reply."""

    id: ActionId
    label: str


@dataclass(frozen=True, slots=True)
class CaseFrame:
    """Everything around the model's words, set by code: always six case fields in one order, and one sign-off."""

    case_fields: tuple[CaseField, ...]
    sign_off: str
    locale: str


@dataclass(frozen=True, slots=True)
class RenderedReply:
    """The reply exactly as the customer will see it. `outcome` is what it promises, as code decided."""

    answer: str
    details: str
    outcome: Outcome
    case_fields: tuple[CaseField, ...]
    next_actions: tuple[Action, ...]
    sign_off: str
    locale: str = "en"


@dataclass(frozen=True, slots=True)
class AllowedFacts:
    """What a reply may state: everything here comes from the case record, the articles or the frame.

    `percents` are shares as "12.5"; `named` is every text that was given, in which the name of a plan must stand;
    `asked` is what the customer wrote, which a reply does not repeat at length; `others` are names of other customers.
    """

    amounts: frozenset[Money]
    dates: frozenset[date]
    ids: frozenset[str]
    outcomes: frozenset[Outcome]
    link_hosts: frozenset[str]
    sources: frozenset[str]
    facts: frozenset[str]
    may_promise: bool
    percents: frozenset[str] = frozenset()
    named: str = ""
    asked: str = ""
    others: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Finding:
    """One check's result. `severity` says what a failure means: "block" (not to be approved unchanged) or "warn"."""

    rule: str
    title: str
    passed: bool
    severity: Literal["block", "warn"]
    field: str
    found: str = ""
    expected: str = ""


@dataclass(frozen=True, slots=True)
class SchemaVersion(Generic[FieldsT]):
    """One version of an output schema: `name` is e.g. "reply/1", `schema` what a provider is given.

    `parse` reads a model's whole answer strictly and raises ContractError.
    """

    name: str
    schema: Mapping[str, Any]
    parse: Callable[[str], FieldsT]
