"""The weekly review in words: its weeks and the closing screen."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from supportbot.accounts.types import Person
from supportbot.review import rules, sample
from supportbot.review.draw_time import draw_words, next_draw
from supportbot.review.population import WeekSpan, week_span
from supportbot.review.queries import LONGEST_READ, ItemState
from supportbot.review.tables import ReviewWeek, Scorecard
from supportbot.review.types import CRITERIA, DECISIONS, Counts, WeekLine
from supportbot.stats import Agreement, Count, wilson
from supportbot.web.time_words import day_words, when

BLIND = "What waits for your marks is not in them yet."
COLUMNS = ("This week", "4 weeks", "12 weeks")


@dataclass(frozen=True, slots=True)
class Frame:
    """The present moment and the team's zone."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The team's day."""
        return self.now.astimezone(self.zone).date()

    def moment(self, at: datetime) -> str:
        """A moment in words."""
        return when(at, now=self.now, zone=self.zone).text

    def dates(self, span: WeekSpan) -> str:
        """ "9 to 15 Nov", or with both months when they differ."""
        first, last = span.start.date(), (span.end - timedelta(days=1)).date()
        end = day_words(last, today=self.today)
        return f"{first.day} to {end}" if first.month == last.month else f"{day_words(first, today=last)} to {end}"


@dataclass(frozen=True, slots=True)
class Week:
    """A drawn week with its items, the names of who read it, and how many conversations were replaced."""

    row: ReviewWeek
    items: list[ItemState]
    names: dict[int, str]
    replaced: int

    @property
    def number(self) -> int:
        """The week's number, as people say it."""
        return int(self.row.week[-2:])

    @property
    def counted(self) -> int:
        """How many items enter a rate."""
        return sum(state.item.kind != "hunt" for state in self.items)

    @property
    def shortfall(self) -> str:
        """What the week was too small for, or ''."""
        return sample.shortfall(f"week {self.number}", self.row.population) or ""


def weeks_view(
    lines: Sequence[WeekLine],
    frame: Frame,
    *,
    newest: WeekLine | None,
    next_position: int | None,
    last: ReviewWeek | None,
    has_older: bool,
) -> dict[str, Any]:
    """The schedule and the weeks; see `templates/review/_weeks.html`."""
    next_at = next_draw(frame.now, frame.zone, drawn=newest.week if newest else None)
    draw_at = f"{next_at:%A} {day_words(next_at.date(), today=frame.today)}, {next_at:%H:%M} {frame.zone.key}"
    headline, standfirst = _opening(newest, last, frame, draw_at)
    size = sample.FEWEST
    return {
        "headline": headline,
        "standfirst": standfirst,
        "open": _open_link(newest, next_position),
        "schedule": [
            {"label": "Drawn", "value": f"{draw_words()}, {frame.zone.key}"},
            {"label": "Next draw", "value": draw_at},
            {"label": "Sample", "value": f"{size} counted and up to {sample.HUNTS} hunts, which are never counted"},
            {
                "label": "Rule",
                "value": f"{sample.SIZES['routine']} routine and {sample.SIZES['held']} held, by the lowest "
                "sha256 of week and case number: anyone can draw it again",
            },
        ],
        "rows": [_week_row(line, frame) for line in lines],
        "older_url": url_for("review.page", before=lines[-1].week) if has_older else None,
    }


def closing_view(
    week: Week,
    frame: Frame,
    *,
    person: Person,
    counts: Counts,
    last: ReviewWeek | None,
    next_position: int | None,
) -> dict[str, Any]:
    """What was counted, and the one decision; see `templates/review/_closing.html`."""
    row, unread = week.row, sum(not state.is_read for state in week.items)
    read_on = None
    if next_position is not None:
        url = url_for("review.item", week=row.week, position=next_position)
        read_on = {"url": url, "label": f"Read on at conversation {next_position}"}
    return {
        "kicker": f"Closing screen, week {week.number}",
        "headline": _closing_headline(week, unread),
        "standfirst": _standfirst(week, counts),
        "strip": strip_view(week, person, current=None),
        "read_on": read_on,
        "last": _last(last),
        "columns": COLUMNS,
        "rows": [
            {
                "title": one.criterion.short,
                "critical": one.criterion.critical,
                "shares": [share_view(count, reads) for count, reads in zip(one.counts, counts.reads, strict=True)],
            }
            for one in counts.rows
        ],
        "note": _note(counts) if next_position is None else f"{_note(counts)} {BLIND}",
        "hunts": _hunts(week, person),
        "too_few": week.shortfall,
        "week": row.week,
        "decide": not unread and next_position is None and row.closed_at is None,
        "waits": rules.unread_words(unread) if unread else "Mark the ones that are read twice first.",
        "decided": _decided(week, frame),
    }


def strip_view(week: Week, person: Person, *, current: int | None) -> list[dict[str, Any]]:
    """The week's conversations in a row; see `templates/review/_strip.html`."""
    shown, hunts = [], 0
    for state in week.items:
        item, is_hunt = state.item, state.item.kind == "hunt"
        hunts += is_hunt
        done = not state.waits_for(person)
        words = (", hunt, not counted" if is_hunt else "") + (", done" if done else "")
        shown.append(
            {
                "url": url_for("review.item", week=item.week, position=item.position),
                "label": f"H{hunts}" if is_hunt else str(item.position),
                "title": f"Conversation {item.position}{words}",
                "done": done,
                "current": item.position == current,
                "hunt": is_hunt,
                "gap": is_hunt and hunts == 1,
            }
        )
    return shown


def share_view(count: Count, reads: int) -> dict[str, Any]:
    """A count with its interval in whole per cent; `too_few` when fewer were read than allow to tell anything."""
    view = {"count": count.hits, "total": count.total, "low_pct": 0, "high_pct": 0, "too_few": False}
    if not count.total:
        return view
    interval = wilson(count)
    return view | {
        "too_few": reads < sample.FEWEST,
        "low_pct": round(100 * interval.low),
        "high_pct": round(100 * interval.high),
    }


def reading_time(cards: Sequence[Scorecard]) -> timedelta:
    """How long these took; a page left open over lunch counts as a quarter of an hour."""
    spans = [card.submitted_at - card.opened_at for card in cards if card.opened_at is not None]
    return sum((min(span, LONGEST_READ) for span in spans), timedelta())


def card_words(marks: dict[str, str], cause: str | None) -> str:
    """One person's marks in a line: "4 yes, 1 no (Next action fits). Cause: ..."."""
    tally = Counter(marks.values())
    noes = ", ".join(criterion.short for criterion in CRITERIA if marks[criterion.name] == "no")
    words = [f"{tally['yes']} yes", f"{tally['no']} no ({noes})" if noes else "", f"{tally['na']} N/A"]
    said = ", ".join(word for word in words if word and not word.startswith("0"))
    return f"{said}. Cause: {cause}" if cause else f"{said}."


def _opening(newest: WeekLine | None, last: ReviewWeek | None, frame: Frame, draw_at: str) -> tuple[str, str]:
    if newest is None:
        return "No week has been drawn yet.", f"The next draw is {draw_at}."
    number, total = int(newest.week[-2:]), sum(newest.population.values())
    drawn = f"Drawn {frame.moment(newest.drawn_at)} from {total} conversation{'s' if total != 1 else ''}."
    if newest.closed_at is not None:
        chosen = DECISIONS[newest.decision] if newest.decision else ""
        return f"Week {number} is closed: {chosen.lower()}.", f"The next draw is {draw_at}."
    before = f" Last time you decided: {_decision_words(last)}" if last else ""
    return f"Week {number} waits: {newest.read} of {newest.items} read.", f"{drawn}{before}"


def _open_link(newest: WeekLine | None, position: int | None) -> dict[str, str] | None:
    if newest is None or newest.closed_at is not None:
        return None
    if position is None:
        number = int(newest.week[-2:])
        label = f"Decide on week {number}" if newest.read == newest.items else f"See week {number}"
        return {"url": url_for("review.closing", week=newest.week), "label": label}
    label = "Start reading" if not newest.read else f"Read on at conversation {position}"
    return {"url": url_for("review.item", week=newest.week, position=position), "label": label}


def _week_row(line: WeekLine, frame: Frame) -> dict[str, Any]:
    closed = line.closed_at is not None
    replaced = f", {line.replaced} replaced" if line.replaced else ""
    return {
        "name": f"Week {int(line.week[-2:])}",
        "dates": frame.dates(week_span(line.week, frame.zone)),
        "url": url_for("review.closing", week=line.week),
        "kind": "resolved" if closed else "open",
        "words": "Closed" if closed else f"{line.read} of {line.items} read{replaced}",
        "drawn": when(line.drawn_at, now=frame.now, zone=frame.zone),
        "population": ", ".join(f"{line.population.get(stratum, 0)} {stratum}" for stratum in ("held", "routine")),
        "decision": DECISIONS[line.decision] if line.decision else "",
    }


def _closing_headline(week: Week, unread: int) -> str:
    if week.row.decision:
        return f"Week {week.number} is closed: {DECISIONS[week.row.decision].lower()}."  # type: ignore[index]
    total = len(week.items)
    if unread:
        return f"{total - unread} of {total} read; {unread} to go."
    hunts = total - week.counted
    odd = f", {hunts} hunt{'s' if hunts != 1 else ''}" if hunts else ""
    return f"{week.counted} counted{odd}, all read. One thing to decide."


def _standfirst(week: Week, counts: Counts) -> str:
    first = [state.cards[0] for state in week.items if state.cards]
    if not first:
        return "Nobody has read anything yet."
    tally = Counter(card.reviewer_id for card in first)
    who = " and ".join(
        f"{week.names[reader]}{f' ({number})' if len(tally) > 1 else ''}" for reader, number in tally.most_common()
    )
    minutes = round(reading_time(first).total_seconds() / 60)
    time = f" in {minutes} minute{'s' if minutes != 1 else ''}" if minutes else ""
    return " ".join([f"Read by {who}{time}.", *_twice(week, counts)])


def _twice(week: Week, counts: Counts) -> list[str]:
    """What reading twice showed, and what of it is still to come."""
    twice = [state for state in week.items if state.item.twice]
    done = [state for state in twice if len(state.cards) > 1]
    words = []
    if done:
        second = " and ".join(sorted({week.names[state.cards[1].reviewer_id] for state in done}))
        agreed = f": {_agreement(counts.agreement)}" if counts.agreement.total else ""
        words.append(f"{len(done)} of {len(week.items)} also by {second}{agreed}.")
    if counts.agreement_long.total > counts.agreement.total:
        words.append(f"Over 12 weeks: {_agreement(counts.agreement_long)}.")
    waiting = sum(len(state.cards) == 1 for state in twice)
    if waiting and week.row.closed_at is None:
        words.append(
            f"{waiting} {'waits' if waiting == 1 else 'wait'} for a second reader; closing the week ends that."
        )
    elif waiting:
        words.append(f"{waiting} {'was' if waiting == 1 else 'were'} closed without a second reader.")
    return words


def _agreement(found: Agreement) -> str:
    ac1 = "" if found.ac1 is None else f" (AC1 {found.ac1:.2f})"
    return f"{found.same} of {found.total} marks agree{ac1}"


def _note(counts: Counts) -> str:
    number = counts.not_applicable
    left = f"{number} “not applicable” {'leaves its row' if number == 1 else 'leave their rows'}. " if number else ""
    return f"{left}Held cases are a third of a full sample, whatever their share of all conversations."


def _hunts(week: Week, person: Person) -> str:
    hunts = [state for state in week.items if state.item.kind == "hunt"]
    words, fine = [], 0
    for number, state in enumerate(hunts, start=1):
        marks = state.cards[0].marks if state.cards and not state.waits_for(person) else {}
        noes = [one.short.lower() for one in CRITERIA if marks.get(one.name) == "no"]
        if noes:
            words.append(f"H{number} has “no” for {', '.join(noes)}")
        fine += bool(marks) and not noes
    if fine:
        words.append(f"{fine} without a fault")
    return f"Hunts, not counted: {'; '.join(words)}." if words else ""


def _last(last: ReviewWeek | None) -> dict[str, str] | None:
    if last is None:
        return None
    return {"week": f"Week {int(last.week[-2:])}", "decision": _decision_words(last), "since": ""}


def _decision_words(row: ReviewWeek) -> str:
    return f"{DECISIONS[row.decision]}: {row.decision_reason}"  # type: ignore[index]  # only closed weeks come here


def _decided(week: Week, frame: Frame) -> dict[str, str] | None:
    row = week.row
    if row.decision is None or row.closed_at is None:
        return None
    by = week.names.get(row.closed_by_id or 0, "Somebody")
    return {
        "words": DECISIONS[row.decision],  # type: ignore[index]  # the column only ever holds these names
        "reason": row.decision_reason or "",
        "by": f"{by}, {frame.moment(row.closed_at)}",
    }
