"""The routing policy document: its shape, and reading it so that every problem is named at once."""

import json
import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from supportbot.errors import PolicyError
from supportbot.gateway.types import (
    CallRule,
    Effort,
    LengthField,
    ModelSpec,
    OutcomeClass,
    PriceOverride,
    ProviderName,
    SpendLimits,
    StructuredOutput,
)
from supportbot.language.languages import LANGUAGES, policy_lines
from supportbot.language.phrase_matcher import PhraseIndex, flatten
from supportbot.routing.held_reply_time import WorkingDays, working_days
from supportbot.routing.policy_checks import KnownNames, Problem, rule_problems, shape_problems
from supportbot.routing.types import HoldKind, Topic
from supportbot.weekdays import Weekday
from supportbot.yaml_text import load_yaml

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,38}$")]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=240)]
Email = Annotated[str, StringConstraints(pattern=r"^[^@\s,;<>]{1,64}@[^@\s,;<>]{1,189}$", max_length=254)]
Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
SHIPPED_WEIGHTS = "shipped"
WeightsName = Annotated[str, StringConstraints(pattern=r"^(shipped|sha256:[0-9a-f]{64})$")]
PhrasesByLanguage = dict[Language, tuple[Phrase, ...]]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, populate_by_name=True)


class Price(_Strict):
    """US dollars per million tokens, for a model that the price table does not know."""

    input_usd: float = Field(ge=0)
    output_usd: float = Field(ge=0)
    cache_read_usd: float | None = Field(default=None, ge=0)
    cache_write_usd: float | None = Field(default=None, ge=0)


class ModelEntry(_Strict):
    """One model: where it is, and its job in one sentence.

    `structured` is how the server is held to a schema; left out, a probe or the first answers show it.
    `temperature: null` sends none; left out, it is 0 for openai_compatible, and not sent to Anthropic, whose newer
    models refuse it.
    """

    provider: ProviderName
    model: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
    job: Sentence
    base_url: str | None = None
    api_key_env: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{0,99}$")] | None = None
    allow_hosts: tuple[str, ...] = ()
    structured: StructuredOutput | None = None
    length_field: LengthField = "max_tokens"
    temperature: float | None = Field(default=None, ge=0, le=2)
    effort: Effort | None = None
    price: Price | None = None


class Retry(_Strict):
    """After which outcomes a model is tried once more."""

    on: frozenset[OutcomeClass]
    times: int = Field(ge=0, le=1)


class TaskRule(_Strict):
    """One row of the task map. Only triage may do without a model, prompt and schema: code does it."""

    problem: Sentence
    model: Name | None
    job: Sentence | None = None
    backup: Name | None = None
    prompt: str | None = None
    schema_: str | None = Field(default=None, alias="schema")
    risk: Literal["low", "high"] = "low"
    review: Literal["human"] = "human"
    deadline_s: float = Field(default=10.0, gt=0, le=300)
    try_timeout_s: float | None = Field(default=None, gt=0, le=300)
    retry: Retry | None = None
    fallback_on: frozenset[OutcomeClass] = frozenset()
    max_output_tokens: int = Field(default=800, ge=16, le=32_000)
    max_cost_usd: float | None = Field(default=None, gt=0, le=100)


class HoldRule(_Strict):
    """Words that hold a message for a person. `says` is the reason in the owner's words.

    `hold`: money (a refund or billing dispute) and risk (legal, medical, fraud ...) are high risk; unsure is not, and
    an agent may release it. `strength`: words that hold do so alone, but for a sentence that only asks in general or
    thanks; there, and with words that hint, the linear model has to see some risk too. Where it cannot judge (another
    language, no weights) both hold, but for an everyday question by `routine` and `asks`.
    """

    name: Name
    says: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=60)]
    hold: HoldKind
    strength: Literal["holds", "hints"] = "holds"
    topic: Topic | None = None
    phrases: PhrasesByLanguage


class LookAlike(_Strict):
    """Words that look like a hold and are none, unless one of `but_not` stands in the same message."""

    name: Name
    says: Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=60)]
    phrases: PhrasesByLanguage
    but_not: PhrasesByLanguage = Field(default_factory=dict)


class HoldWhenUnsure(_Strict):
    """When the words do not tell enough, a person decides."""

    unknown_words_pct: int = Field(default=50, ge=10, le=100)
    max_requests: int = Field(default=3, ge=1, le=20)
    max_characters: int = Field(default=4000, ge=200, le=6000)
    no_clear_topic: bool = True
    open_money_case: bool = True


class TriageRules(_Strict):
    """Everything triage knows without a model: readable, versioned with the policy.

    `weights` names the linear model: the one that comes with supportbot, or one trained from the team's labels.
    `routine` lists the everyday questions of other languages and `asks` how any of them opens; a phrase of
    `not_routine` in a message outweighs both.
    """

    weights: WeightsName = SHIPPED_WEIGHTS
    groups: dict[Name, tuple[Phrase, ...]] = Field(default_factory=dict)
    rules: tuple[HoldRule, ...] = Field(min_length=1)
    lookalikes: tuple[LookAlike, ...] = ()
    weak_topics: dict[Topic, tuple[Phrase, ...]] = Field(default_factory=dict)
    topics: dict[Topic, tuple[Phrase, ...]]
    routine: dict[Language, dict[Topic, tuple[Phrase, ...]]] = Field(default_factory=dict)
    asks: PhrasesByLanguage = Field(default_factory=dict)
    not_routine: PhrasesByLanguage = Field(default_factory=dict)
    hold_when_unsure: HoldWhenUnsure = HoldWhenUnsure()

    @cached_property
    def by_name(self) -> dict[str, HoldRule]:
        """The hold rules by their names."""
        return {rule.name: rule for rule in self.rules}

    @cached_property
    def index(self) -> PhraseIndex:
        """All phrases, ready to be found.

        Keys: ("rule", name, language), ("lookalike" or "but_not", name), ("topic", topic), ("weak", topic),
        ("routine", language, topic), ("asks" or "not_routine", language).
        """
        pairs: list[tuple[Hashable, str]] = [
            (("rule", rule.name, language), phrase)
            for rule in self.rules
            for language, phrases in rule.phrases.items()
            for phrase in phrases
        ]
        for alike in self.lookalikes:
            pairs += flatten(alike.phrases, ("lookalike", alike.name))
            pairs += flatten(alike.but_not, ("but_not", alike.name))
        pairs += [(("topic", topic), phrase) for topic, phrases in self.topics.items() for phrase in phrases]
        pairs += [(("weak", topic), phrase) for topic, phrases in self.weak_topics.items() for phrase in phrases]
        for language, topics in self.routine.items():
            pairs += [(("routine", language, topic), phrase) for topic, listed in topics.items() for phrase in listed]
        pairs += [(("asks", language), phrase) for language, listed in self.asks.items() for phrase in listed]
        pairs += [
            (("not_routine", language), phrase) for language, listed in self.not_routine.items() for phrase in listed
        ]
        return PhraseIndex(pairs, groups=self.groups)


class Limits(_Strict):
    """Spending limits. Output tokens count where a price is unknown."""

    per_day_usd: float = Field(default=20.0, gt=0)
    per_reply_usd: float | None = Field(default=None, gt=0)
    per_day_output_tokens: int = Field(default=2_000_000, gt=0)


@dataclass(frozen=True, slots=True)
class Pin:
    """The prompt and the output schema that belong together, e.g. "routine_reply/2" and "reply/1"."""

    prompt: str
    schema: str


class RoutingPolicy(_Strict):
    """The whole policy: who does what, when another takes over, when a person decides."""

    owner: Email
    models: dict[Name, ModelEntry] = Field(min_length=1)
    tasks: dict[Name, TaskRule]
    triage: TriageRules = Field(default_factory=lambda: _shipped_triage())
    limits: Limits = Limits()
    held_reply_by: str = "next working day 12:00"
    # How old billing records may be and still answer a money question; null trusts them for ever.
    records_max_age_hours: int | None = Field(default=72, ge=1, le=8_760)
    working_days: tuple[Weekday, ...] = Field(default=("mon", "tue", "wed", "thu", "fri"), min_length=1)
    holidays: tuple[date, ...] = ()

    @property
    def working(self) -> WorkingDays:
        """The days on which the team works."""
        return working_days(self.working_days, self.holidays)

    def pin(self, task: str) -> Pin:
        """The prompt and schema of a task.

        Raises:
            PolicyError: no such task, or code does it without a model.
        """
        rule = self._with_model(task)
        return Pin(prompt=rule.prompt or "", schema=rule.schema_ or "")

    def call_rule(self, task: str) -> CallRule:
        """How a task may call its models.

        Raises:
            PolicyError: no such task, or code does it without a model.
        """
        rule = self._with_model(task)
        return CallRule(
            task=task,
            model=rule.model or "",
            backup=rule.backup,
            risk=rule.risk,
            deadline_s=rule.deadline_s,
            try_timeout_s=min(rule.try_timeout_s or rule.deadline_s, rule.deadline_s),
            retry_on=rule.retry.on if rule.retry else frozenset(),
            retry_times=rule.retry.times if rule.retry else 0,
            fallback_on=rule.fallback_on,
            max_output_tokens=rule.max_output_tokens,
            max_cost_usd=rule.max_cost_usd,
        )

    def model_specs(self) -> dict[str, ModelSpec]:
        """Every model by its key, as the gateway wants it."""
        return {key: _spec(key, entry) for key, entry in self.models.items()}

    def spend_limits(self) -> SpendLimits:
        """What replies and days may cost, as the gateway counts it."""
        reply = self.limits.per_reply_usd
        return SpendLimits(
            per_reply_microusd=None if reply is None else round(reply * 1_000_000),
            per_day_microusd=round(self.limits.per_day_usd * 1_000_000),
            per_day_output_tokens=self.limits.per_day_output_tokens,
        )

    def _with_model(self, task: str) -> TaskRule:
        rule = self.tasks.get(task)
        if rule is None:
            known = ", ".join(sorted(self.tasks))
            raise PolicyError(
                f"The routing policy has no rule for task {task!r}. Known: {known}. The owner is {self.owner}."
            )
        if rule.model is None:
            raise PolicyError(f"Task {task!r} has no model: code does it. Name a model, prompt and schema to call one.")
        return rule


_ELSEWHERE = re.compile(r"(?P<indent> *)# in other languages: (?P<key>\S+)(?: in the order (?P<order>.+))?")


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """A policy as its text, and the text read: read once, where it comes in."""

    text: str
    policy: RoutingPolicy


def read_policy(text: str, *, known: KnownNames | None = None) -> PolicyDocument:
    """A document of this text. See `parse_policy`."""
    return PolicyDocument(text, parse_policy(text, known=known))


def parse_policy(text: str, *, known: KnownNames | None = None) -> RoutingPolicy:
    """Read a policy document.

    Args:
        known: prompts, schemas and providers that exist; without it those names are not looked up.

    Raises:
        PolicyError: lists every problem with its path, value and what to do; `fields` holds them by path.
    """
    return _parse_alone(text) if known is None else _parse(text, known)


@lru_cache(maxsize=8)
def _parse_alone(text: str) -> RoutingPolicy:
    """The same text is the same frozen policy; reading it takes most of a second."""
    return _parse(text, None)


def _parse(text: str, known: KnownNames | None) -> RoutingPolicy:
    raw = load_yaml(text)
    if not isinstance(raw, dict):
        raise PolicyError("The policy is empty or not a set of names. Start from: supportbot policy export")
    problems: list[Problem] = []
    policy: RoutingPolicy | None = None
    try:
        policy = RoutingPolicy.model_validate_json(json.dumps(raw))
    except ValidationError as error:
        problems += shape_problems(error)
    problems += rule_problems(raw, known)
    if problems or policy is None:
        raise _refusal(problems)
    return policy


def shipped_document() -> str:
    """The policy that comes with supportbot, as its text."""
    text = resources.files("supportbot.routing").joinpath("default_policy.yaml").read_text(encoding="utf-8")
    return "\n".join(line for row in text.split("\n") for line in _in_all_languages(row))


def _in_all_languages(row: str) -> Iterator[str]:
    """A line of the shipped policy; where it says so, what every language's folder holds for this place."""
    place = _ELSEWHERE.fullmatch(row)
    if place is None:
        yield row
        return
    first = (place["order"] or "").split()
    for language in (*first, *(other for other in LANGUAGES if other not in first)):
        for at, line in enumerate(policy_lines(language).get(place["key"], ())):
            yield place["indent"] + (line if at else f"{language}:{line}")


@lru_cache(maxsize=1)
def shipped_policy() -> RoutingPolicy:
    """The policy that comes with supportbot."""
    return parse_policy(shipped_document())


def _shipped_triage() -> TriageRules:
    return shipped_policy().triage


def _spec(key: str, entry: ModelEntry) -> ModelSpec:
    return ModelSpec(
        key=key,
        provider=entry.provider,
        model=entry.model,
        job=entry.job,
        base_url=entry.base_url,
        api_key_env=entry.api_key_env,
        allow_hosts=entry.allow_hosts,
        structured=entry.structured,
        length_field=entry.length_field,
        temperature=_temperature(entry),
        effort=entry.effort,
        price=PriceOverride(**entry.price.model_dump()) if entry.price else None,
    )


def _temperature(entry: ModelEntry) -> float | None:
    if "temperature" in entry.model_fields_set or entry.provider == "anthropic":
        return entry.temperature
    return 0.0


def _refusal(problems: list[Problem]) -> PolicyError:
    listed = sorted({str(problem): problem for problem in problems}.items())
    fields: dict[str, str] = {}
    for _, problem in listed:
        fields[problem.path] = f"{fields[problem.path]} {problem.text}" if problem.path in fields else problem.text
    count = "1 problem" if len(listed) == 1 else f"{len(listed)} problems"
    lines = "\n".join(f"  {line}" for line, _ in listed)
    return PolicyError(f"The routing policy has {count}:\n{lines}", fields=fields)
