"""The pipeline: from a case to its drafts with nothing around it, no database file in sight."""

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

from supportbot.billing.rules import case_record
from supportbot.billing.types import AccountRows, BillingRecords, RefundPolicy
from supportbot.clock import FixedClock
from supportbot.drafting.pipeline import Surroundings, answer_case, draft_plan, plan_case
from supportbot.drafting.types import Answered, CaseFile, ShopFacts, Turn
from supportbot.gateway import Gateway
from supportbot.gateway.providers.builtin import BuiltinProvider
from supportbot.governance.types import ActivePolicy
from supportbot.knowledge.library import Library, languages_of
from supportbot.routing.policy import parse_policy, shipped_document
from supportbot.seed.billing import billing_records
from supportbot.seed.story import tell_story
from supportbot.triage.types import SpokenLabel
from supportbot.triage.weights import shipped_weights
from tests.factories import ScriptedProvider
from tests.gateway.factories import OK
from tests.seed.library import library

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Amsterdam")
SHOP = ShopFacts("Harbour Lane", "Europe/Amsterdam", "EUR", "Harbour Lane support")
REFUNDS = RefundPolicy(
    "EUR", 14, 14, 7, passages={"refund_window_days": "refunds#2.1", "double_charge_days": "refunds#4.5"}
)
AROUND = Surroundings(now=NOW, weights=shipped_weights())


@cache
def policy() -> ActivePolicy:
    document = shipped_document()
    return ActivePolicy(1, document, parse_policy(document))


def gateway(provider: ScriptedProvider | None = None) -> Gateway:
    clock = FixedClock(NOW)
    return Gateway({"builtin": provider or BuiltinProvider()}, clock=clock, sleep=lambda _: None, monotonic=lambda: 0.0)


def account_of(records: BillingRecords, account_id: str) -> AccountRows | None:
    """One customer's rows, as a read of the tables gives them."""
    account = next((row for row in records.accounts if row.external_id == account_id), None)
    if account is None:
        return None
    charges = tuple(row for row in records.charges if row.account_id == account_id)
    paid = {row.id for row in charges}
    return AccountRows(
        account=account,
        subscriptions=tuple(row for row in records.subscriptions if row.account_id == account_id),
        invoices=tuple(row for row in records.invoices if row.account_id == account_id),
        charges=charges,
        refunds=tuple(row for row in records.refunds if row.charge_id in paid),
        orders=tuple(row for row in records.orders if row.account_id == account_id),
        checked_at=NOW,
    )


def make_case(
    text: str, *, shelf: Library, number: int = 1, locale: str = "en", account: AccountRows | None = None
) -> CaseFile:
    record = case_record(account, text=text, policy=REFUNDS, zone=ZONE, now=NOW, locale=locale) if account else None
    return CaseFile(
        message_id=number,
        conversation_id=number,
        case_number=f"HL-{4000 + number}",
        is_newest=True,
        shop=SHOP,
        customer_name="Robin Vale",
        customer_email=None,
        verified=account is not None,
        locale=locale,
        question=text,
        turns=(Turn("customer", text, NOW),),
        open_money_case=False,
        record=record,
        record_error=None,
        articles=shelf.search(text, locale=locale),
        policy_passages=(),
        article_languages=frozenset(languages_of(shelf)),
    )


def cases_of_the_story() -> Iterator[CaseFile]:
    """Every message and every article's question of the demo, with its customer's records, in its language."""
    story = tell_story(NOW)
    shelf, records = library(story.articles), billing_records(story)
    texts = [
        (one.locale, turn.text, one.customer)
        for one in story.conversations
        for turn in one.turns
        if turn.role == "customer"
    ]
    accounts = [account_of(records, row.external_id) for row in records.accounts]
    texts += [(article.locale, question, None) for article in story.articles for question in article.questions]
    for number, (locale, text, customer) in enumerate(texts, start=1):
        account = account_of(records, customer) if customer else accounts[number % len(accounts)]
        yield make_case(text, shelf=shelf, number=number, locale=locale, account=account)


def answered(case: CaseFile, *, around: Surroundings = AROUND, provider: ScriptedProvider | None = None) -> Answered:
    return answer_case(case, policy(), gateway(provider), around)


def test_four_hundred_cases_are_drafted_with_no_database_in_sight() -> None:
    cases = list(cases_of_the_story())
    doors = gateway()

    results = [answer_case(case, policy(), doors, AROUND) for case in (*cases, *cases)][:400]

    assert len(results) == 400
    assert all(result.drafts[0].attempts for result in results)
    assert {result.plan.decision.lane for result in results} == {"fast", "reasoning"}
    drafted = [result for result in results if result.drafts[0].reply is not None]
    assert len(drafted) > 200
    assert any(result.divergences for result in drafted)


def test_who_imports_the_pipeline_gets_no_database_with_it() -> None:
    lines = "import sys, supportbot.drafting.pipeline; print(*{name.partition('.')[0] for name in sys.modules})"
    asked = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=True, timeout=60)

    assert "supportbot" in asked.stdout.split()
    assert {"sqlalchemy", "sqlmodel", "alembic", "psycopg", "flask", "dbos"}.isdisjoint(asked.stdout.split())


def test_the_same_case_gives_the_same_drafts() -> None:
    case = next(cases_of_the_story())

    assert answered(case) == answered(case)


def test_a_plan_alone_calls_no_model() -> None:
    case, provider = next(cases_of_the_story()), ScriptedProvider([OK])

    plan = plan_case(case, policy(), gateway(provider), AROUND)
    assert provider.requests == []

    assert draft_plan(plan, gateway(provider), AROUND).plan == plan
    assert provider.requests


def test_a_persons_word_raises_the_risk_and_holds() -> None:
    case = make_case("Where is my invoice?", shelf=library(tell_story(NOW).articles))

    as_triaged, as_said = (
        answered(case),
        answered(case, around=replace(AROUND, label=SpokenLabel(None, "high", "wrong_route"))),
    )

    assert not as_triaged.plan.decision.hold
    assert as_said.plan.decision.hold


def test_the_caller_is_asked_for_other_customers_only_when_a_name_stands_in_the_answer() -> None:
    case = make_case("Where is my invoice?", shelf=library(tell_story(NOW).articles))
    asked: list[frozenset[str]] = []

    def find(names: frozenset[str]) -> frozenset[str]:
        asked.append(names)
        return names

    named = ScriptedProvider([replace(OK, text=OK.text.replace("Open", "Mira Haddad can open"))])
    result = answered(case, around=replace(AROUND, find_customers=find), provider=named)

    assert asked
    assert any(not finding.passed for finding in result.drafts[0].findings)
