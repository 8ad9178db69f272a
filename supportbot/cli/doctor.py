"""`supportbot doctor`: one screen that says what is well, what is wrong, and what to do about it."""

import sys
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal

import click
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import Session

from supportbot.accounts.queries import people, shut_out
from supportbot.app import Parts, wire
from supportbot.cli.common import answer, as_json, database_cause
from supportbot.db import impatient, normal_url
from supportbot.db.migration import require_current
from supportbot.errors import PolicyError
from supportbot.gateway.prices import load_prices
from supportbot.gateway.queries import paused_models, spent_on, tasks_since, tries_since
from supportbot.governance.cost_check import WorstCase, worst_cases
from supportbot.governance.model_probe import Asked, AskedModels, ask_models, keep_findings
from supportbot.governance.queries import find_active_policy
from supportbot.governance.types import ActivePolicy
from supportbot.inbox.queries import newest_act_at
from supportbot.routing.policy import RoutingPolicy
from supportbot.settings import Settings, load_settings, provider_key

State = Literal["ok", "look", "bad"]
_MARKS: dict[State, str] = {"ok": "ok  ", "look": "look", "bad": "BAD "}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at. `bad` makes the command fail, `look` only asks for a look."""

    name: str
    state: State
    text: str
    more: dict[str, Any] = field(default_factory=dict)


@click.command()
@click.option("--no-models", is_flag=True, help="Ask no model; each costs some hundred tokens.")
@as_json
def doctor(as_json: bool, no_models: bool) -> None:
    """Say in one screen what is well and what is wrong: database, workers, policy, models, keys, spending, audit log.

    Models are asked in every way they may keep to a schema, and what is found is kept. Exit code 1: something is BAD.
    """
    settings = load_settings()
    lines = list(_examine(settings, ask=not no_models))
    width = max(len(line.name) for line in lines)
    words = "\n".join(f"{_MARKS[line.state]} {line.name:<{width}}  {line.text}" for line in lines)
    words += f"\n\n{_ending(lines)}" if len(lines) > 1 else ""
    found = {
        line.name: {"ok": line.state != "bad", "state": line.state, "text": line.text, **line.more} for line in lines
    }
    answer(found, as_json, words)
    sys.exit(1 if any(line.state == "bad" for line in lines) else 0)


def _ending(lines: Sequence[Line]) -> str:
    """The one sentence for somebody in a hurry."""
    named = {state: ", ".join(line.name for line in lines if line.state == state) for state in _MARKS}
    if named["bad"]:
        count = sum(line.state == "bad" for line in lines)
        return f"To do, {count} of {len(lines)}: {named['bad']}."
    return f"Nothing is broken. Worth a look: {named['look']}." if named["look"] else "All is well."


def _examine(settings: Settings, *, ask: bool) -> Iterator[Line]:
    shown = normal_url(settings.database_url).render_as_string()
    try:
        parts = wire(replace(settings, database_url=impatient(settings.database_url)))
        with parts.database.transaction(read_only=True) as db:
            db.connection()
    except SQLAlchemyError as error:
        yield Line("database", "bad", f"{shown} cannot be reached: {database_cause(error)}. {_DATABASE_ADVICE}")
        return
    require_current(parts.database)
    yield Line("database", "ok", shown)
    yield from _examine_parts(parts, ask=ask)
    parts.drafting.gateway.close()
    parts.database.dispose()


_DATABASE_ADVICE = "Start it, or correct SUPPORTBOT_DATABASE_URL; nothing else was looked at."


def _examine_parts(parts: Parts, *, ask: bool) -> Iterator[Line]:
    yield from _work(parts)
    try:
        with parts.database.transaction(read_only=True) as db:
            active = find_active_policy(db)
            addresses = {person.email.casefold() for person in people(db)}
            shut = {person.email.casefold() for person in shut_out(db)}
    except PolicyError as error:
        yield Line("policy", "bad", "; ".join(error.message.splitlines()))
        active = None
    else:
        yield _policy(active, addresses, shut)
    if active is not None:
        if ask:
            click.echo("Asking the models; a slow one may take minutes ...", err=True)
        asked = ask_models(active.policy, parts.drafting.gateway, every_way=True) if ask else None
        yield from _models(parts, active.policy, asked)
        yield from _keys(active.policy)
        yield _last_hour(parts)
        yield from _money(parts, active.policy)
    with parts.database.transaction(read_only=True) as db:
        chain = parts.runtime.audit.verify(db, in_use_at=newest_act_at(db))
    problem = f"{chain.problem} Or SUPPORTBOT_SECRET_KEY is not the one that wrote it." if chain.problem else None
    yield Line("audit log", "bad" if problem else "ok", problem or f"{chain.entries} entries fit")


def _work(parts: Parts) -> Iterator[Line]:
    health = parts.runtime.engine.health()
    running = len(health.held_slots)
    text = f"{running} running" if running else "none is running. Start one with: supportbot worker"
    yield Line("workers", "ok" if running else "bad", text)
    jobs = f"{health.waiting} waiting, {health.running} running, {health.failed} failed"
    yield Line("jobs", "bad" if health.failed else "ok", jobs)


def _policy(active: ActivePolicy | None, addresses: Collection[str], shut: Collection[str]) -> Line:
    if active is None:
        return Line(
            "policy",
            "bad",
            "none is active. Start from: supportbot policy export > FILE, then: supportbot policy import FILE",
        )
    owner = active.policy.owner
    text = f"version {active.number} is active; its owner is {owner}"
    if owner.casefold() not in addresses:
        cause = ("was shut out", "enable") if owner.casefold() in shut else ("is no user here", "add")
        text += f", who {cause[0]}: supportbot user {cause[1]}, or name another in the next version"
        return Line("policy", "look", text)
    return Line("policy", "ok", text)


def _models(parts: Parts, policy: RoutingPolicy, asked: AskedModels | None) -> Iterator[Line]:
    if asked is not None:
        with parts.database.transaction() as db:
            keep_findings(db, asked, found_by="doctor", at=parts.runtime.clock())
        for one in asked.models:
            yield _model(one, policy)
        named = {one.spec.key for one in asked.models}
        for key in policy.models:
            if key not in named:
                yield Line(f"model {key}", "look", "no task names it, so it was not asked")
    answering = {one.spec.endpoint for one in asked.models if not one.probe.problem} if asked else set()
    with parts.database.transaction(read_only=True) as db:
        yield from _paused(db, answering)


def _model(one: Asked, policy: RoutingPolicy) -> Line:
    probe, spec = one.probe, one.spec
    more = {"latency_ms": probe.latency_ms, "can": list(probe.ways), "served_as": probe.model_answered}
    if spec.provider == "builtin":
        return Line(f"model {spec.key}", "ok", "built in, always answers", more)
    where = spec.base_url or "the provider's public address"
    name = spec.model if where in probe.words else f"{spec.model} at {where}"
    slow = None if probe.problem else _too_slow(one, policy)
    text = f"{name}: {probe.words}" + (f". {slow}" if slow else "")
    return Line(f"model {spec.key}", "bad" if probe.problem or slow else "ok", text, more)


def _too_slow(one: Asked, policy: RoutingPolicy) -> str | None:
    """The task that gives a model the least time, when it has taken more than that for one short answer."""
    patience = {task: policy.call_rule(task).try_timeout_s for task in one.used_by}
    task = min(patience, key=lambda name: patience[name])
    if one.probe.latency_ms <= patience[task] * 1000:
        return None
    return f"Too slow for {task}, which waits {patience[task]:g} s: raise its try_timeout_s, or take a faster model"


def _paused(db: Session, answering: set[str]) -> Iterator[Line]:
    for model in paused_models(db):
        answers = model.endpoint in answering
        text = (
            f"paused since {model.opened_at:%d %b %H:%M} UTC after {model.cause}; "
            f"asked again from {model.probe_at:%H:%M:%S} UTC on"
        )
        text += "; it answered just now, so the next message brings it back" if answers else ""
        more = {"opened_at": model.opened_at, "probe_at": model.probe_at, "failed_probes": model.failed_probes}
        yield Line(f"breaker {model.model_key}", "look" if answers else "bad", text, more)


def _keys(policy: RoutingPolicy) -> Iterator[Line]:
    """Which variables are missing in this environment; never what is in one."""
    named = {entry.api_key_env: key for key, entry in policy.models.items() if entry.api_key_env}
    missing = [f"{variable} (model {key})" for variable, key in named.items() if not provider_key(variable)]
    if missing:
        text = f"not set here: {', '.join(missing)}. Set them where the workers run, and here."
        yield Line("keys", "bad", text, {"missing": [name for name in named if not provider_key(name)]})
    elif named:
        yield Line("keys", "ok", f"set: {', '.join(named)}")


_LEAST_TASKS = 4


def _last_hour(parts: Parts) -> Line:
    """How messages fared with the models, which one question of ours does not show."""
    with parts.database.transaction(read_only=True) as db:
        since = parts.runtime.clock() - timedelta(hours=1)
        tries, tasks = tries_since(db, since), tasks_since(db, since)
    failed = [one for one in tries if one.outcome != "ok"]
    made = sum(one.count for one in tries)
    counted = f"{made} {'try' if made == 1 else 'tries'}"
    if not failed:
        said = f"{counted}, all answered" if made else "no model but the built-in one was asked for a draft"
        return Line("last hour", "ok", said)
    listed = "; ".join(one.words for one in failed[:3]) + ("; and more" if len(failed) > 3 else "")
    text = f"{counted}, {sum(one.count for one in failed)} failed: {listed}"
    mostly = tasks.made >= _LEAST_TASKS and tasks.unanswered * 2 > tasks.made
    if mostly:
        text += f". {tasks.unanswered} of {tasks.made} tasks got no model's answer. Ask the models: supportbot doctor"
    return Line(
        "last hour", "bad" if mostly else "look", text, {"tries": made, "failed": [asdict(one) for one in failed]}
    )


def _money(parts: Parts, policy: RoutingPolicy) -> Iterator[Line]:
    with parts.database.transaction(read_only=True) as db:
        spent = spent_on(db, parts.runtime.clock().date())
    usd, limit = spent.microusd / 1_000_000, policy.limits.per_day_usd
    tokens, most = spent.unpriced_output_tokens, policy.limits.per_day_output_tokens
    full = usd >= limit or tokens >= most
    text = f"{usd:.4f} of {limit:g} USD; {tokens} of {most} output tokens of models without a price"
    if full:
        text += ". The limit is reached: messages wait for a person until midnight UTC"
    more = {"usd": usd, "limit_usd": limit, "unpriced_output_tokens": tokens}
    yield Line("spent today", "bad" if full else "ok", text, more)
    cases = [one for one in worst_cases(policy, load_prices()) if policy.models[one.model_key].provider != "builtin"]
    for key in dict.fromkeys(one.model_key for one in cases if one.least is None):
        yield Line(f"cost {key}", "look", "its price is not known: write price in the policy to see costs")
    yield from filter(None, map(_worst, cases))


def _worst(case: WorstCase) -> Line | None:
    name = f"cost {case.task}, {case.model_key}"
    if case.least is None or case.long is None:
        return None
    least, long = case.least / 1_000_000, case.long / 1_000_000
    text = f"a call to {case.model_key} costs at most {least:.4f} USD, with a very long case {long:.4f}"
    if case.limit is None:
        return Line(name, "ok", f"{text}; no limit")
    limit = case.limit / 1_000_000
    if case.blocks_all:
        advice = f"Raise max_cost_usd to {least * 2:.4f} or lower max_output_tokens"
        return Line(name, "bad", f"{text}; the limit is {limit:g}, so every call is refused. {advice}")
    if case.blocks_long:
        return Line(name, "look", f"{text}; the limit is {limit:g}, so the longest messages wait for a person")
    return Line(name, "ok", f"{text}; the limit is {limit:g}")
