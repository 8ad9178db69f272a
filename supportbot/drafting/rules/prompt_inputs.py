"""The inputs of a prompt: what a prompt shows a model, as values. Pure.

The fast task is given no billing facts: it answers from articles and plain account values, so that a routine question
costs little and a wrong promise shows up as a divergence.
"""

from typing import Any

from supportbot.billing.types import CaseRecord
from supportbot.contract.voice.fact_sentences import tell
from supportbot.drafting.types import CaseFile
from supportbot.knowledge.types import ArticleHit, PassageText
from supportbot.routing.types import RouteDecision, Triage

MAX_TURNS = 30


def prompt_inputs(
    case: CaseFile, *, task: str, triage: Triage, decision: RouteDecision, next_update_by: str
) -> dict[str, Any]:
    """Everything one task may read about a case, JSON-like; a prompt shows what fits (`prompting.prompt_budget`)."""
    with_facts = task != "routine_reply"
    return {
        "task": task,
        "locale": case.locale,
        "shop": {"name": case.shop.name, "article_languages": sorted(case.article_languages)},
        "case": {"number": case.case_number, "topic": triage.topic, "verified": case.verified},
        "messages": [
            {"role": turn.role, "text": turn.text, "at": turn.at.isoformat()} for turn in case.turns[-MAX_TURNS:]
        ],
        "question": case.question,
        "articles": [_article(hit) for hit in case.articles],
        "record": _record(case.record, with_facts=with_facts, locale=case.locale),
        "policy_passages": [_passage(passage) for passage in case.policy_passages] if with_facts else [],
        "next_update_by": next_update_by,
        "hold_kind": decision.hold_kind,
        "triage_reasons": [reason.text for reason in triage.reasons],
    }


def _article(hit: ArticleHit) -> dict[str, Any]:
    return {
        "slug": hit.slug,
        "title": hit.title,
        "locale": hit.locale,
        "topic": hit.topic,
        "short_answer": hit.short_answer,
        "short_answer_plain": hit.short_answer_plain,
        "actions": list(hit.actions),
        "outcome": hit.outcome,
        "score": hit.score,
        "margin": hit.margin,
        "passages": [_passage(passage) for passage in hit.passages],
    }


def _passage(passage: PassageText) -> dict[str, Any]:
    return {"ref": passage.ref, "heading": passage.heading, "text": passage.text}


def _record(record: CaseRecord | None, *, with_facts: bool, locale: str) -> dict[str, Any] | None:
    if record is None:
        return None
    facts = [
        {
            "id": fact.id,
            "kind": fact.kind,
            "text": tell(fact.told, locale) if fact.told else fact.text,
            "amount": str(fact.amount) if fact.amount else None,
            "sources": list(fact.sources),
            "passage": fact.passage,
            "day": fact.day.isoformat() if fact.day else None,
        }
        for fact in record.facts
    ]
    return {
        "plan": record.plan,
        "newest_order": record.newest_order,
        "values": dict(record.values),
        "facts": facts if with_facts else [],
        "due_back": str(record.due_back) if with_facts and record.due_back else None,
    }
