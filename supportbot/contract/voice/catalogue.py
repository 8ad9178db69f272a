"""The words that code writes into replies, one TOML file per language; English stands in for a missing one."""

import tomllib
from functools import lru_cache
from typing import Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from supportbot.contract.types import ACTIONS, CASE_KEYS, OUTCOMES, ActionId, CaseKey, Outcome
from supportbot.language.languages import LANGUAGES, folder, language_of

FactTemplate = Literal[
    "after_cancelling",
    "renewed_without_notice",
    "renewed_with_late_notice",
    "unused",
    "unused_of",
    "too_much",
    "invoice_twice",
    "period_twice",
    "far_apart",
    "chargeback",
    "went_back",
    "goes_back",
    "reserved",
    "failed",
    "window_open",
    "window_closed",
    "no_charge_in",
    "no_charge",
    "mixed",
]
FACT_TEMPLATES: tuple[FactTemplate, ...] = get_args(FactTemplate)


class Dispute(BaseModel):
    """What a held money question is told while a person checks it; `{what}` is one of the four things after it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    checking: str
    checking_until: str
    charge: str
    refund: str
    charges: str
    cancellation: str
    policy: str
    not_signed_in: str


class Notices(BaseModel):
    """Whole sentences; `{...}` is filled by code."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    held: str
    held_until: str
    refund_approved: str
    refund_approved_details: str
    no_answer: str
    checking: str
    checking_until: str


class Words(BaseModel):
    """Short words around dates and missing values. `today` and `tomorrow` have `{time}`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    not_known: str
    no_amount: str
    no_update: str
    today: str
    tomorrow: str
    team: str


class Catalogue(BaseModel):
    """One language's labels, notices and action names. `date_locale` is what Babel formats dates with.

    `facts` are sentences about the records, told by `contract.telling`; `charges` name one of several charges in them.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    locale: str
    date_locale: str
    fields: dict[CaseKey, str]
    actions: dict[ActionId, str]
    status: dict[Outcome, str]
    topics: dict[str, str]
    question: dict[str, str]
    words: Words
    notices: Notices
    charges: tuple[str, ...] = Field(min_length=4)
    facts: dict[FactTemplate, str]
    dispute: Dispute

    def topic_label(self, topic: str | None) -> str:
        """What the case block says a message is about."""
        return self.topics.get(topic or "other", self.topics["other"])

    def question_label(self, topic: str | None) -> str:
        """The topic inside a sentence, e.g. "your billing question"."""
        return self.question.get(topic or "other", self.question["other"])


@lru_cache(maxsize=32)
def catalogue(locale: str) -> Catalogue:
    """The catalogue of a language ("en", "de-AT"), or the English one."""
    language = language_of(locale)
    name = language if language in LANGUAGES else "en"
    text = (folder(name) / "labels.toml").read_text(encoding="utf-8")
    read = Catalogue.model_validate(tomllib.loads(text))
    missing: set[str] = {*CASE_KEYS} - {*read.fields} | {*ACTIONS} - {*read.actions} | {*OUTCOMES} - {*read.status}
    missing |= {*FACT_TEMPLATES} - {*read.facts}
    if missing:
        raise LookupError(f"language/{name}/labels.toml has no words for: {', '.join(sorted(missing))}")
    return read


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The languages that have a catalogue of their own."""
    return tuple(sorted(LANGUAGES))
