"""From a model's answer to a draft as it will be shown: normalised, framed, checked, with every variant. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from babel import Locale

from supportbot.billing.types import CaseRecord
from supportbot.contract.checks.draft_checks import check_reply
from supportbot.contract.rules import WITH_A_PERSON, allowed_outcomes, decided_outcome
from supportbot.contract.types import AllowedFacts, CaseFrame, Change, Finding, Outcome, RenderedReply, ReplyFields
from supportbot.contract.voice import render
from supportbot.contract.voice.catalogue import catalogue
from supportbot.contract.voice.fact_sentences import tell
from supportbot.contract.voice.frame import case_frame
from supportbot.contract.voice.normaliser import normalise_reply, voice_of
from supportbot.drafting.types import CaseFile
from supportbot.gateway.types import NO_ARTICLES, Attempt, ModelResult
from supportbot.knowledge.types import PassageText
from supportbot.language.extract_values import amounts_in, ids_in
from supportbot.language.money import Money
from supportbot.language.percents import percents_in
from supportbot.language.person_names import possible_names
from supportbot.routing.types import RouteDecision, Triage


class Planned(Protocol):
    """What composing needs to know of a run (see `saving.Plan`)."""

    @property
    def case(self) -> CaseFile:
        """The case file."""

    @property
    def triage(self) -> Triage:
        """What triage said."""

    @property
    def decision(self) -> RouteDecision:
        """Where it goes."""

    @property
    def update_by(self) -> datetime:
        """When a customer whose case waits for a person hears again."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What came of one task. `fields` is as the model proposed it, `reply` as it would be sent, `changes` what lies
    between the two.

    `reply` is None when the task failed; `failure` then says why. `variants` maps a name to reply, hash and the money
    it promises in minor units.
    """

    task: str
    model_key: str | None
    attempts: tuple[Attempt, ...]
    fields: ReplyFields | None
    reply: RenderedReply | None
    failure: str | None
    variants: dict[str, Any]
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    sources: list[dict[str, Any]]
    facts: dict[str, Any]
    amount: Money | None


def compose(
    plan: Planned, task: str, result: ModelResult[ReplyFields], *, now: datetime, others: frozenset[str] = frozenset()
) -> Composed:
    """Make the draft of one task out of what the model answered.

    Args:
        others: the names of other customers that it uses.
    """
    case, is_main = plan.case, task == plan.decision.task
    hold_kind = plan.decision.hold_kind if is_main else None
    facts = _facts(case, now) if hold_kind else {}
    proposed = result.fields
    if proposed is None:
        return replace(_failed(task, result, case.locale), facts=facts)  # a person decides on them all the same
    voice = voice_of(case.locale, task=task, sign_off=case.shop.sign_off)
    fields, changes = normalise_reply(proposed, voice, passages=completing_passages(plan))
    outcome = decided_outcome(fields.outcome, lane="reasoning" if hold_kind else "fast", hold_kind=hold_kind)
    amount = _amount(plan) if is_main else None
    reply = render.render(fields, frame(plan, outcome, amount), outcome=outcome)
    findings = check_reply(reply, proposed_for_check(proposed, fields), replace(allowed_facts(case), others=others))
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
        sources=_sources(case, fields),
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


def frame(plan: Planned, outcome: Outcome, amount: Money | None) -> CaseFrame:
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


def allowed_facts(case: CaseFile) -> AllowedFacts:
    """Everything a reply to this case may state: the record's own values, and what the given passages say."""
    record = case.record
    texts = _article_texts(case)
    stated = [_stated(text, case.shop.currency) for text in texts]
    amounts = {amount for amounts, _, _ in stated for amount in amounts}
    ids = {name for _, names, _ in stated for name in names} | {case.case_number}
    ids |= {case.customer_email} if case.customer_email else set()
    dates: frozenset[date] = record.dates if record else frozenset()
    if record is not None:
        amounts |= record.amounts | ({record.due_back} if record.due_back else set())
        ids |= record.ids
    return AllowedFacts(
        amounts=frozenset(amounts),
        dates=dates,
        ids=frozenset(ids),
        outcomes=allowed_outcomes(),
        link_hosts=case.shop.link_hosts,
        sources=frozenset(passage.ref for passage in given_passages(case)),
        facts=frozenset(fact.id for fact in record.facts) if record else frozenset(),
        may_promise=False,
        asked=case.question,
        percents=frozenset(share for _, _, shares in stated for share in shares),
        named="\n".join(given_texts(case)),
    )


@lru_cache(maxsize=1024)
def _stated(text: str, currency: str) -> tuple[Sequence[Money], Sequence[str], Sequence[str]]:
    """The amounts, numbers and percentages of an article's text. Every draft is given the same few texts."""
    return tuple(amounts_in(text, currency)), tuple(ids_in(text)), tuple(percents_in(text))


def given_texts(case: CaseFile) -> tuple[str, ...]:
    """Everything that a prompt for this case gives in words, but for what was said in it."""
    return (*_article_texts(case), case.shop.name, *_of_record(case.record, case.locale))


def _article_texts(case: CaseFile) -> tuple[str, ...]:
    short = (text for hit in case.articles for text in (hit.short_answer, hit.short_answer_plain))
    return (*(passage.text for passage in given_passages(case)), *short)


def _of_record(record: CaseRecord | None, locale: str) -> tuple[str, ...]:
    """What a record gives in words: its plan, and each fact as a prompt tells it."""
    if record is None:
        return ()
    return (record.plan or "", *(tell(fact.told, locale) if fact.told else fact.text for fact in record.facts))


def names_to_look_up(case: CaseFile, text: str) -> frozenset[str]:
    """What may be a name in a reply to this case and was given to nobody who wrote it."""
    said = (case.question, *(turn.text for turn in case.turns))
    return possible_names(text, "\n".join((*given_texts(case), case.customer_name, case.shop.sign_off, *said)))


def given_passages(case: CaseFile) -> tuple[PassageText, ...]:
    """Every passage that a prompt for this case shows."""
    return (*(passage for hit in case.articles for passage in hit.passages), *case.policy_passages)


def completing_passages(plan: Planned) -> dict[str, str]:
    """What a short answer may be completed from: the help passages given in the customer's language, text by ref.

    Nothing where money or a risk is at stake, on either lane: there the facts speak, and a help article knows none of
    them. Policy passages never: they are written about customers, not to them.
    """
    if plan.decision.hold_kind in ("money", "risk"):
        return {}
    own = catalogue(plan.case.locale).locale
    hits = [hit for hit in plan.case.articles if hit.locale.replace("_", "-").partition("-")[0].lower() == own]
    return {passage.ref: passage.text for hit in hits for passage in hit.passages}


def _failed(task: str, result: ModelResult[ReplyFields], locale: str) -> Composed:
    reason = result.reason
    if result.attempts and result.attempts[-1].error_code == NO_ARTICLES:
        name = Locale.parse(catalogue(locale).locale).get_display_name("en")
        reason = f"No help article is published in {name}, so there is nothing to draft from. Write the reply by hand."
    return replace(not_composed(task, reason), model_key=result.model_key, attempts=result.attempts)


def not_composed(task: str, failure: str) -> Composed:
    """A task that came to nothing."""
    return Composed(task, None, (), None, None, failure, {}, (), (), [], {}, None)


def _amount(plan: Planned) -> Money | None:
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


def _variants(plan: Planned, reply: RenderedReply) -> dict[str, Any]:
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


def _sources(case: CaseFile, fields: ReplyFields) -> list[dict[str, Any]]:
    """What the draft cites, as the desk shows it; policy passages with their words."""
    by_ref = {passage.ref: passage for passage in given_passages(case)}
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


def _facts(case: CaseFile, now: datetime) -> dict[str, Any]:
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
