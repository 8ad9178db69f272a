"""Why a draft says what it says, in words: sources, checks, route and tries."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast
from zoneinfo import ZoneInfo

from supportbot.drafting.tables import Draft
from supportbot.gateway.rules.retry import reason
from supportbot.gateway.tables import AttemptRow
from supportbot.gateway.types import OutcomeClass
from supportbot.language.money import plain_amount
from supportbot.routing.tables import Decision
from supportbot.web.articles.context import passage_url
from supportbot.web.time_words import on_day, when

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

# What the built-in provider is, said where a model would be named.
BUILTIN = {
    "routine_reply": "built-in, extracts from help articles",
    "dispute_reply": "built-in, decides from records and policy rules",
}


def sources_of(draft: Draft) -> list[dict[str, Any]]:
    """What the draft rests on: passages and rows."""
    return [
        {"title": one["title"], "url": passage_url(one["ref"], one.get("version")), "note": one.get("note") or ""}
        for one in draft.sources
    ]


def checks_of(draft: Draft) -> list[dict[str, Any]]:
    """Every check's result, failures first."""
    return sorted(draft.checks, key=lambda check: bool(check["passed"]))


def blocked_note(draft: Draft) -> str | None:
    """Which field keeps the draft from being approved unchanged, and why; None when nothing does."""
    for check in draft.checks:
        if not check["passed"] and check["severity"] == "block":
            found = f": found {check['found']}" if check["found"] else ""
            return f"{check['title']}, in {check['field'].replace('_', ' ')}{found}. Edit it before it can be sent."
    return None


def route_words(decision: Decision | None, draft: Draft, attempts: Sequence[AttemptRow]) -> dict[str, Any]:
    """The lane and the reason, how the calls went, then quietly who wrote it and under which pins."""
    lane = "Reasoning" if decision and decision.lane == "reasoning" else "Fast"
    words = f"{lane}: {decision.reason}" if decision else lane
    pins = f"{writer(attempts)} · {draft.prompt}, {draft.output_schema}"
    return {"words": words, "ran": run_words(attempts), "pins": pins, "log_url": None}


def run_words(attempts: Sequence[AttemptRow]) -> str | None:
    """Why a draft has another author, or took longer, than the policy's first choice; None when it has not."""
    if not attempts or (len(attempts) == 1 and not attempts[0].is_backup):
        return None
    outcomes = [cast(OutcomeClass, one.outcome) for one in attempts]
    return reason(outcomes, is_backup=attempts[-1].is_backup)


def writer(attempts: Sequence[AttemptRow]) -> str:
    """Who wrote it: the model that answered, or what the built-in one is; then the cost, when it is known."""
    answered = next((one for one in reversed(attempts) if one.outcome == "ok"), None)
    if answered is None:
        return "no model"
    if answered.provider == "builtin":
        return author_of(answered)
    costs = [one.cost_microusd for one in attempts]
    cost = "cost unknown" if None in costs else f"{sum(one or 0 for one in costs) / 1_000_000:.4f} USD"
    return f"{answered.model_answered or answered.model_asked} · {cost}"


def author_of(attempt: AttemptRow) -> str:
    """Who was asked: the model that answered, or what the built-in one is."""
    if attempt.provider == "builtin":
        return BUILTIN.get(attempt.task, "built-in")
    return attempt.model_answered or attempt.model_asked


def tries_of(attempts: Sequence[AttemptRow], zone: ZoneInfo) -> list[dict[str, str]]:
    """Every try with its time and outcome."""
    return [
        {
            "at": f"{_local(one.started_at, zone):%H:%M:%S}",
            "what": author_of(one) + (", backup" if one.is_backup else ""),
            "outcome": f"{one.outcome.replace('_', ' ')}, {one.latency_ms / 1000:.1f} s",
        }
        for one in attempts
    ]


def _local(at: datetime, zone: ZoneInfo) -> datetime:
    return at.astimezone(zone)


def facts_of(draft: Draft, *, now: datetime, zone: ZoneInfo, currency: str) -> dict[str, Any] | None:
    """What the draft kept of the records; see `templates/inbox/_facts.html`. None when nothing was looked up."""
    kept = draft.facts
    if not kept:
        return None
    today = now.astimezone(zone).date()
    read = when(datetime.fromisoformat(kept["read_at"]), now=now, zone=zone).text
    due, shown = kept.get("due_back_minor"), kept.get("currency") or currency
    passage = (kept.get("due_passage") or "").rpartition("#")[2]
    count = kept.get("rows", 0)
    counted = NUMBERS[count] if count < len(NUMBERS) else str(count)
    return {
        "caption": f"Computed from {counted} {'row' if count == 1 else 'rows'} read {read}. No model took part.",
        "problem": f"{kept['problem']} No amount is shown; edit the reply or leave a note."
        if kept.get("problem")
        else None,
        "rows": [
            {
                "when": on_day(date.fromisoformat(line["on"]), today=today),
                "what": line["what"],
                "source": line["source"],
                "amount": _line_amount(line, shown),
            }
            for line in kept.get("ledger", [])
        ],
        "currency": shown,
        "total_label": f"Due back under policy {passage}" if passage else "Due back",
        "total": plain_amount(due, shown) if due else None,
        "none_due": "No amount is due under the policy.",
    }


def _line_amount(line: Mapping[str, Any], shown: str) -> str:
    """A ledger line's amount in the column's currency; one in another currency says so."""
    if line["amount_minor"] is None:
        return ""
    currency = line.get("currency") or shown
    amount = plain_amount(line["amount_minor"], currency)
    return amount if currency == shown else f"{amount} {currency}"
