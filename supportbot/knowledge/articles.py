"""Reads articles from Markdown with front matter. Pure: text in, checked values out, every problem with file and line.

    ---
    slug: find-your-invoices            small letters, digits and dashes
    title: Find your invoices
    kind: help                          or policy
    locale: en
    topic: billing                      help: one of the topics of triage
    short_answer: Your invoice {newest_invoice} is ready to download.
    short_answer_plain: Every invoice is ready to download.    needed when short_answer names a fact in braces
    actions: [open_invoices]            help: one to three next actions
    outcome: refund_needs_review        help, optional
    questions: ["Where is my invoice?"] help, optional: how customers ask
    version: 7                          optional; else the next number
    published: 2026-02-02               optional; else the moment of publishing
    currency: EUR                       policy with rules
    rules: {refund_window_days: 30}     policy: what code may rely on
    passages: {refund_window_days: "4.1"}    policy: the heading number that says each rule
    ---
    ## Where invoices are kept
    Text of one passage, up to the next heading of this level.

A passage is cited as `slug#n` with n its place, or by the number that its heading begins with: `refunds#4.2`.
"""

import hashlib
import re
import reprlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError, model_validator

from supportbot.contract.records import PLACEHOLDERS, PolicyRule
from supportbot.contract.types import ActionId, Outcome
from supportbot.errors import InvalidInput
from supportbot.knowledge.types import ArticleKind
from supportbot.routing.types import Topic

MAX_CHARS = 200_000
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
NUMBERED = re.compile(r"(\d+(?:\.\d+)*)\.?\s+\S")
FENCE = re.compile(r"\s*(```|~~~)")

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\r\n]*$")]


@dataclass(frozen=True, slots=True)
class ArticlePassage:
    """One passage as it will be stored."""

    ref: str
    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class ArticleSource:
    """One article as written, checked. `meta` is the rest of its front matter as JSON-like values."""

    file: str
    slug: str
    kind: ArticleKind
    title: str
    locale: str
    topic: Topic | None
    version: int | None
    published_at: datetime | None
    meta: Mapping[str, Any]
    passages: tuple[ArticlePassage, ...]
    source_hash: str


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


def parse_articles(
    files: Iterable[tuple[str, str]], *, published_at: Mapping[str, datetime] | None = None
) -> tuple[ArticleSource, ...]:
    """Check and read articles.

    Args:
        files: name and text of each.
        published_at: when a slug was published, instead of what its front matter says.

    Raises:
        InvalidInput: lists every problem of every file, with its line.
    """
    problems: list[str] = []
    found: dict[str, ArticleSource] = {}
    for name, text in files:
        try:
            article = _parse(name, text, published_at or {})
        except _Problems as error:
            problems += error.lines
            continue
        if article.slug in found:
            problems.append(f"{name}: the slug {article.slug!r} is also that of {found[article.slug].file}.")
        found.setdefault(article.slug, article)
    if problems:
        raise InvalidInput("The articles cannot be imported; nothing was changed.\n" + "\n".join(problems))
    return tuple(found.values())


class _Problems(Exception):
    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def _parse(name: str, text: str, published_at: Mapping[str, datetime]) -> ArticleSource:
    if len(text) > MAX_CHARS:
        raise _Problems(f"{name}: has {len(text)} characters; at most {MAX_CHARS} are read.")
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].rstrip() != "---":
        raise _Problems(f"{name}, line 1: must be ---, the start of the front matter.")
    end = next((place for place, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"), None)
    if end is None:
        raise _Problems(f"{name}, line 1: the front matter has no closing --- line.")
    values = _front_matter(name, lines[1:end])
    slug = str(values.get("slug"))
    if slug in published_at:
        values = {key: value for key, value in values.items() if key != "published"}
    head = _checked(name, values, lines[1:end])
    passages = _passages(name, head, lines[end + 1 :], end + 2)
    return ArticleSource(
        file=name,
        slug=head.slug,
        kind=head.kind,
        title=head.title,
        locale=head.locale,
        topic=head.topic if isinstance(head, HelpHead) else None,
        version=head.version,
        published_at=published_at.get(head.slug) or _moment(head.published),
        meta=head.model_dump(
            mode="json", exclude={"slug", "title", "kind", "locale", "topic", "version", "published"}, exclude_none=True
        ),
        passages=passages,
        source_hash=hashlib.sha256("\n".join(lines).rstrip().encode()).hexdigest(),
    )


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


def _front_matter(name: str, lines: Sequence[str]) -> dict[str, Any]:
    try:
        values = yaml.load("\n".join(lines), _Loader)  # noqa: S506 - a safe loader, see above
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 2 if mark else 2
        what = getattr(error, "problem", None) or "cannot be read as YAML"
        raise _Problems(f"{name}, line {line}: {what}.") from error
    if not isinstance(values, dict):
        raise _Problems(f"{name}, line 2: the front matter must be lines such as title: Find your invoices.")
    return values


def _checked(name: str, values: dict[str, Any], lines: Sequence[str]) -> HelpHead | PolicyHead:
    try:
        return _HEAD.validate_python(values)
    except ValidationError as error:
        raise _Problems(*dict.fromkeys(_explain(name, error, lines))) from error


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


def _passages(name: str, head: HelpHead | PolicyHead, lines: Sequence[str], first: int) -> tuple[ArticlePassage, ...]:
    found: list[ArticlePassage] = []
    for heading, line, body in _sections(head.title, lines, first):
        text = _plain(body)
        number = NUMBERED.match(heading)
        ref = f"{head.slug}#{number[1] if number else len(found) + 1}"
        if not text:
            raise _Problems(f"{name}, line {line}: the passage {heading!r} has no text.")
        if len(heading) > 200:
            raise _Problems(f"{name}, line {line}: the heading has {len(heading)} characters; at most 200.")
        if any(passage.ref == ref for passage in found):
            raise _Problems(f"{name}, line {line}: a second passage would be {ref}; number headings once each.")
        found.append(ArticlePassage(ref=ref, heading=heading, text=text))
    if not found:
        raise _Problems(f"{name}, line {first}: there is no passage below the front matter.")
    missing = [number for number in _named(head) if all(passage.ref != f"{head.slug}#{number}" for passage in found)]
    if missing:
        raise _Problems(f"{name}: passages names {missing[0]}, but no heading begins with {missing[0]}.")
    return tuple(found)


def _named(head: HelpHead | PolicyHead) -> Sequence[str]:
    return list(head.passages.values()) if isinstance(head, PolicyHead) else []


def _sections(title: str, lines: Sequence[str], first: int) -> Iterator[tuple[str, int, list[str]]]:
    """Heading, line and body of each part; text before the first heading stands under the title."""
    heading, start, body, fenced = title, first, list[str](), False
    has_heading = False
    for place, line in enumerate(lines, start=first):
        fenced ^= bool(FENCE.match(line))
        if line.startswith("## ") and not fenced:
            if has_heading or "".join(body).strip():
                yield heading, start, body
            heading, start, body, has_heading = line[3:].strip(" #"), place, [], True
        elif not (line.startswith("# ") and not has_heading):
            body.append(line)
    if has_heading or "".join(body).strip():
        yield heading, start, body


def _plain(body: Sequence[str]) -> str:
    """The text with each paragraph on one line; lists keep their lines."""
    paragraphs: list[str] = []
    is_open = False
    for line in body:
        text = " ".join(line.split())
        is_item = bool(re.match(r"([-*+]|\d+[.)]) ", text))
        if text and is_open and not is_item:
            paragraphs[-1] += f" {text}"
        elif text:
            paragraphs.append(text)
        is_open = bool(text)
    return "\n".join(paragraphs)


def _moment(published: datetime | date | None) -> datetime | None:
    if published is None:
        return None
    moment = published if isinstance(published, datetime) else datetime.combine(published, time())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _braced() -> str:
    return ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
