"""The policy in plain sentences: what its page and its Markdown export say. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from supportbot.routing.policy import HoldRule, LookAlike, RoutingPolicy, TaskRule
from supportbot.routing.rules import FAST_TASK, REASONING_TASK

_KIND_WORDS = {
    "money": "Held as a money question",
    "risk": "Held as a risk",
    "unsure": "Held as unclear",
}
_OUTCOME_WORDS = {
    "timeout": "timeout",
    "rate_limited": "rate limit",
    "overloaded": "overload",
    "transport": "broken connection",
    "truncated": "cut-off answer",
    "schema_invalid": "malformed answer",
}
_SHOWN_PHRASES = 4


@dataclass(frozen=True, slots=True)
class ModelLine:
    """One model and its job."""

    name: str
    model: str
    job: str


@dataclass(frozen=True, slots=True)
class TaskLine:
    """One task: what it is for, who does it, who takes over, and its pins and limits as short notes."""

    name: str
    job: str
    sentence: str
    because: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One triage rule: what it sees, what follows, some of its phrases."""

    says: str
    follows: str
    examples: tuple[str, ...]
    phrases: int
    languages: int


@dataclass(frozen=True, slots=True)
class PolicySummary:
    """Everything a reader needs to know in two minutes."""

    headline: str
    owner: str
    models: tuple[ModelLine, ...]
    tasks: tuple[TaskLine, ...]
    always: tuple[str, ...]
    rules: tuple[RuleLine, ...]
    lookalikes: tuple[RuleLine, ...]
    unsure: tuple[str, ...]


def summarise(policy: RoutingPolicy) -> PolicySummary:
    """Say a policy in sentences."""
    return PolicySummary(
        headline=_headline(policy),
        owner=policy.owner,
        models=tuple(ModelLine(title(key), entry.model, entry.job) for key, entry in policy.models.items()),
        tasks=tuple(_task_line(name, rule) for name, rule in policy.tasks.items()),
        always=_always(policy),
        rules=tuple(_rule_line(rule, _KIND_WORDS[rule.hold]) for rule in policy.triage.rules),
        lookalikes=tuple(_rule_line(alike, "Does not count") for alike in policy.triage.lookalikes),
        unsure=_unsure(policy),
    )


def to_markdown(summary: PolicySummary, *, version: str) -> str:
    """The summary as a Markdown document."""
    parts = [f"# Routing policy, {version}", summary.headline, f"Owner: {summary.owner}", "## Models"]
    parts.append("\n".join(f"- **{line.name}** ({line.model}): {line.job}" for line in summary.models))
    parts.append("## Tasks")
    for task in summary.tasks:
        parts.append(f"**{task.name}.** {task.sentence} Why: {task.because} ({', '.join(task.notes)})")
    parts += ["## Always", " ".join(summary.always)]
    parts += ["## What holds a message"]
    parts.append("\n".join(f"- {follows}: {_says(lines)}." for follows, lines in by_consequence(summary.rules).items()))
    parts.append(f"- Does not count: {_says(summary.lookalikes)}.")
    parts += ["## Held when unsure", "\n".join(f"- {sentence}" for sentence in summary.unsure)]
    return "\n\n".join(part for part in parts if part) + "\n"


def by_consequence(rules: Iterable[RuleLine]) -> dict[str, list[RuleLine]]:
    """The rules by what follows from them, in the policy's order."""
    grouped: dict[str, list[RuleLine]] = {}
    for rule in rules:
        grouped.setdefault(rule.follows, []).append(rule)
    return grouped


def title(key: str) -> str:
    """A key as a name: "routine_reply" is "Routine reply"."""
    return "Built-in" if key == "builtin" else key.replace("_", " ").capitalize()


def _headline(policy: RoutingPolicy) -> str:
    fast, reasoning = policy.tasks[FAST_TASK].model, policy.tasks[REASONING_TASK].model
    return f"{title(fast or '')} drafts the routine. {title(reasoning or '')} works the disputes. A person sends."


def _task_line(name: str, rule: TaskRule) -> TaskLine:
    return TaskLine(
        name=title(name), job=rule.job or "", sentence=_sentence(rule), because=rule.problem, notes=tuple(_notes(rule))
    )


def _sentence(rule: TaskRule) -> str:
    if rule.model is None:
        return "Code does it, without a model; unsure, a person decides."
    retry = "after one retry" if rule.retry and rule.retry.times else "at the first try"
    doing = f"{title(rule.model)} does it, and nobody takes over."
    if rule.backup:
        doing = f"{title(rule.model)} does it. If it is late or down {retry}, {title(rule.backup)} takes over."
    ending = "Held until a person releases it, always." if rule.risk == "high" else "A person approves the result."
    if not (rule.schema_ or "").startswith("reply/"):
        ending = "Never sent."
    return f"{doing} {ending}"


def _notes(rule: TaskRule) -> Iterable[str]:
    if rule.model is None:
        yield from ("no prompt", "no cost")
        return
    yield f"{rule.prompt} with {rule.schema_}"
    yield f"at most ${rule.max_cost_usd:g} each" if rule.max_cost_usd is not None else "no cost limit of its own"
    yield f"within {rule.deadline_s:g} s"


def _always(policy: RoutingPolicy) -> tuple[str, ...]:
    outcomes = {
        outcome for task in policy.tasks.values() if task.retry and task.retry.times for outcome in task.retry.on
    }
    words = [said for outcome, said in _OUTCOME_WORDS.items() if outcome in outcomes]
    retried = f"One retry, only after a {_listed(words)}." if words else "Nothing is tried twice."
    return (
        f"{retried} A refusal is neither retried nor passed on.",
        "At most three calls for one task.",
        f"Over ${policy.limits.per_day_usd:g} a day, messages wait for a person.",
        f"A held case is answered by: {policy.held_reply_by}.",
        *_records(policy),
    )


def _records(policy: RoutingPolicy) -> tuple[str, ...]:
    hours = policy.records_max_age_hours
    return (f"Billing records older than {hours} hours answer no money question.",) if hours else ()


def _unsure(policy: RoutingPolicy) -> tuple[str, ...]:
    limits = policy.triage.hold_when_unsure
    said = [
        f"More than {limits.unknown_words_pct} % unknown words, or unknown letters.",
        f"More than {limits.max_requests} requests or {limits.max_characters:,} characters.",
        "Not English, and no everyday question listed for its language.",
    ]
    if limits.no_clear_topic:
        said.append("No clear topic.")
    if limits.open_money_case:
        said.append("A money question is open on the conversation.")
    return tuple(said)


def _rule_line(rule: HoldRule | LookAlike, follows: str) -> RuleLine:
    english = rule.phrases.get("en") or next(iter(rule.phrases.values()), ())
    return RuleLine(
        says=rule.says,
        follows=follows,
        examples=tuple(english[:_SHOWN_PHRASES]),
        phrases=sum(len(listed) for listed in rule.phrases.values()),
        languages=len(rule.phrases),
    )


def _says(lines: Iterable[RuleLine]) -> str:
    said = [line.says[:1].lower() + line.says[1:] for line in lines]
    return "; ".join(dict.fromkeys(said)) or "nothing"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
