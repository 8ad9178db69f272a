"""Which help a case's next reader gets, and what code makes of numbers that a model copied. Pure."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from supportbot.billing.types import CaseRecord
from supportbot.contract.reply.task_schemas import ExtractedFields
from supportbot.drafting.types import CaseFile
from supportbot.inbox.types import EXTRACTION, SUMMARY
from supportbot.language.amounts import amounts_in
from supportbot.language.extract_values import dates_in, ids_in
from supportbot.language.lookalikes import plain
from supportbot.routing.types import RouteDecision

LONGEST_VALUE = 80


def aids_wanted(case: CaseFile, decision: RouteDecision) -> tuple[str, ...]:
    """Nothing for a routine draft; a summary for a hold; numbers for a dispute in which code found none."""
    if not decision.hold:
        return ()
    wants_numbers = decision.hold_kind == "money" and not ids_in(customer_words(case))
    return (SUMMARY, EXTRACTION) if wants_numbers else (SUMMARY,)


def customer_words(case: CaseFile) -> str:
    """Everything the customer wrote, as one text."""
    return "\n".join(turn.text for turn in case.turns if turn.role == "customer")


def named_values(fields: ExtractedFields, case: CaseFile) -> list[dict[str, Any]]:
    """Each value that the customer really wrote, and whether the records know it; what nobody wrote is left out."""
    said = _flat(customer_words(case))
    found = {
        (kind, " ".join(value.split())): _is_known(kind, value, case.record, case.shop.currency)
        for kind, value in _pairs(fields)
        if len(value) <= LONGEST_VALUE and _flat(value) and _flat(value) in said
    }
    return [{"kind": kind, "value": value, "known": known} for (kind, value), known in found.items()]


def _pairs(fields: ExtractedFields) -> Iterator[tuple[str, str]]:
    for kind, values in (
        ("order", fields.order_ids),
        ("invoice", fields.invoice_ids),
        ("amount", fields.amounts),
        ("date", fields.dates),
    ):
        yield from ((kind, value) for value in values)


def _is_known(kind: str, value: str, record: CaseRecord | None, currency: str) -> bool:
    if record is None:
        return False
    if kind == "amount":
        stated = amounts_in(value, currency)
        return bool(stated) and all(amount in record.amounts for amount in stated)
    if kind == "date":
        mentions = dates_in(value)
        return bool(mentions) and all(mention.matches(record.dates) for mention in mentions)
    return _bare(value) in _all_bare(record.ids)


def _all_bare(names: Iterable[str]) -> set[str]:
    return {_bare(name) for name in names} - {""}


def _bare(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", plain(name).lower())


def _flat(text: str) -> str:
    return re.sub(r"\s+", " ", plain(text)).strip().casefold()
