"""What the held case's report shows: built from rows and from what the draft kept of its facts."""

import difflib
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from flask import url_for

from supportbot.accounts.rules import release_refusal
from supportbot.accounts.types import Person
from supportbot.contract.voice.render import from_json
from supportbot.drafting.queries import DeskCase
from supportbot.drafting.rules.draft_state import promises
from supportbot.drafting.tables import DivergenceRow, Draft
from supportbot.inbox.tables import Message
from supportbot.language.money import Money
from supportbot.web.articles.context import passage_url
from supportbot.web.inbox.case_aid_context import aid_view
from supportbot.web.inbox.context import earlier_url
from supportbot.web.inbox.draft_context import author_of, blocked_note, checks_of, facts_of
from supportbot.web.time_words import day_words, length, when

FIELDS = {
    "outcome": "Outcome",
    "amount": "Amount",
    "answer": "Answer",
    "next_actions": "Next actions",
    "details": "Details",
    "ask": "Question back",
    "sources": "Sources",
}
WORDS = {
    "outcome": "decision",
    "amount": "amount",
    "next_actions": "action",
    "details": "facts",
    "ask": "question",
    "sources": "form",
}
MOST_TOLD = 8


def held_view(case: DeskCase, draft: Draft, *, person: Person, now: datetime, back_url: str) -> dict[str, Any]:
    """A held case; see `templates/inbox/_held.html`. The composer is added by the endpoint."""
    row, zone = case.conversation, ZoneInfo(case.site.time_zone)
    changed = any(one.severity == "S1" and one.field == "outcome" for one in case.drafts.divergences)
    due = _due(draft, case.site.currency)
    name = _first_name(case)
    return {
        "id": row.id,
        "back_url": back_url,
        "back_label": "Held",
        "title": row.subject,
        "case_number": row.case_number,
        "wait": length(now - row.waiting_since) if row.waiting_since else "now",
        "late": row.waiting_since is not None and (now - row.waiting_since).total_seconds() > 3600,
        "changed": changed,
        "stand": _stand(case, draft, due, name),
        "facts": facts_of(draft, now=now, zone=zone, currency=case.site.currency),
        "policy": _policy(draft, zone, now),
        "duel": _duel(case, draft),
        "checks": checks_of(draft),
        "passed": sum(1 for check in draft.checks if check["passed"]),
        "blocked": blocked_note(draft) is not None,
        "changes": draft.changes,
        "variants": _variants(draft, person, case.site.currency, name),
        "release": _release(case, draft, person, due, name),
        "draft_id": draft.id,
        "is_mine": row.assignee_id == person.id,
        "aid": aid_view(case, now=now),
        "told": [_told(message, case, now, zone) for message in case.messages[-MOST_TOLD:]],
        "earlier_url": earlier_url(case, case.messages[-MOST_TOLD].id if len(case.messages) > MOST_TOLD else None),
        "notes": [
            {
                "text": note.text,
                "caption": f"{case.names.get(note.author_id, 'Somebody')}, "
                f"{when(note.created_at, now=now, zone=zone).text}",
            }
            for note in case.notes
        ],
        "customer": {
            "name": case.customer.name or "Visitor",
            "verified": case.customer.is_verified,
            "lines": [line for line in (case.customer.email, _plan_line(case, zone, now)) if line],
        },
        "composer": None,
        "compose_urls": {
            mode: f"{url_for('inbox.conversation', conversation_id=row.id)}?{urlencode({'compose': mode})}"
            for mode in ("edit", "note")
        },
    }


def _stand(case: DeskCase, draft: Draft, due: Money | None, name: str) -> list[dict[str, str]]:
    parts = []
    fast = case.drafts.compared
    proposed = next((one for one in case.drafts.divergences if one.field == "amount"), None)
    if fast is not None and fast.proposed and promises(fast.proposed.get("outcome")):
        what = f"{proposed.before} back" if proposed and proposed.before else "a refund"
        parts += [_part("The fast draft promised "), _part(what, "strong"), _part(". ")]
    if draft.hold_kind == "money":
        if due is not None:
            parts += [_part("The records support "), _part(str(due), "strong"), _part(". ")]
        elif draft.facts.get("ledger"):
            parts += [_part("The records support "), _part("no amount", "strong"), _part(". ")]
        else:
            parts.append(_part("No billing record belongs to this customer. "))
    elif draft.state_reason:
        parts.append(_part(f"{draft.state_reason}. "))
    parts.append(_part(f"Nothing has been promised to {name}."))
    return parts


def _policy(draft: Draft, zone: ZoneInfo, now: datetime) -> dict[str, Any] | None:
    quotes = [source for source in draft.sources if source["kind"] == "policy"]
    if not quotes:
        return None
    first = quotes[0]
    published = ""
    if first.get("published_at"):
        day = datetime.fromisoformat(first["published_at"]).astimezone(zone).date()
        published = f", published {day_words(day, today=now.astimezone(zone).date())}"
    return {
        "caption": f"{first['title']}, version {first['version']}{published}",
        "quotes": [
            {
                "title": quote["heading"],
                "url": passage_url(quote["ref"], quote.get("version")),
                "parts": [_part(quote["text"])],
            }
            for quote in quotes
        ],
    }


def _duel(case: DeskCase, draft: Draft) -> dict[str, Any] | None:
    fast = case.drafts.compared
    if fast is None or not fast.proposed or not draft.proposed:
        return None
    rows = [_duel_row(one) for one in case.drafts.divergences]
    decision = case.drafts.decision
    return {
        "before": fast.proposed["outcome"],
        "after": draft.proposed["outcome"],
        "fast": {"title": "Fast draft", "caption": f"{_writer(case, fast)}, {fast.prompt}. Never sent."},
        "reasoning": {"title": "Reasoning draft", "caption": f"{_writer(case, draft)}, {draft.prompt}."},
        "rows": rows,
        "same": "Case fields, sign-off" if rows else "Everything",
        "caption": f"Routed by rule “{decision.rule.replace('_', ' ')}”: {decision.reason}." if decision else "",
    }


def _duel_row(one: DivergenceRow) -> dict[str, Any]:
    before, after = _marked(one.before, one.after)
    is_code = one.field == "outcome"
    if is_code:
        before, after = [_part(one.before)], [_part(one.after)]
    missing = "none named"
    return {
        "field": FIELDS.get(one.field, one.field),
        "severity": one.severity,
        "word": _word(one),
        "top": is_code,
        "fast": {"parts": before or [_part(missing)], "code": is_code, "kind": None, "words": ""},
        "reasoning": {"parts": after or [_part(missing)], "code": is_code, "kind": None, "words": ""},
    }


def _word(one: DivergenceRow) -> str:
    """What kind of change a row is: an answer that promises something else is more than other wording."""
    if one.field == "answer":
        return "promise" if one.severity == "S1" else "wording"
    return WORDS.get(one.field, "")


def _marked(before: str, after: str) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Both texts in parts: what falls out of the first is struck, what comes into the second is underlined."""
    left, right = before.split(" "), after.split(" ")
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    old, new = [], []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            old.append(_part(" ".join(left[a:b]) + " "))
            new.append(_part(" ".join(right[c:d]) + " "))
            continue
        if left[a:b] != [""] and a != b:
            old += [_part(" ".join(left[a:b]), "del"), _part(" ")]
        if right[c:d] != [""] and c != d:
            new += [_part(" ".join(right[c:d]), "ins"), _part(" ")]
    return old, new


def _variants(draft: Draft, person: Person, currency: str, name: str) -> list[dict[str, Any]]:
    shown = []
    for key, variant in draft.variants.items():
        reply = from_json(variant["reply"])
        minor, promised_in = int(variant.get("promised_minor") or 0), variant.get("currency") or currency
        refusal = release_refusal(
            person,
            hold_kind=draft.hold_kind or "risk",
            promises=promises(reply.outcome),
            promised_minor=minor,
            currency=promised_in,
            limit_currency=currency,
        )
        refusal = refusal or (blocked_note(draft) if key == "as_drafted" else None)
        amount = str(Money(minor, promised_in))
        shown.append(
            {
                "name": key,
                "label": "Release the reply" if key == "as_drafted" else f"Approve {amount} and release",
                "effect": f"Sends the reply below to {name}. Promises nothing."
                if key == "as_drafted"
                else "The outcome becomes refund_approved with the amount computed here. Recorded in your name. "
                "supportbot moves no money.",
                "reply": reply,
                "content_hash": variant["content_hash"],
                "primary": key == "as_drafted",
                "allowed": refusal is None,
                "refusal": refusal or "",
            }
        )
    return sorted(shown, key=lambda one: not one["primary"])


def _release(case: DeskCase, draft: Draft, person: Person, due: Money | None, name: str) -> dict[str, Any]:
    refusal = release_refusal(
        person,
        hold_kind=draft.hold_kind or "risk",
        promises=promises(draft.outcome),
        currency=case.site.currency,
    )
    able = [one for one in case.people if one.role in ("lead", "owner", "admin")]
    others = ", ".join(_with_limit(one, case.site.currency) for one in able if one.id != person.id)
    you = f"You, {_with_limit(person, case.site.currency)}. " if refusal is None else ""
    leads = [one.name for one in able if one.role == "lead"]
    return {
        "due_label": f"Due back to {name}",
        "due": str(due) if due else None,
        "may": refusal is None,
        "title": "Waiting for a lead",
        "text": f"{refusal} {', '.join(leads) or 'A lead'} can; your note stands beside the case." if refusal else "",
        "who": f"{you}{'Also ' if you and others else ''}{others}{'.' if others else ''}",
    }


def _with_limit(person: Person, currency: str) -> str:
    if person.role == "agent":
        return f"{person.name}: agent, replies that promise nothing"
    if person.release_limit_minor is None:
        return f"{person.name}: {person.role}, without limit"
    return f"{person.name}: {person.role}, up to {Money(person.release_limit_minor, currency)}"


def _told(message: Message, case: DeskCase, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    at = when(message.sent_at, now=now, zone=zone).text
    if message.role == "customer":
        return {"them": True, "text": message.text, "caption": f"{_first_name(case)}, {at}"}
    said = message.reply
    text = " ".join(part for part in (said["answer"], said["details"]) if part) if said else message.text
    who = case.names.get(message.author_id or 0, "us") if message.role == "agent" else "Fixed text"
    seen = ", seen" if message.seen_at else ""
    return {"them": False, "text": text, "caption": f"{who}, {at}{seen}"}


def _plan_line(case: DeskCase, zone: ZoneInfo, now: datetime) -> str:
    if case.account is None or not case.account.subscriptions:
        return ""
    plan = case.account.subscriptions[0]
    if plan.cancelled_at is None:
        return plan.plan
    day = day_words(plan.cancelled_at.astimezone(zone).date(), today=now.astimezone(zone).date())
    return f"{plan.plan}, cancelled {day}"


def _writer(case: DeskCase, draft: Draft) -> str:
    tries = [one for one in case.drafts.attempts if one.draft_id == draft.id and one.outcome == "ok"]
    if not tries:
        return "no model"
    return author_of(tries[-1])


def _due(draft: Draft, currency: str) -> Money | None:
    minor = draft.facts.get("due_back_minor")
    return Money(minor, draft.facts.get("currency") or currency) if minor else None


def _first_name(case: DeskCase) -> str:
    return case.customer.name.split()[0] if case.customer.name.strip() else "the visitor"


def _part(text: str, kind: str = "") -> dict[str, str]:
    return {"text": text, "kind": kind}
