"""What the approver sees a draft rest on, as it is kept: the passages it cites, the ledger and the facts. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from supportbot.billing.types import CaseRecord
from supportbot.contract.types import ReplyFields
from supportbot.drafting.types import CaseFile
from supportbot.knowledge.types import PassageText


def cited_passages(case: CaseFile, passages: Sequence[PassageText], fields: ReplyFields) -> list[dict[str, Any]]:
    """What a draft cites of the passages it was given, as the desk shows it; policy passages with their words."""
    by_ref = {passage.ref: passage for passage in passages}
    policy = {passage.ref for passage in case.policy_passages}
    cited = [by_ref[ref] for ref in dict.fromkeys(fields.sources) if ref in by_ref]
    return [
        {
            "ref": passage.ref,
            "kind": "policy" if passage.ref in policy else "article",
            "title": passage.article,
            "note": f"passage {passage.number}" if passage.number else passage.heading,
            "heading": passage.heading,
            "text": passage.text,
            "version": passage.version,
            "published_at": passage.published_at.isoformat() if passage.published_at else None,
        }
        for passage in cited
    ]


def computed_facts(case: CaseFile, now: datetime) -> dict[str, Any]:
    """The ledger and the facts as computed, kept with the draft: what the approver saw."""
    record = case.record
    if record is None:
        return {"problem": case.record_error, "read_at": now.isoformat()} if case.record_error else {}
    return {
        "read_at": record.read_at.isoformat(),
        "rows": record.rows,
        "due_back_minor": record.due_back.minor if record.due_back else None,
        "due_passage": record.due_passage,
        "due_sources": list(record.due.sources) if record.due else [],
        "currency": record.due_back.currency if record.due_back else _currency(record, case.shop.currency),
        "problem": case.record_error,
        "ledger": [
            {
                "on": line.on.isoformat(),
                "what": line.what,
                "source": line.source,
                "amount_minor": line.amount.minor if line.amount else None,
                "currency": line.amount.currency if line.amount else None,
            }
            for line in record.ledger
        ],
        "facts": [
            {
                "id": fact.id,
                "kind": fact.kind,
                "text": fact.text,
                "sources": list(fact.sources),
                "amount": str(fact.amount) if fact.amount else None,
                "passage": fact.passage,
            }
            for fact in record.facts
        ],
    }


def _currency(record: CaseRecord, shops: str) -> str:
    """The one currency of a ledger's amounts; the shop's when there is none, or more than one."""
    currencies = {line.amount.currency for line in record.ledger if line.amount}
    return currencies.pop() if len(currencies) == 1 else shops
