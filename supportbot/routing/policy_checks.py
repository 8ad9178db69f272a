"""What can be wrong with a policy document beyond its YAML: shape, and the rules that keep it fit to ship."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeGuard

from pydantic import ValidationError

from supportbot.gateway.rules.retry import PASSED_ON, RETRIED
from supportbot.gateway.types import OUTCOME_CLASSES
from supportbot.language.phrase_matcher import Groups, phrase_problem
from supportbot.routing.held_reply_time import reply_by_problem
from supportbot.routing.model_addresses import base_url_problem

MODELLESS_TASK = "triage"
# All the time that triage may take where a model takes part; then the message is held.
LONGEST_TRIAGE_S = 0.5
NEEDED_TASKS = ("routine_reply", "dispute_reply")
# All that a draft may take; its job has 90 s.
LONGEST_DRAFT_S = 85
_SLACK_S = 1.0
_LONGEST_VALUE = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where, what stands there, and what to do."""

    path: str
    value: object
    advice: str

    @property
    def text(self) -> str:
        """Value and advice, without the path; no value where a key may have been written."""
        shown = "" if self.value is None or _may_be_secret(self.path, self.value) else f"{_short(self.value)} "
        return f"{shown}{self.advice}"

    def __str__(self) -> str:
        return f"{self.path}: {self.text}"


@dataclass(frozen=True, slots=True)
class KnownNames:
    """What exists outside the policy: prompts with the schema each pins, schemas, and providers."""

    prompts: Mapping[str, str]
    schemas: frozenset[str]
    providers: frozenset[str]


def shape_problems(error: ValidationError) -> list[Problem]:
    """Pydantic's findings in words for the owner."""
    return [_shape_problem(finding) for finding in error.errors(include_url=False)]


def rule_problems(raw: Mapping[str, Any], known: KnownNames | None) -> list[Problem]:
    """Everything that shape alone does not show; reads tolerantly, so that nothing hides behind a wrong shape."""
    problems = [
        *_model_problems(_mapping(raw.get("models")), known),
        *_missing_tasks(raw),
        *_reply_by_problems(raw),
        *(_late_problems(_mapping(raw.get("tasks"))) if known else ()),
        *_all_phrase_problems(_mapping(raw.get("triage"))),
        *_name_problems(_mapping(raw.get("triage"))),
    ]
    models = set(_mapping(raw.get("models")))
    for name, task in _mapping(raw.get("tasks")).items():
        if isinstance(task, dict):
            problems += _task_problems(name, task, models, known)
    return problems


def _shape_problem(finding: Mapping[str, Any]) -> Problem:
    path = ".".join(str(part) for part in finding["loc"] if part != "[key]") or "policy"
    kind, value = finding["type"], finding.get("input")
    if kind == "missing":
        return Problem(path, None, "is missing. Add it.")
    if kind == "extra_forbidden":
        hint = " A policy holds no key: name its variable in api_key_env." if _SECRET.search(path) else ""
        return Problem(path, value, f"is not known here. Remove it or check its spelling.{hint}")
    if kind == "string_pattern_mismatch":
        return Problem(
            path, value, _FORMS.get(str(finding["loc"][-1]), "is not a name: use a-z, 0-9 and _, 39 at most.")
        )
    if isinstance(value, dict | list):
        value = None
    message = str(finding["msg"])
    return Problem(path, value, f"does not fit: {message[:1].lower()}{message[1:]}.")


_SECRET = re.compile(r"key|secret|token$|password|authoriz|auth(?!or)|bearer|header|credential", re.IGNORECASE)


def _may_be_secret(path: str, value: object) -> bool:
    """A key, or an address that may carry one in its user or its query."""
    return bool(_SECRET.search(path)) or (path.endswith("base_url") and bool(re.search("[@?]", str(value))))


_FORMS = {
    "weights": "is neither shipped nor sha256: with 64 digits. List trained ones: supportbot triage candidates",
    "owner": "is not an e-mail address; write for example owner@example.com.",
    "api_key_env": "is not the name of a variable; write for example FAST_KEY, never the key itself.",
}


def _model_problems(models: Mapping[str, Any], known: KnownNames | None) -> Iterator[Problem]:
    for name, model in models.items():
        if not isinstance(model, dict):
            continue
        path, provider, url = f"models.{name}", model.get("provider"), model.get("base_url")
        if known and isinstance(provider, str) and provider not in known.providers:
            yield Problem(f"{path}.provider", provider, f"is not available. Known: {_listed(known.providers)}.")
        if provider == "builtin":
            for field in ("base_url", "api_key_env"):
                if model.get(field) is not None:
                    yield Problem(
                        f"{path}.{field}", model[field], "has no use: the built-in provider calls nothing. Remove it."
                    )
        elif provider == "openai_compatible" and url is None:
            yield Problem(f"{path}.base_url", None, "is missing. Give the address up to /v1.")
        if isinstance(url, str):
            problem = base_url_problem(url, allow_hosts=_strings(model.get("allow_hosts")))
            if problem:
                yield Problem(f"{path}.base_url", url, f"{problem}.")


def _missing_tasks(raw: Mapping[str, Any]) -> Iterator[Problem]:
    for name in NEEDED_TASKS:
        if "tasks" in raw and name not in _mapping(raw.get("tasks")):
            yield Problem(f"tasks.{name}", None, "has no rule. Add it to the task map.")


def _late_problems(tasks: Mapping[str, Any]) -> Iterator[Problem]:
    """A draft that takes longer than its job is begun anew. Not asked of a policy in force: it goes on as it did."""
    for name in NEEDED_TASKS:
        deadline = _mapping(tasks.get(name)).get("deadline_s")
        if _is_number(deadline) and deadline > LONGEST_DRAFT_S:
            advice = f"is too long: after {LONGEST_DRAFT_S} s a draft is begun anew. Allow that at most."
            yield Problem(f"tasks.{name}.deadline_s", deadline, advice)


def _reply_by_problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    spec = raw.get("held_reply_by")
    problem = reply_by_problem(spec) if isinstance(spec, str) else None
    if problem:
        yield Problem("held_reply_by", spec, f"{problem}.")


def _task_problems(name: str, task: Mapping[str, Any], models: set[str], known: KnownNames | None) -> Iterator[Problem]:
    path = f"tasks.{name}"
    for role in ("model", "backup"):
        if isinstance(task.get(role), str) and task[role] not in models:
            yield Problem(f"{path}.{role}", task[role], f"is not one of the models. Known: {_listed(models)}.")
    if task.get("model") is None:
        if name != MODELLESS_TASK and "model" in task:
            yield Problem(f"{path}.model", None, "is empty; only triage works without a model. Name one.")
        return
    for needed, advice in _NEEDED:
        if task.get(needed) is None:
            yield Problem(f"{path}.{needed}", None, advice)
    for check in (_pin_problems, _backup_problems, _retry_problems, _time_problems):
        yield from check(path, task, known)
    if name == MODELLESS_TASK:
        yield from _triage_problems(path, task)


def _triage_problems(path: str, task: Mapping[str, Any]) -> Iterator[Problem]:
    """Triage answers within half a second or holds: one model, one try."""
    deadline, schema = task.get("deadline_s"), task.get("schema")
    if _is_number(deadline) and deadline > LONGEST_TRIAGE_S:
        yield Problem(f"{path}.deadline_s", deadline, f"is too long: after {LONGEST_TRIAGE_S} s a message is held.")
    if task.get("backup") is not None:
        yield Problem(f"{path}.backup", task["backup"], "has no time to answer. Set it to null: the message is held.")
    if _mapping(task.get("retry")).get("times"):
        yield Problem(f"{path}.retry.times", task["retry"]["times"], "leaves no time for a second try. Set it to 0.")
    if isinstance(schema, str) and schema.partition("/")[0] != MODELLESS_TASK:
        yield Problem(f"{path}.schema", schema, "says nothing of topic and risk. Pin triage/1.")


_NEEDED = (
    ("prompt", "is missing. Pin a released prompt, e.g. routine_reply/1."),
    ("schema", "is missing. Pin an output schema, e.g. reply/1."),
    ("retry", "is missing. Say after which outcomes to try again, or {on: [], times: 0} for never."),
    ("deadline_s", "is missing. Give the seconds that all tries together may take."),
    ("try_timeout_s", "is missing. Give the seconds that one try may take."),
)


def _pin_problems(path: str, task: Mapping[str, Any], known: KnownNames | None) -> Iterator[Problem]:
    prompt, schema = task.get("prompt"), task.get("schema")
    if known is None or not isinstance(prompt, str) or not isinstance(schema, str):
        return
    if schema not in known.schemas:
        yield Problem(f"{path}.schema", schema, f"does not exist. Known: {_listed(known.schemas)}.")
    if prompt not in known.prompts:
        yield Problem(f"{path}.prompt", prompt, f"does not exist. Known: {_listed(known.prompts)}.")
    elif known.prompts[prompt] != schema:
        yield Problem(f"{path}.schema", schema, f"is not what {prompt} was released with: {known.prompts[prompt]}.")


def _backup_problems(path: str, task: Mapping[str, Any], _: KnownNames | None) -> Iterator[Problem]:
    backup, fallback_on = task.get("backup"), _strings(task.get("fallback_on"))
    if backup is not None and task.get("risk") == "high":
        yield Problem(f"{path}.backup", backup, "stands on a task with risk high. Set it to null: a person takes over.")
    elif backup is not None and backup == task.get("model"):
        yield Problem(f"{path}.backup", backup, "is the model itself. Name another one or null.")
    elif backup is not None and not fallback_on:
        yield Problem(
            f"{path}.fallback_on", None, "is empty, so the backup never takes over. Fill it or drop the backup."
        )
    if backup is None and fallback_on:
        yield Problem(f"{path}.fallback_on", list(fallback_on), "has no backup to pass on to. Remove it.")
    for outcome in sorted(set(fallback_on) & set(OUTCOME_CLASSES) - PASSED_ON):
        yield Problem(
            f"{path}.fallback_on", outcome, f"is never passed to another model. Allowed: {_listed(PASSED_ON)}."
        )


def _retry_problems(path: str, task: Mapping[str, Any], _: KnownNames | None) -> Iterator[Problem]:
    on = _strings(_mapping(task.get("retry")).get("on"))
    for outcome in sorted(set(on) & set(OUTCOME_CLASSES) - RETRIED):
        yield Problem(f"{path}.retry.on", outcome, f"is never tried again. Allowed: {_listed(RETRIED)}.")


def _time_problems(path: str, task: Mapping[str, Any], _: KnownNames | None) -> Iterator[Problem]:
    deadline, one_try = task.get("deadline_s"), task.get("try_timeout_s")
    times = _mapping(task.get("retry")).get("times", 0)
    if not (_is_number(deadline) and _is_number(one_try) and _is_number(times)):
        return  # the shape's findings say so
    if one_try > deadline:
        yield Problem(f"{path}.try_timeout_s", one_try, f"is longer than the deadline of {deadline} s. Shorten it.")
    needed = (1 + times) * one_try + _SLACK_S
    if task.get("backup") is not None and needed >= deadline:
        advice = (
            f"leaves the backup no time: {1 + times} tries x {one_try} s + 1 s = {needed:g} s. Allow more than that."
        )
        yield Problem(f"{path}.deadline_s", deadline, advice)


def _all_phrase_problems(triage: Mapping[str, Any]) -> Iterator[Problem]:
    groups = {name: _strings(words) for name, words in _mapping(triage.get("groups")).items()}
    for name, words in groups.items():
        for word in words:
            problem = phrase_problem(word) if " " not in word.strip() else "is more than one word"
            if problem:
                yield Problem(f"triage.groups.{name}", word, f"{problem}.")
    for key, value in triage.items():
        if key != "groups":
            yield from _phrase_problems(value, f"triage.{key}", groups, inside=key in _HOLD_PHRASES)


_HOLD_PHRASES = ("phrases", "but_not", "topics", "weak_topics", "routine", "asks", "not_routine")


def _phrase_problems(value: object, path: str, groups: Groups, *, inside: bool) -> Iterator[Problem]:
    """Every string below `phrases`, `but_not`, `topics` and `routine` is a phrase."""
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _phrase_problems(child, f"{path}.{key}", groups, inside=inside or key in _HOLD_PHRASES)
    elif isinstance(value, list):
        for number, child in enumerate(value):
            yield from _phrase_problems(child, f"{path}.{number}", groups, inside=inside)
    elif inside and isinstance(value, str):
        problem = phrase_problem(value, groups=groups)
        if problem:
            yield Problem(path, value, f"{problem}.")


def _name_problems(triage: Mapping[str, Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    for kind in ("rules", "lookalikes"):
        for number, rule in enumerate(_items(triage.get(kind))):
            name = _mapping(rule).get("name")
            if isinstance(name, str) and name in seen:
                yield Problem(f"triage.{kind}.{number}.name", name, "is used twice. Give each rule its own name.")
            elif isinstance(name, str):
                seen.add(name)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _items(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else []


def _strings(value: object) -> list[str]:
    return [item for item in _items(value) if isinstance(item, str)]


def _is_number(value: object) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _listed(names: object) -> str:
    known = sorted(names) if isinstance(names, (set, frozenset, Mapping)) else []
    return ", ".join(known) or "none"


def _short(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= _LONGEST_VALUE else f"{shown[: _LONGEST_VALUE - 1]}…"
