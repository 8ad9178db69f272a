"""Checks of what a reply states: every amount, share, date, number, plan, link and address must have been given."""

import re
from collections.abc import Iterable

from supportbot.contract.checks.types import Case, Check, Result, place_of
from supportbot.contract.types import AllowedFacts, CaseField
from supportbot.language.amounts import amounts_in
from supportbot.language.extract_values import DateMention, dates_in, ids_in, long_numbers_in
from supportbot.language.links import emails_in, is_under, links_in
from supportbot.language.lookalikes import straight
from supportbot.language.money import NO_CURRENCY, UNKNOWN_CURRENCY, Money, format_money
from supportbot.language.percents import percents_in, plans_in


def _amounts(case: Case) -> Result:
    framed = amounts_in(_framed(case.reply.case_fields), NO_CURRENCY)
    known = {(abs(amount.minor), amount.currency) for amount in (*case.allowed.amounts, *framed)}
    own = tuple(dict.fromkeys(currency for _, currency in sorted(known)))
    stated = amounts_in(case.words, NO_CURRENCY, own=own)
    known |= {(minor, NO_CURRENCY) for minor, _ in known}
    wrong = [amount for amount in stated if (amount.minor, amount.currency) not in known]
    shares = [f"{share} %" for share in percents_in(case.words) if share not in case.allowed.percents]
    expected = ", ".join(sorted(format_money(amount) for amount in case.allowed.amounts)) or "no amount"
    found = (*map(_shown_amount, wrong), *shares)
    return Result(found, expected, place_of(case, *found))


def _dates(case: Case) -> Result:
    framed = {reading for mention in dates_in(_framed(case.reply.case_fields)) for reading in mention.readings}
    wrong = [mention.text for mention in dates_in(case.words) if not _known_date(mention, case.allowed, framed)]
    expected = ", ".join(day.isoformat() for day in sorted(case.allowed.dates)) or "no date"
    return Result(tuple(wrong), expected, place_of(case, *wrong))


def _ids(case: Case) -> Result:
    known = {name.lower().lstrip("#") for name in (*case.allowed.ids, *ids_in(_framed(case.reply.case_fields)))}
    wrong = [name for name in ids_in(case.words) if name.lower() not in known]
    return Result(tuple(wrong), ", ".join(sorted(case.allowed.ids)) or "no id", place_of(case, *wrong))


def _plans(case: Case) -> Result:
    given = straight(f"{case.allowed.named}\n{_framed(case.reply.case_fields)}").casefold()
    said = plans_in(f"{case.reply.answer}\n{case.reply.details}")
    wrong = [name for name in said if straight(name).casefold() not in given]
    return Result(tuple(wrong), "a plan from the case record", place_of(case, *wrong))


def _links(case: Case) -> Result:
    wrong = [host for host in links_in(case.words) if not is_under(host, case.allowed.link_hosts)]
    return Result(tuple(wrong), ", ".join(sorted(case.allowed.link_hosts)) or "no link", place_of(case, *wrong))


def _personal(case: Case) -> Result:
    known = {name.lower() for name in case.allowed.ids}
    digits = {"".join(mark for mark in name if mark.isdigit()) for name in known}
    wrong = [
        address
        for address in emails_in(case.words)
        if address not in known and not is_under(address.partition("@")[2], case.allowed.link_hosts)
    ]
    wrong += [f"…{number[-4:]}" for number in long_numbers_in(case.words) if number not in digits]
    wrong += [name for name in sorted(case.allowed.others) if _stands_in(name, case.words)]
    expected = "no address, number or customer's name from outside the case"
    return Result(tuple(wrong), expected, place_of(case, *wrong))


def _stands_in(name: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(straight(name))}(?!\w)", text, re.IGNORECASE) is not None


def _citations(case: Case) -> Result:
    unknown = [ref for ref in case.fields.sources if ref not in case.allowed.sources]
    unknown += [ref for ref in case.fields.facts_used if ref not in case.allowed.facts]
    return Result(tuple(unknown), "sources and facts that were given", "sources", "warn")


def _framed(case_fields: Iterable[CaseField]) -> str:
    return "\n".join(field.value for field in case_fields)


def _shown_amount(amount: Money) -> str:
    return format_money(amount).removesuffix(f" {NO_CURRENCY}").replace(UNKNOWN_CURRENCY, "in another currency")


def _known_date(mention: DateMention, allowed: AllowedFacts, framed: set[tuple[int | None, int, int]]) -> bool:
    if mention.matches(allowed.dates):
        return True
    days = {(month, day) for _, month, day in framed}
    return any((month, day) in days for year, month, day in mention.readings if year is None) or bool(
        framed & set(mention.readings)
    )


FACT_CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("amounts", "Amounts are in the case record", _amounts),
    ("dates", "Dates are in the case record", _dates),
    ("ids", "Numbers and ids are in the case record", _ids),
    ("plans", "Plans are in the case record", _plans),
    ("links", "Links are on the list", _links),
    ("personal_data", "Nobody else's data", _personal),
    ("citations", "Cites what it was given", _citations),
)
