"""What the policy page shows, built from values. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from supportbot.accounts.rules import may
from supportbot.accounts.types import Person
from supportbot.gateway.queries import PausedModel, Served
from supportbot.governance.types import PolicyVersionRow
from supportbot.routing.policy import RoutingPolicy
from supportbot.routing.summary import by_consequence, summarise, title
from supportbot.web.time_words import when

_STATES = {"approved": ("resolved", "Approved"), "proposed": ("open", "Proposed"), "rejected": ("no", "Rejected")}


def policy_view(
    policy: RoutingPolicy | None,
    versions: Sequence[PolicyVersionRow],
    *,
    number: int | None,
    names: Mapping[str, str],
    person: Person,
    now: datetime,
    zone: ZoneInfo,
    paused: Sequence[PausedModel] = (),
    served: Mapping[str, Served] = MappingProxyType({}),
) -> dict[str, Any]:
    """One version of the policy in sentences, and every version in a table; see `templates/governance/policy.html`.

    Args:
        number: the version shown; None with `policy` None when nothing is approved yet.
        names: people's names by e-mail.
    """
    rows = [_version_row(row, shown=number, names=names, now=now, zone=zone) for row in versions]
    shown = next((row for row in versions if row.number == number), None)
    if policy is None or shown is None:
        return {"number": None, "versions": rows, "may_import": person.role in ("owner", "admin")}
    summary = summarise(policy)
    return {
        "number": shown.number,
        "headline": summary.headline,
        "standing": _standing(shown),
        "owner": names.get(policy.owner, policy.owner),
        "approved": when(shown.approved_at, now=now, zone=zone) if shown.approved_at else None,
        "note": None if may(person, "approve_policy") else "Only the owner approves changes.",
        "models": [asdict(line) for line in summary.models],
        "paused": [_paused(model, now=now, zone=zone) for model in paused],
        "served": list(_served(policy, served, now=now, zone=zone)),
        "tasks": [asdict(task) for task in summary.tasks],
        "always": summary.always,
        "holds": [
            {"follows": follows, "rules": [asdict(line) for line in lines]}
            for follows, lines in by_consequence(summary.rules).items()
        ],
        "lookalikes": list(dict.fromkeys(line.says for line in summary.lookalikes)),
        "unsure": summary.unsure,
        "versions": rows,
    }


def _served(
    policy: RoutingPolicy, served: Mapping[str, Served], *, now: datetime, zone: ZoneInfo
) -> Iterator[dict[str, Any]]:
    for key, spec in policy.model_specs().items():
        known = served.get(spec.endpoint)
        if known is not None:
            yield {"name": title(key), "served": known.model_answered, "since": when(known.since, now=now, zone=zone)}


def _paused(model: PausedModel, *, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "name": title(model.model_key),
        "cause": model.cause,
        "since": when(model.opened_at, now=now, zone=zone),
        "again": when(model.probe_at, now=now, zone=zone),
    }


def _standing(row: PolicyVersionRow) -> str:
    if row.is_active:
        return "in force"
    return "not in force" if row.state == "approved" else row.state


def _version_row(
    row: PolicyVersionRow, *, shown: int | None, names: Mapping[str, str], now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    kind, words = ("passed", "In force") if row.is_active else _STATES[row.state]
    return {
        "number": row.number,
        "kind": kind,
        "words": words,
        "problem": row.problem,
        "author": names.get(row.author, row.author),
        "approver": names.get(row.approver, row.approver) if row.approver else None,
        "at": when(row.activated_at or row.approved_at or row.created_at, now=now, zone=zone),
        "is_shown": row.number == shown,
    }
