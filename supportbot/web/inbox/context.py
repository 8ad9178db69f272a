"""What the inbox templates show: built from rows, one function a region. Pure but for `url_for`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from supportbot.accounts.types import Person
from supportbot.billing.rules import went_back
from supportbot.billing.types import AccountRows, ChargeRow, RefundRow
from supportbot.contract.voice.render import from_json
from supportbot.customers.tables import Customer
from supportbot.drafting.queries import DeskCase
from supportbot.drafting.rules.draft_state import effective_state
from supportbot.drafting.tables import Draft
from supportbot.inbox.queries import COUNT_CAP, ConversationLine, Page, View
from supportbot.inbox.rules import closing_refusal, is_held
from supportbot.inbox.tables import Conversation, Message, Outgoing
from supportbot.web.inbox.case_aid_context import aid_view
from supportbot.web.inbox.draft_context import (
    blocked_note,
    checks_of,
    facts_of,
    route_words,
    sources_of,
    tries_of,
)
from supportbot.web.time_words import day_words, length, on_day, when

FIRST_REPLY_TARGET = timedelta(hours=1)
VIEW_NAMES: dict[View, tuple[str, str | None]] = {
    "all": ("All", "g i"),
    "mine": ("Mine", "g m"),
    "unassigned": ("Unassigned", None),
    "held": ("Held", "g h"),
    "failed": ("Failed", "g f"),
    "snoozed": ("Snoozed", "g z"),
    "pending": ("Answered", None),
    "resolved": ("Resolved", None),
}
EMPTY: dict[View, tuple[str, str]] = {
    "all": ("Nothing is waiting", "New conversations appear here by themselves."),
    "mine": ("Nothing of yours is waiting", "A conversation becomes yours when you take it or answer it."),
    "unassigned": ("Everything has someone", "New conversations start without one."),
    "held": ("Nothing is held", "Disputes and unclear messages wait here for a person."),
    "failed": ("Every draft was made", "When no draft could be made, the conversation stands here."),
    "snoozed": ("Nothing is asleep", "A snoozed conversation waits here and wakes by itself."),
    "pending": ("No one is to answer you", "Answered conversations wait here for the customer."),
    "resolved": ("Nothing is resolved yet", "Resolved conversations are kept here."),
}


def queue_view(
    page: Page, counts: dict[View, int], view: View, *, person: Person, open_id: int | None, now: datetime
) -> dict[str, Any]:
    """The list of what waits; see `templates/inbox/_queue.html`."""
    title, text = EMPTY[view]
    links = [] if view == "all" else [{"label": "All conversations", "url": url_for("inbox.page"), "key": None}]
    return {
        "title": "Inbox",
        "order": "newest first" if view in ("snoozed", "pending", "resolved") else "longest waiting first",
        "views": [
            {
                "name": name,
                "url": url_for("inbox.page", view=None if key == "all" else key),
                "count": f"{COUNT_CAP - 1}+" if counts[key] >= COUNT_CAP else counts[key],
                "current": key == view,
                "key": shortcut,
            }
            for key, (name, shortcut) in VIEW_NAMES.items()
        ],
        "rows": [row_view(line, view, person=person, open_id=open_id, now=now) for line in page.lines],
        "empty": {"title": title, "text": text, "shape": "check", "links": links},
        "next_url": url_for("inbox.page", view=view, after=page.next.text) if page.next else None,
    }


def row_view(
    line: ConversationLine, view: View, *, person: Person, open_id: int | None, now: datetime
) -> dict[str, Any]:
    """One conversation in the list; see `templates/inbox/_row.html`."""
    row = line.conversation
    kind, words = state_words(row, line.customer)
    since = row.waiting_since or row.last_message_at
    assignee = None
    if line.assignee:
        mine = row.assignee_id == person.id
        initials = Person(0, line.assignee, "", "agent").initials
        assignee = {"initials": initials, "words": "you" if mine else line.assignee.split()[0]}
    return {
        "id": row.id,
        "url": url_for("inbox.conversation", conversation_id=row.id, view=None if view == "all" else view),
        "name": customer_name(line.customer),
        "wait": length(now - since),
        "late": row.waiting_since is not None and now - row.waiting_since > FIRST_REPLY_TARGET,
        "subject": row.subject,
        "kind": kind,
        "words": words,
        "language": line.customer.locale[:2] if line.customer.locale[:2] != "en" else None,
        "seen": assignee,
        "unread": row.status == "open" and row.assignee_id is None,
        "current": row.id == open_id,
        "oob": False,
    }


def state_words(row: Conversation, customer: Customer) -> tuple[str, str]:
    """A conversation's mark and words, by the precedence of the design."""
    if row.status == "snoozed":
        return "snoozed", "Snoozed"
    if row.status == "resolved":
        return "resolved", "Resolved"
    if row.work_state == "failed":
        return "failed", "No draft: write the reply"
    if row.work_state == "sending":
        return "sending", "Leaves in a moment"
    if is_held(hold_kind=row.hold_kind, work_state=row.work_state):
        return "held", f"Held: {row.hold_label or 'for a person'}"
    words = {
        "drafting": ("drafting", "Draft being written"),
        "waiting": ("drafting", "Draft being written"),
        "ready": ("ready", "Draft ready"),
        "manual": ("open", "Write the reply"),
        "answered": ("answered", f"Answered; waiting for {first_name(customer)}"),
    }
    return words.get(row.work_state, ("open", row.work_state))


def thread_view(case: DeskCase, *, person: Person, now: datetime, back_url: str) -> dict[str, Any]:
    """One conversation; see `templates/inbox/_thread.html`. The composer is added by the endpoint."""
    row, zone = case.conversation, ZoneInfo(case.site.time_zone)
    return {
        "id": row.id,
        "back_url": back_url,
        "customer_name": customer_name(case.customer),
        "subject": row.subject,
        "facts": _facts(row, now),
        "status": row.status,
        "is_mine": row.assignee_id == person.id,
        "assignee": case.names.get(row.assignee_id) if row.assignee_id else None,
        "people": [{"id": one.id, "name": one.name, "current": one.id == row.assignee_id} for one in case.people],
        "may_close": not closing_refusal(person, hold_kind=row.hold_kind, work_state=row.work_state),
        "snoozes": snoozes(now, zone),
        "earlier": earlier_url(case, case.earlier),
        "newest_url": url_for("inbox.conversation", conversation_id=row.id) if case.is_past else None,
        "entries": _entries(case, now, zone),
        "draft": None if case.is_past else draft_view(case, now=now, zone=zone),
        "composer": None,
        "compose_urls": compose_urls(case),
    }


def earlier_url(case: DeskCase, before: int | None) -> str | None:
    """Where what came before a message is read; None where nothing did."""
    if before is None:
        return None
    return url_for("inbox.conversation", conversation_id=case.conversation.id, before=before)


def compose_urls(case: DeskCase) -> dict[str, str | None]:
    """Where writing starts, by kind."""
    main = case.drafts.main

    def address(mode: str) -> str:
        return url_for("inbox.conversation", conversation_id=case.conversation.id, compose=mode)

    return {
        "reply": address("reply"),
        "edit": address("edit") if main and main.reply else None,
        "note": address("note"),
    }


def draft_view(case: DeskCase, *, now: datetime, zone: ZoneInfo) -> dict[str, Any] | None:
    """The draft in its place; see `templates/inbox/_draft.html`. None when there is nothing to show."""
    row, main, outgoing = case.conversation, case.drafts.main, case.outgoing
    if outgoing is not None and outgoing.state == "waiting":
        return _leaving(outgoing, main, now)
    if row.work_state in ("waiting", "drafting"):
        note = "Usually 2 s. Write first and it is dropped."
        return _draft_base(main, "drafting") | {"note": note, "reply": None, "route": None}
    if main is None:
        return None
    state = effective_state(
        main.state, message_id=main.message_id, newest_customer_message_id=row.newest_customer_message_id
    )
    if state == "failed":
        return _draft_base(main, "failed") | {
            "note": main.state_reason or "The model did not answer.",
            "tries": tries_of(case.drafts.attempts, zone),
            "facts": facts_of(main, now=now, zone=zone, currency=case.site.currency),
            "next_try": None,
        }
    if state not in ("ready", "void") or not main.reply:
        return None
    if state == "void":
        if main.state == "void" and row.work_state == "answered":
            return None
        return _shown_draft(
            case, main, "stale", main.state_reason or "Out of date: the customer wrote again.", now, zone
        )
    problem = blocked_note(main)
    return _shown_draft(case, main, "blocked" if problem else "ready", problem, now, zone)


def panel_view(case: DeskCase, *, now: datetime) -> dict[str, Any]:
    """Who writes; see `templates/inbox/_panel.html`."""
    zone, row = ZoneInfo(case.site.time_zone), case.conversation
    today = now.astimezone(zone).date()
    targets = []
    if row.waiting_since is not None:
        due = when(row.waiting_since + FIRST_REPLY_TARGET, now=now, zone=zone).text
        targets = [{"label": "First reply", "value": due}]
    return {
        "name": customer_name(case.customer),
        "verified": case.customer.is_verified,
        "email": case.customer.email,
        "lines": [f"First wrote {day_words(case.customer.created_at.astimezone(zone).date(), today=today)}"],
        "aid": aid_view(case, now=now),
        "targets": targets,
        "plan": _plan(case.account, zone, now) if case.account else [],
        "charges": _charges(case.account, zone, now, case.site.currency) if case.account else [],
        "currency": case.site.currency,
        "tags": [],
        "past": [
            {
                "title": one.subject,
                "url": url_for("inbox.conversation", conversation_id=one.id),
                "words": f"{day_words(one.created_at.astimezone(zone).date(), today=today)} · {one.status}",
            }
            for one in case.past
        ],
    }


def reply_view(data: dict[str, Any]) -> Any:
    """A stored reply as `components/reply.html` draws it."""
    return from_json(data)


def customer_name(customer: Customer) -> str:
    """The customer's name; a visitor without one is told apart by a short number."""
    return customer.name or f"Visitor {customer.id:04x}"


def first_name(customer: Customer) -> str:
    """What to call them in a sentence."""
    return customer.name.split()[0] if customer.is_verified and customer.name.split() else "the visitor"


def snoozes(now: datetime, zone: ZoneInfo) -> list[dict[str, str]]:
    """When a conversation may wake: this afternoon, tomorrow, next Monday; in the team's zone."""
    local = now.astimezone(zone)
    morning = local.replace(hour=9, minute=0, second=0, microsecond=0)
    monday = morning + timedelta(days=7 - local.weekday())
    choices = [("In 3 hours", now + timedelta(hours=3)), ("Tomorrow, 09:00", morning + timedelta(days=1))]
    choices.append(("Monday, 09:00", monday))
    return [{"value": at.isoformat(), "label": label} for label, at in choices]


def _facts(row: Conversation, now: datetime) -> list[str]:
    facts = [row.case_number, {"widget": "chat"}.get(row.channel, row.channel)]
    if row.waiting_since is not None and row.status == "open":
        waited = now - row.waiting_since
        left = FIRST_REPLY_TARGET - waited
        due = f"due in {length(left)}" if left > timedelta(0) else f"late by {length(-left)}"
        facts.append(f"waiting {length(waited)}, {due}" if waited >= timedelta(minutes=1) else f"just in, {due}")
    return facts


def _entries(case: DeskCase, now: datetime, zone: ZoneInfo) -> list[dict[str, Any]]:
    entries = [(message.sent_at, _said(message, case, now, zone)) for message in case.messages]
    for note in case.notes:
        author = case.names.get(note.author_id, "Somebody")
        entries.append((note.created_at, _entry("note", author, note.created_at, now, zone, text=note.text)))
    outgoing = case.outgoing
    if outgoing is not None and outgoing.state == "void" and not case.is_past:
        text = f"A reply was not sent. {outgoing.close_reason or ''}".strip()
        closed = outgoing.closed_at or outgoing.created_at
        entries.append((closed, _entry("event", "", closed, now, zone, text=text)))
    return [entry for _, entry in sorted(entries, key=lambda pair: pair[0])]


def _said(message: Message, case: DeskCase, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    if message.role == "customer":
        name = case.customer.name.split()[0] if case.customer.name else "Visitor"
        return _entry("customer", name, message.sent_at, now, zone, text=message.text)
    author = case.names.get(message.author_id or 0, "Sent by us") if message.role == "agent" else "Sent at once"
    entry = _entry("reply" if message.role == "agent" else "system", author, message.sent_at, now, zone)
    entry["text"], entry["reply"] = message.text, reply_view(message.reply) if message.reply else None
    entry["lines"] = ["seen"] if message.seen_at else []
    return entry


def _entry(kind: str, author: str, at: datetime, now: datetime, zone: ZoneInfo, *, text: str = "") -> dict[str, Any]:
    shown = when(at, now=now, zone=zone)
    return {"kind": kind, "author": author, "when": shown, "lines": [], "text": text, "reply": None}


def _leaving(outgoing: Outgoing, main: Draft | None, now: datetime) -> dict[str, Any]:
    left = max(int((outgoing.sends_at - now).total_seconds()), 0)
    return _draft_base(main, "sending") | {
        "id": main.id if main else 0,
        "reply": reply_view(outgoing.reply) if outgoing.reply else None,
        "content_hash": outgoing.content_hash,
        "outgoing_id": outgoing.id,
        "leaves_at": {"iso": outgoing.sends_at.isoformat(), "text": f"{left} s"},
        "seconds_left": left,
        "route": None,
    }


def _shown_draft(
    case: DeskCase, main: Draft, state: str, note: str | None, now: datetime, zone: ZoneInfo
) -> dict[str, Any]:
    attempts = [attempt for attempt in case.drafts.attempts if attempt.draft_id == main.id]
    took_ms = sum(attempt.latency_ms for attempt in attempts)
    took = f"{took_ms / 1000:.1f} s" if took_ms >= 100 else f"{max(took_ms, 1)} ms"
    made = when(main.finished_at or main.created_at, now=now, zone=zone).text
    return _draft_base(main, state) | {
        "made": [made, f"in {took}"],
        "note": note,
        "reply": reply_view(main.reply or {}),
        "content_hash": main.content_hash,
        "sources": sources_of(main),
        "checks": checks_of(main),
        "passed": sum(1 for check in main.checks if check["passed"]),
        "changes": main.changes,
        "route": route_words(case.drafts.decision, main, attempts),
    }


def _draft_base(main: Draft | None, state: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"made": [], "note": None, "outgoing_id": None, "leaves_at": None, "seconds_left": None}
    return {
        "id": main.id if main else 0,
        "state": state,
        **empty,
        "sources": [],
        "checks": [],
        "passed": 0,
        "changes": [],
    }


def _plan(account: AccountRows, zone: ZoneInfo, now: datetime) -> list[dict[str, str]]:
    today = now.astimezone(zone).date()
    fields = []
    for plan in account.subscriptions[:2]:
        fields.append({"label": plan.plan, "value": f"{plan.price} a {plan.interval}"})
        if plan.cancelled_at:
            day = day_words(plan.cancelled_at.astimezone(zone).date(), today=today)
            fields.append({"label": "Cancelled", "value": day})
        elif plan.renews_at:
            day = day_words(plan.renews_at.astimezone(zone).date(), today=today)
            fields.append({"label": "Renews", "value": day})
    return fields


def _charges(account: AccountRows, zone: ZoneInfo, now: datetime, currency: str) -> list[dict[str, Any]]:
    """The newest charges and what of each went back; an amount in another currency than the column's says so."""
    today = now.astimezone(zone).date()
    names = {invoice.id: invoice.name for invoice in account.invoices}
    newest = sorted(account.charges, key=lambda charge: charge.charged_at, reverse=True)[:5]
    return [
        {
            "when": on_day(charge.charged_at.astimezone(zone).date(), today=today),
            "what": names.get(charge.invoice_id or "", charge.invoice_id or charge.id),
            "amount": str(charge.amount).removesuffix(f" {currency}"),
            "state": charge_state(charge, account.refunds, currency),
        }
        for charge in newest
    ]


def charge_state(charge: ChargeRow, refunds: Sequence[RefundRow], currency: str) -> str:
    """How a charge stands, with what of it went back: a paid one that was returned is not owed again."""
    if charge.status != "succeeded":
        return charge.status
    for back, words in (
        (went_back(charge, refunds, status="succeeded"), "returned"),
        (went_back(charge, refunds, status="pending"), "being returned"),
    ):
        if back.minor:
            return words if back.minor >= charge.amount.minor else f"{str(back).removesuffix(f' {currency}')} {words}"
    return "paid"
