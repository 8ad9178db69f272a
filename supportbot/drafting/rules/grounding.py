"""What a reply to a case may rest on: the passages, texts and values that its prompt gives. Pure."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from supportbot.billing.types import CaseRecord
from supportbot.contract.rules import allowed_outcomes
from supportbot.contract.types import AllowedFacts
from supportbot.contract.voice.catalogue import catalogue
from supportbot.contract.voice.fact_sentences import tell
from supportbot.drafting.types import CaseFile, Plan
from supportbot.knowledge.types import PassageText
from supportbot.language.extract_values import amounts_in, ids_in
from supportbot.language.money import Money
from supportbot.language.percents import percents_in
from supportbot.language.person_names import possible_names


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


def completing_passages(plan: Plan) -> dict[str, str]:
    """What a short answer may be completed from: the help passages given in the customer's language, text by ref.

    Nothing where money or a risk is at stake, on either lane: there the facts speak, and a help article knows none of
    them. Policy passages never: they are written about customers, not to them.
    """
    if plan.decision.hold_kind in ("money", "risk"):
        return {}
    own = catalogue(plan.case.locale).locale
    hits = [hit for hit in plan.case.articles if hit.locale.replace("_", "-").partition("-")[0].lower() == own]
    return {passage.ref: passage.text for hit in hits for passage in hit.passages}
