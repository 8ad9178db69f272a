"""Everything around the model's words: six case fields in one order, and one sign-off. Set by code on every route."""

from datetime import datetime, tzinfo

from supportbot.contract.types import CASE_KEYS, Action, CaseField, CaseFrame, CaseKey, Outcome, RenderedReply
from supportbot.contract.voice.catalogue import catalogue
from supportbot.contract.voice.dates import moment, moment_in_words, near_moment
from supportbot.language.money import Money, format_money


def case_frame(
    *,
    case_number: str,
    topic: str | None,
    plan_or_order: str | None,
    amount: Money | None,
    outcome: Outcome,
    next_update: datetime | None,
    zone: tzinfo,
    locale: str,
    sign_off: str = "",
) -> CaseFrame:
    """The frame of one reply; what is not known is said in words, never left out.

    Args:
        topic: a topic of triage; None where nobody has named one.
        next_update: when the customer hears again; None when no more is due.
        sign_off: the shop's; the catalogue's when empty.
    """
    words = catalogue(locale)
    values: dict[CaseKey, str] = {
        "case_number": case_number,
        "topic": words.topic_label(topic),
        "plan_or_order": plan_or_order or words.words.not_known,
        "amount_in_question": format_money(amount, words.date_locale) if amount else words.words.no_amount,
        "status": words.status[outcome],
        "next_update_by": (moment(next_update, zone=zone, locale=locale) if next_update else words.words.no_update),
    }
    return CaseFrame(
        case_fields=tuple(CaseField(key, words.fields[key], values[key]) for key in CASE_KEYS),
        sign_off=sign_off.strip() or words.words.team,
        locale=words.locale,
    )


def next_update_words(by: datetime | None, *, now: datetime, zone: tzinfo, locale: str) -> str:
    """When the customer hears again, for a draft's text: the full date, because a draft may be released days later.

    Empty when no more is due or the time has passed.
    """
    return moment_in_words(by, zone=zone, locale=locale) if by and by > now else ""


def held_notice(
    *,
    topic: str | None,
    by: datetime,
    zone: tzinfo,
    case_number: str,
    locale: str,
    sign_off: str = "",
    now: datetime | None = None,
) -> RenderedReply:
    """What a customer is told at once when a case is held: a person looks at it, and until when. Never an amount.

    With `now` the time reads "tomorrow, 12:00" where that is so; the case block always has the full date.
    It shows three case fields only: case number, status, next update by.
    """
    words = catalogue(locale)
    frame = case_frame(
        case_number=case_number,
        topic=topic,
        plan_or_order=None,
        amount=None,
        outcome="escalated",
        next_update=by,
        zone=zone,
        locale=locale,
        sign_off=sign_off,
    )
    when = near_moment(by, now=now, zone=zone, locale=locale) if now else moment_in_words(by, zone=zone, locale=locale)
    shown = ("case_number", "status", "next_update_by")
    return RenderedReply(
        answer=words.notices.held.format(question=words.question_label(topic)),
        details=words.notices.held_until.format(when=when),
        outcome="escalated",
        case_fields=tuple(field for field in frame.case_fields if field.key in shown),
        next_actions=(Action("talk_to_person", words.actions["talk_to_person"]),),
        sign_off=frame.sign_off,
        locale=frame.locale,
    )
