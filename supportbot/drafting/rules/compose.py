"""From a model's answer to a draft as it will be shown: normalised, framed, checked, with every variant. Pure."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale

from supportbot.contract.checks.draft_checks import check_reply
from supportbot.contract.rules import WITH_A_PERSON, decided_outcome
from supportbot.contract.types import CaseFrame, Finding, Outcome, RenderedReply, ReplyFields
from supportbot.contract.voice import render
from supportbot.contract.voice.catalogue import catalogue
from supportbot.contract.voice.frame import case_frame
from supportbot.contract.voice.normaliser import normalise_reply, voice_of
from supportbot.drafting.rules.evidence import cited_passages, computed_facts
from supportbot.drafting.types import Composed, Grounding, Plan
from supportbot.gateway.types import NO_ARTICLES, ModelResult
from supportbot.language.amounts import amounts_in
from supportbot.language.money import Money


def compose(
    plan: Plan, task: str, result: ModelResult[ReplyFields], *, grounding: Grounding, now: datetime
) -> Composed:
    """Make the draft of one task out of what the model answered."""
    case, is_main = plan.case, task == plan.decision.task
    hold_kind = plan.decision.hold_kind if is_main else None
    facts = computed_facts(case, now) if hold_kind else {}
    proposed = result.fields
    if proposed is None:
        return replace(_failed(task, result, case.locale), facts=facts)  # a person decides on them all the same
    currencies = {case.shop.currency, *(amount.currency for amount in grounding.allowed.amounts)}
    voice = voice_of(case.locale, task=task, sign_off=case.shop.sign_off, currencies=sorted(currencies))
    fields, changes = normalise_reply(proposed, voice, passages=grounding.completing)
    outcome = decided_outcome(fields.outcome, lane="reasoning" if hold_kind else "fast", hold_kind=hold_kind)
    amount = _amount(plan) if is_main else None
    reply = render.render(fields, frame(plan, outcome, amount), outcome=outcome)
    findings = check_reply(reply, proposed_for_check(proposed, fields), grounding.allowed)
    findings += _repeated_question(reply.answer, case.question)
    return Composed(
        task=task,
        model_key=result.model_key,
        attempts=result.attempts,
        fields=proposed,
        reply=reply,
        failure=None,
        variants=_variants(plan, reply) if hold_kind else {},
        changes=changes,
        findings=findings,
        sources=cited_passages(case, grounding.passages, fields),
        facts=facts,
        amount=amount,
    )


def _repeated_question(answer: str, question: str) -> tuple[Finding, ...]:
    """A finding where the answer is the customer's own question again, as small models give it."""
    if _letters(answer) != _letters(question):
        return ()
    return (
        Finding(
            rule="says_something",
            title="Answers the question",
            passed=False,
            severity="block",
            field="answer",
            found=answer[:80],
            expected="an answer, not the question again",
        ),
    )


def _letters(text: str) -> str:
    return "".join(mark for mark in text.casefold() if mark.isalnum())


def proposed_for_check(proposed: ReplyFields, normalised: ReplyFields) -> ReplyFields:
    """The normalised words with the outcome as the model proposed it, so that an overruled promise is still seen."""
    return replace(normalised, outcome=proposed.outcome)


def frame(plan: Plan, outcome: Outcome, amount: Money | None) -> CaseFrame:
    """The part of the reply that code writes."""
    case, record = plan.case, plan.case.record
    return case_frame(
        case_number=case.case_number,
        topic=plan.triage.topic,
        plan_or_order=(record.plan or record.newest_order) if record else None,
        amount=amount,
        outcome=outcome,
        next_update=plan.update_by if outcome in WITH_A_PERSON else None,
        zone=ZoneInfo(case.shop.time_zone),
        locale=case.locale,
        sign_off=case.shop.sign_off,
    )


def _failed(task: str, result: ModelResult[ReplyFields], locale: str) -> Composed:
    reason = result.reason
    if result.attempts and result.attempts[-1].error_code == NO_ARTICLES:
        name = Locale.parse(catalogue(locale).locale).get_display_name("en")
        reason = f"No help article is published in {name}, so there is nothing to draft from. Write the reply by hand."
    return replace(not_composed(task, reason), model_key=result.model_key, attempts=result.attempts)


def not_composed(task: str, failure: str) -> Composed:
    """A task that came to nothing."""
    return Composed(task, None, (), None, None, failure, {}, (), (), [], {}, None)


def _amount(plan: Plan) -> Money | None:
    """The amount in question: what is due back in a dispute, the newest invoice in a routine billing question."""
    record = plan.case.record
    if record is None:
        return None
    if plan.decision.hold_kind == "money":
        stated = [fact.amount for fact in record.facts if fact.amount is not None]
        return record.due_back or (stated[0] if stated else None)
    if plan.triage.topic != "billing":
        return None
    named = amounts_in(dict(record.values).get("newest_invoice_amount", ""), plan.case.shop.currency)
    return named[0] if named else None


def _variants(plan: Plan, reply: RenderedReply) -> dict[str, Any]:
    variants = {"as_drafted": _variant(reply, 0)}
    record = plan.case.record
    if plan.decision.hold_kind == "money" and record is not None and record.due_back is not None:
        approved = render.refund_approved_reply(
            record.due_back,
            case_number=plan.case.case_number,
            topic=plan.triage.topic,
            plan_or_order=record.plan or record.newest_order,
            zone=ZoneInfo(plan.case.shop.time_zone),
            locale=plan.case.locale,
            sign_off=plan.case.shop.sign_off,
        )
        variants["approve_refund"] = {
            **_variant(approved, record.due_back.minor),
            "currency": record.due_back.currency,
        }
    return variants


def _variant(reply: RenderedReply, promised_minor: int) -> dict[str, Any]:
    return {
        "reply": render.to_json(reply),
        "content_hash": render.content_hash(reply),
        "promised_minor": promised_minor,
    }
