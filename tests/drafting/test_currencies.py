"""A dispute in a currency with other decimals than the shop's, from the records to the release."""

from datetime import UTC, datetime

import pytest

from supportbot.billing.actions import import_records
from supportbot.billing.types import AccountRow, BillingRecords, ChargeRow
from supportbot.contract.voice.render import from_json, to_text
from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.drafting.actions.decisions import release
from supportbot.errors import Forbidden
from supportbot.language.money import Money
from tests.factories import Shop, make_office, make_shop

TWICE = "I was charged twice this month, please return one of the payments."


def add_customer(shop: Shop, *amounts: Money) -> int:
    """Somebody whom the shop charged these amounts, a day apart; gives the customer's id."""
    charges = tuple(
        ChargeRow(f"ch_{number}", "amal", amount, "succeeded", datetime(2026, 3, 14 + number, 9, tzinfo=UTC))
        for number, amount in enumerate(amounts)
    )
    records = BillingRecords(accounts=(AccountRow("amal", "Amal Nasser"),), charges=charges)
    with shop.database.transaction() as db:
        import_records(db, records, at=shop.clock(), audit=shop.runtime.audit)
        amal = Customer(
            site_id=shop.site_id, external_id="amal", name="Amal Nasser", locale="en", created_at=shop.clock()
        )
        db.add(amal)
        db.flush()
        return amal.id or 0


@pytest.mark.parametrize(
    ("money", "written"),
    [(Money(4_900, "KWD"), "4.900 KWD"), (Money(4_900, "JPY"), "4,900 JPY"), (Money(4_900, "EUR"), "49.00 EUR")],
)
def test_what_is_due_keeps_its_decimals_from_the_record_to_the_reply(
    database: Database, money: Money, written: str
) -> None:
    shop = make_shop(database)
    draft = shop.drafted(add_customer(shop, money, money), TWICE)

    assert (draft.facts["due_back_minor"], draft.facts["currency"]) == (money.minor, money.currency)
    assert {line["currency"] for line in draft.facts["ledger"] if line["amount_minor"]} == {money.currency}
    approved = draft.variants["approve_refund"]
    assert (approved["promised_minor"], approved["currency"]) == (money.minor, money.currency)
    assert written in to_text(from_json(approved["reply"]))
    assert [check["rule"] for check in draft.checks if not check["passed"]] == []


def test_a_leads_limit_in_euro_releases_no_dinars_but_the_owner_may(database: Database) -> None:
    shop = make_shop(database)
    dinars = Money(4_900, "KWD")
    draft = shop.drafted(add_customer(shop, dinars, dinars), TWICE)
    content_hash = draft.variants["approve_refund"]["content_hash"]

    def let_go(person: object) -> None:
        shop.act(
            lambda db: release(
                db,
                shop.runtime,
                draft.id or 0,
                content_hash=content_hash,
                variant="approve_refund",
                by=person,  # type: ignore[arg-type]
            )
        )

    with pytest.raises(Forbidden, match=r"Your limit is 100\.00 EUR\. The routing owner can release 4\.900 KWD\."):
        let_go(shop.lead)
    let_go(shop.owner)
    assert shop.draft(draft.id).state == "approved"


def test_the_held_page_counts_in_the_records_currency(sqlite_database_url: str) -> None:
    database = Database(sqlite_database_url)
    office = make_office(database)
    yen = Money(4_900, "JPY")
    draft = office.shop.drafted(add_customer(office.shop, yen, yen), TWICE)
    page = office.browser(office.shop.owner).get(f"/inbox/conversations/{draft.conversation_id}").text

    assert "Approve 4900 JPY and release" in page
    assert "4900 JPY" in page and "49.00" not in page
    office.close()
    database.dispose()


def test_two_currencies_are_shown_side_by_side_and_never_as_one_total(database: Database) -> None:
    shop = make_shop(database)
    yen, dollars = Money(4_900, "JPY"), Money(700, "USD")
    draft = shop.drafted(add_customer(shop, yen, yen, dollars, dollars), TWICE)

    assert draft.facts["due_back_minor"] is None
    assert "mixed_currencies" in [fact["kind"] for fact in draft.facts["facts"]]
    assert list(draft.variants) == ["as_drafted"]
