"""Replies, frames and allowances with sensible defaults."""

import json
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from supportbot.contract.rules import allowed_outcomes
from supportbot.contract.types import AllowedFacts, CaseFrame, Outcome, RenderedReply, ReplyFields
from supportbot.contract.voice.frame import case_frame
from supportbot.contract.voice.normaliser import normalise_reply, voice_of
from supportbot.contract.voice.render import render
from supportbot.language.money import Money

BERLIN = ZoneInfo("Europe/Berlin")
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def make_fields(**changes: Any) -> ReplyFields:
    values: dict[str, Any] = {
        "answer": "Your February invoice is ready to download.",
        "details": "Open Account, then Invoices.",
        "outcome": "answered",
        "next_actions": ("open_invoices",),
        "facts_used": (),
        "sources": (),
        "confidence": 0.9,
    }
    return ReplyFields(**{**values, **changes})


def normalise(fields: ReplyFields, *, locale: str = "en", **voice: str) -> tuple[ReplyFields, tuple[str, ...]]:
    """The normalised fields, and the names of the rules that changed something, each once."""
    after, changes = normalise_reply(fields, voice_of(locale, **voice))
    return after, tuple(dict.fromkeys(change.rule for change in changes))


def make_answer(**changes: Any) -> str:
    """The text that a model returns for `make_fields`."""
    fields = make_fields()
    values = {name: getattr(fields, name) for name in fields.__dataclass_fields__ if name != "ask"}
    return json.dumps({**values, **changes})


def make_frame(**changes: Any) -> CaseFrame:
    values: dict[str, Any] = {
        "case_number": "HL-4812",
        "topic": "billing",
        "plan_or_order": "Roaster’s box",
        "amount": None,
        "outcome": "answered",
        "next_update": None,
        "zone": BERLIN,
        "locale": "en",
        "sign_off": "Harbour Lane support",
    }
    return case_frame(**{**values, **changes})


def make_rendered(fields: ReplyFields | None = None, *, outcome: Outcome = "answered", **frame: Any) -> RenderedReply:
    return render(fields or make_fields(), make_frame(outcome=outcome, **frame), outcome=outcome)


def make_allowed(**changes: Any) -> AllowedFacts:
    values: dict[str, Any] = {
        "amounts": frozenset({Money(4900, "EUR")}),
        "dates": frozenset({date(2026, 3, 14)}),
        "ids": frozenset({"INV-2026-0207", "mira@haddad-studio.example"}),
        "outcomes": allowed_outcomes(),
        "link_hosts": frozenset({"harbourlane.example"}),
        "sources": frozenset({"invoices#1"}),
        "facts": frozenset({"f1"}),
        "may_promise": False,
    }
    return AllowedFacts(**{**values, **changes})
