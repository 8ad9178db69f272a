"""One conversation of the weekly review in words, with its scorecard; see `templates/review/_reading.html`."""

from datetime import timedelta
from math import ceil
from typing import Any

from supportbot.accounts.types import Person
from supportbot.inbox.tables import Message
from supportbot.review.item_thread import ReadingCase
from supportbot.review.population import said, week_span
from supportbot.review.queries import ItemState
from supportbot.review.types import CRITERIA
from supportbot.web.inbox.context import customer_name, reply_view
from supportbot.web.inbox.draft_context import route_words, sources_of, writer
from supportbot.web.review.context import Frame, Week, card_words, reading_time, strip_view
from supportbot.web.time_words import when

USUAL_READ = timedelta(minutes=1)  # until somebody's own pace is known


def reading_view(week: Week, state: ItemState, case: ReadingCase, frame: Frame, *, person: Person) -> dict[str, Any]:
    """What the page shows to this person now; marks, checks and the model only once they have marked it."""
    item, is_open = state.item, week.row.closed_at is None
    waits = is_open and state.waits_for(person)
    card = state.card_of(person) or (state.cards[0] if state.cards and not waits else None)
    return {
        "kicker": _kicker(week, frame),
        "headline": _headline(week, state, person),
        "strip": strip_view(week, person, current=item.position),
        "counted": _counted(week),
        "week": item.week,
        "position": item.position,
        "why": _why(state, case),
        "messages": [_message(message, case, frame) for message in case.messages],
        "records": _records(case),
        "criteria": [
            {
                "name": criterion.name,
                "title": criterion.title,
                "critical": criterion.critical,
                "mark": card.marks.get(criterion.name) if card else None,
                "error": None,
            }
            for criterion in CRITERIA
        ],
        "cause": (card.cause or "") if card else "",
        "error": None,
        "twice": _twice(week, state, person) if is_open else "",
        "submitted": not waits,
        "revealed": None if waits else _revealed(week, state, case, person),
        "replace": is_open and not state.cards,
        "replaced": f"{week.replaced} replaced this week",
        "next_url": "",
    }


def _kicker(week: Week, frame: Frame) -> str:
    dates = frame.dates(week_span(week.row.week, frame.zone))
    return f"Weekly review, week {week.number} ({dates}), drawn {frame.moment(week.row.drawn_at)}"


def _headline(week: Week, state: ItemState, person: Person) -> str:
    place = f"Conversation {state.item.position} of {len(week.items)}"
    place += ", a hunt" if state.item.kind == "hunt" else ""
    if week.row.closed_at is not None:
        return f"{place}. The week is closed."
    waiting = sum(one.waits_for(person) for one in week.items)
    if not waiting:
        return f"{place}. You have read everything."
    mine = [card for one in week.items if (card := one.card_of(person)) is not None and card.opened_at is not None]
    pace = reading_time(mine) / len(mine) if mine else USUAL_READ
    minutes = max(ceil(pace * waiting / timedelta(minutes=1)), 1)
    return f"{place}. About {minutes} minute{'s' if minutes != 1 else ''} left."


def _counted(week: Week) -> str:
    hunts = len(week.items) - week.counted
    sample = f"1 to {week.counted} are the sample and count." if week.counted > 1 else "1 is the sample and counts."
    if not hunts:
        return f"{sample} {week.shortfall}".strip()
    names = "H1 is a hunt" if hunts == 1 else f"H1 to H{hunts} are hunts"
    words = f"{sample} {names}, picked for looking odd: read, but not counted."
    return f"{words} {week.shortfall}".strip()


def _why(state: ItemState, case: ReadingCase) -> str:
    if state.item.kind == "hunt":
        return f"{case.conversation.case_number}. A hunt; why it was picked is shown once you have marked it."
    return f"{case.conversation.case_number}. {state.item.why}"


def _message(message: Message, case: ReadingCase, frame: Frame) -> dict[str, Any]:
    """One thing said; only the reply to be judged is drawn whole, so that a case fits one screen."""
    ours = message.role != "customer"
    author = customer_name(case.customer)
    if ours:
        name = case.names.get(message.author_id or 0, "us")
        author = f"Sent by {name}" if message.role == "agent" else "Sent at once, by code"
    return {
        "ours": ours,
        "author": author,
        "when": when(message.sent_at, now=frame.now, zone=frame.zone),
        "note": _note(message, case),
        "text": said(message.reply) if message.reply else message.text,
        "reply": reply_view(message.reply) if message.reply and message.id == case.reply.id else None,
    }


def _note(message: Message, case: ReadingCase) -> str:
    if message.id != case.reply.id:
        return ""
    notes = []
    if case.by_hand:
        notes.append("written by hand")
    elif case.words_edited:
        notes.append("one word edited" if case.words_edited == 1 else f"{case.words_edited} words edited")
    if sum(one.role == "agent" for one in case.messages) > 1:
        notes.append("the one to mark")
    return ", ".join(notes)


def _records(case: ReadingCase) -> dict[str, Any] | None:
    sources = sources_of(case.draft) if case.draft else []
    if not sources:
        return None
    fields = [{"label": one["title"], "value": one["note"] or "used"} for one in sources]
    return {"label": f"Records behind it ({len(fields)})", "fields": fields}


def _twice(week: Week, state: ItemState, person: Person) -> str:
    if not state.item.twice:
        return ""
    others = [week.names[card.reviewer_id] for card in state.cards if card.reviewer_id != person.id]
    who = f"{others[0]} read this one too." if others else "A second person reads this one too."
    return who if state.is_complete else f"{who} You see each other’s marks after both submit."


def _revealed(week: Week, state: ItemState, case: ReadingCase, person: Person) -> dict[str, Any]:
    draft = case.draft
    fields = [{"label": "Picked because", "value": state.item.why}] if state.item.kind == "hunt" else []
    if draft is None:
        fields.append({"label": "Draft", "value": "none; the reply was written by hand"})
    else:
        fields += [
            {"label": "Route", "value": route_words(case.decision, draft, case.attempts)["words"]},
            {"label": "Model", "value": writer(case.attempts)},
            {"label": "Prompt", "value": f"{draft.prompt}, {draft.output_schema}"},
            {"label": "Checks", "value": _checks(draft.checks)},
        ]
    both_in = state.is_complete or week.row.closed_at is not None
    others = [one for one in state.cards if both_in and one.reviewer_id != person.id]
    lines = [{"name": week.names[one.reviewer_id], "words": card_words(one.marks, one.cause)} for one in others]
    return {"fields": fields, "others": lines}


def _checks(checks: list[dict[str, Any]]) -> str:
    failed = [check["title"] for check in checks if not check["passed"]]
    if not failed:
        return f"all {len(checks)} passed" if checks else "none ran"
    return f"{len(checks) - len(failed)} of {len(checks)} passed; failed: {'; '.join(failed)}"
