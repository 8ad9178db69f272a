"""What a reply to a case may rest on: the passages, texts and values that its prompt gives. Pure."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from supportbot.billing.types import CaseRecord
from supportbot.contract.rules import allowed_outcomes
from supportbot.contract.types import AllowedFacts
from supportbot.contract.voice.catalogue import catalogue
from supportbot.contract.voice.fact_sentences import tell
from supportbot.drafting.types import CaseFile, Grounding
from supportbot.knowledge.types import PassageText
from supportbot.language.amounts import amounts_in
from supportbot.language.extract_values import ids_in
from supportbot.language.money import Money
from supportbot.language.percents import percents_in
from supportbot.routing.types import HoldKind


def ground(case: CaseFile, hold_kind: HoldKind | None) -> Grounding:
    """Everything a reply to this case may rest on; the same for each of its drafts."""
    passages = (*(passage for hit in case.articles for passage in hit.passages), *case.policy_passages)
    short = (text for hit in case.articles for text in (hit.short_answer, hit.short_answer_plain))
    articles = (*(passage.text for passage in passages), *short)
    given = (*articles, case.shop.name, *_of_record(case.record, case.locale))
    said = (case.customer_name, case.shop.sign_off, case.question, *(turn.text for turn in case.turns))
    return Grounding(
        allowed=_allowed_facts(case, passages, articles=articles, given=given),
        passages=passages,
        completing=_completing(case, hold_kind),
        words="\n".join((*given, *said)),
    )


def _allowed_facts(
    case: CaseFile, passages: Sequence[PassageText], *, articles: Sequence[str], given: Sequence[str]
) -> AllowedFacts:
    """What a reply may state: the record's own values, and what the given passages say."""
    record = case.record
    stated = [_stated(text, case.shop.currency) for text in articles]
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
        sources=frozenset(passage.ref for passage in passages),
        facts=frozenset(fact.id for fact in record.facts) if record else frozenset(),
        may_promise=False,
        asked=case.question,
        percents=frozenset(share for _, _, shares in stated for share in shares),
        named="\n".join(given),
    )


@lru_cache(maxsize=1024)
def _stated(text: str, currency: str) -> tuple[Sequence[Money], Sequence[str], Sequence[str]]:
    """The amounts, numbers and percentages of an article's text. Every draft is given the same few texts."""
    return tuple(amounts_in(text, currency)), tuple(ids_in(text)), tuple(percents_in(text))


def _of_record(record: CaseRecord | None, locale: str) -> tuple[str, ...]:
    """What a record gives in words: its plan, and each fact as a prompt tells it."""
    if record is None:
        return ()
    return (record.plan or "", *(tell(fact.told, locale) if fact.told else fact.text for fact in record.facts))


def _completing(case: CaseFile, hold_kind: HoldKind | None) -> dict[str, str]:
    """The help passages given in the customer's language, text by reference.

    Nothing where money or a risk is at stake, on either lane: there the facts speak, and a help article knows none of
    them. Policy passages never: they are written about customers, not to them.
    """
    if hold_kind in ("money", "risk"):
        return {}
    own = catalogue(case.locale).locale
    hits = [hit for hit in case.articles if hit.locale.replace("_", "-").partition("-")[0].lower() == own]
    return {passage.ref: passage.text for hit in hits for passage in hit.passages}
