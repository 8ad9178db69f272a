"""Everything around the model's words: six case fields in one order, and one sign-off. Set by code on every route."""

from datetime import datetime, tzinfo

from supportbot.contract.catalogue import catalogue
from supportbot.contract.money import format_money
from supportbot.contract.types import CASE_KEYS, CaseField, CaseFrame, CaseKey, Money, Outcome
from supportbot.contract.when import moment


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
