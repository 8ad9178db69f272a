"""The words that code writes into replies, one TOML file per language; English stands in for a missing one."""

import tomllib
from functools import lru_cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from supportbot.contract.types import ACTIONS, CASE_KEYS, OUTCOMES, ActionId, CaseKey, Outcome


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
    """One language's labels, notices and action names. `date_locale` is what Babel formats dates with."""

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

    def topic_label(self, topic: str | None) -> str:
        """What the case block says a message is about."""
        return self.topics.get(topic or "other", self.topics["other"])

    def question_label(self, topic: str | None) -> str:
        """The topic inside a sentence, e.g. "your billing question"."""
        return self.question.get(topic or "other", self.question["other"])


@lru_cache(maxsize=32)
def catalogue(locale: str) -> Catalogue:
    """The catalogue of a language ("en", "de-AT"), or the English one."""
    language = locale.replace("_", "-").partition("-")[0].lower()
    name = language if language in languages() else "en"
    text = (files(__package__) / f"{name}.toml").read_text(encoding="utf-8")
    read = Catalogue.model_validate(tomllib.loads(text))
    missing = {*CASE_KEYS} - {*read.fields} | {*ACTIONS} - {*read.actions} | {*OUTCOMES} - {*read.status}
    if missing:
        raise LookupError(f"{name}.toml has no words for: {', '.join(sorted(missing))}")
    return read


@lru_cache(maxsize=1)
def languages() -> tuple[str, ...]:
    """The languages that have a catalogue of their own."""
    names = (entry.name for entry in files(__package__).iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))
