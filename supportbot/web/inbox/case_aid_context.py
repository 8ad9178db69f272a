"""What the desk shows a person who takes a case: a summary, and the numbers that the customer names."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from supportbot.drafting.queries import DeskCase
from supportbot.drafting.tables import CaseAid
from supportbot.inbox.types import EXTRACTION, SUMMARY
from supportbot.web.time_words import when

LABELS = {"order": "Order", "invoice": "Invoice", "amount": "Amount", "date": "Date"}


def aid_view(case: DeskCase, *, now: datetime) -> dict[str, Any] | None:
    """See `templates/inbox/_aid.html`; None when there is nothing to show."""
    zone = ZoneInfo(case.site.time_zone)
    summary, extraction = _newest(case.aids, SUMMARY), _newest(case.aids, EXTRACTION)
    named = extraction.result.get("named", []) if extraction and extraction.state == "done" else []
    if summary is None and not named:
        return None
    return {
        "summary": _summary(summary, case, now=now, zone=zone) if summary else None,
        "named": [
            {
                "label": LABELS.get(one["kind"], one["kind"]),
                "value": one["value"],
                "known": one["known"],
                "words": "in the records" if one["known"] else "customer says",
            }
            for one in named
        ],
    }


def _newest(aids: Sequence[CaseAid], task: str) -> CaseAid | None:
    """The newest that was made; a failed one only when there is no other."""
    own = [aid for aid in aids if aid.task == task]
    return next((aid for aid in own if aid.state == "done"), next(iter(own), None))


def _summary(aid: CaseAid, case: DeskCase, *, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    made = when(aid.created_at, now=now, zone=zone).text
    if aid.state != "done":
        return {"text": "", "open_points": [], "caption": f"No summary: {aid.state_reason}"}
    author = "built-in, in the customer’s words" if (aid.author or "").startswith("builtin/") else aid.author
    later = sum((one.id or 0) > aid.upto_id and one.role != "system" for one in case.messages)
    since = f" {later} newer {'message' if later == 1 else 'messages'} since." if later else ""
    return {
        "text": aid.result["summary"],
        "open_points": aid.result["open_points"],
        "caption": f"By {author}, {made}. Not checked against the records.{since}",
    }
