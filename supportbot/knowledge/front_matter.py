"""The front matter of an article: what it may hold, every problem with its line. See `knowledge/article_files.py`."""

import re
import reprlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from supportbot.contract.refund_policy import PLACEHOLDERS, PolicyRule
from supportbot.contract.types import ActionId, Outcome
from supportbot.errors import InvalidInput
from supportbot.knowledge.types import ArticleKind
from supportbot.routing.types import Topic

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\r\n]*$")]


class ArticleProblems(InvalidInput):
    """What is wrong with one file, a line each."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


class _Head(BaseModel):
    """What the front matter of both kinds has."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    slug: Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=100)]
    title: Annotated[Line, StringConstraints(max_length=200)]
    kind: ArticleKind
    locale: Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", max_length=20)]
    version: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    published: datetime | date | None = None


class HelpHead(_Head):
    """The front matter of a help article."""

    kind: Literal["help"]
    topic: Topic
    short_answer: Line
    short_answer_plain: Line | None = None
    actions: Annotated[tuple[ActionId, ...], Field(min_length=1, max_length=3)]
    outcome: Outcome | None = None
    questions: Annotated[tuple[Line, ...], Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _placeholders_are_known(self) -> "HelpHead":
        named = PLACEHOLDER.findall(self.short_answer)
        unknown = sorted(set(named) - set(PLACEHOLDERS))
        if unknown:
            raise ValueError(f"short_answer names {{{unknown[0]}}}, which no record fills. Known: {_braced()}")
        if named and not self.short_answer_plain:
            raise ValueError("short_answer names a fact, so short_answer_plain must say the same without one")
        if PLACEHOLDER.search(self.short_answer_plain or ""):
            raise ValueError("short_answer_plain must not name a fact in braces")
        return self


class PolicyRules(BaseModel):
    """The rules of a refund policy that code relies on."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    refund_window_days: Annotated[int, Field(ge=0, le=3660)] | None = None
    double_charge_days: Annotated[int, Field(ge=0, le=366)] | None = None
    renewal_notice_days: Annotated[int, Field(ge=0, le=366)] | None = None
    renewal_notice_plans: tuple[Literal["week", "month", "quarter", "half_year", "year"], ...] = ("year",)
    unused_days_returned: bool = False
    chargeback_stops_refund: bool = True
    person_confirms_every_amount: bool = True


class PolicyHead(_Head):
    """The front matter of a policy; one with `rules` decides what is due back."""

    kind: Literal["policy"]
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    rules: PolicyRules | None = None
    passages: dict[PolicyRule, Annotated[str, StringConstraints(pattern=r"^\d+(\.\d+)*$")]] = Field(
        default_factory=dict
    )

    @model_validator(mode="after")
    def _rules_have_a_currency(self) -> "PolicyHead":
        if self.rules and not self.currency:
            raise ValueError("rules need a currency, such as EUR")
        return self


_HEAD: TypeAdapter[HelpHead | PolicyHead] = TypeAdapter(Annotated[HelpHead | PolicyHead, Field(discriminator="kind")])


class _Loader(yaml.SafeLoader):
    """YAML's safe loader that refuses aliases, and a key given twice."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse aliases: nobody needs them here, and a few of them can stand for a very long text."""
        if self.check_event(yaml.AliasEvent):
            event = self.get_event()  # type: ignore[no-untyped-call]
            raise yaml.composer.ComposerError(None, None, "an alias (*name) is not allowed here", event.start_mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping; the second of two equal keys is an error at its line."""
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{name!r} is given twice", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep=deep)


def read_front_matter(name: str, lines: Sequence[str]) -> dict[str, Any]:
    """The values between the --- lines, not yet checked.

    Raises:
        ArticleProblems: they are no YAML mapping.
    """
    try:
        values = yaml.load("\n".join(lines), _Loader)  # noqa: S506 - a safe loader, see above
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 2
        what = getattr(error, "problem", None) or "cannot be read as YAML"
        raise ArticleProblems(f"{name}, line {line}: {what}.") from error
    if not isinstance(values, dict):
        raise ArticleProblems(f"{name}, line 2: the front matter must be lines such as title: Find your invoices.")
    return values


def check_head(name: str, values: dict[str, Any], lines: Sequence[str]) -> HelpHead | PolicyHead:
    """The values as front matter.

    Raises:
        ArticleProblems: lists every value that is missing, unknown or wrong.
    """
    try:
        return _HEAD.validate_python(values)
    except ValidationError as error:
        raise ArticleProblems(*dict.fromkeys(_explain(name, error, lines))) from error


def _explain(name: str, error: ValidationError, lines: Sequence[str]) -> Iterator[str]:
    """One line a problem: file, line, key, the value as given, and what is wrong."""
    problems = error.errors(include_url=False)
    places = [problem["loc"] for problem in problems]
    for problem in problems:
        if any(place[: len(problem["loc"])] == problem["loc"] and place != problem["loc"] for place in places):
            continue  # what is wrong inside says more
        path = [str(part) for part in problem["loc"] if part not in ("help", "policy")]
        what = problem["msg"].removeprefix("Value error, ").rstrip(".")
        if path[:1] == ["published"]:
            path, what = ["published"], "give a day such as 2026-02-02"
        key = path[0] if path else "kind" if problem["type"].startswith("union_tag") else what.split(" ")[0]
        line = next((place for place, text in enumerate(lines, start=2) if text.startswith(f"{key}:")), 2)
        if problem["type"] == "missing":
            yield f"{name}, line {line}: {'.'.join(path)} is missing."
        elif problem["type"] == "extra_forbidden":
            yield f"{name}, line {line}: {'.'.join(path)} is not known here."
        elif not path:
            yield f"{name}, line {line}: {what}."
        else:
            yield f"{name}, line {line}: {'.'.join(path)} is {reprlib.repr(problem['input'])}: {what}."


def _braced() -> str:
    return ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
