"""What the customer panel says of charges, beside a case that has no draft."""

import pytest

from supportbot.billing.types import ChargeRow, RefundRow
from supportbot.clock import system_clock
from supportbot.db import Database
from supportbot.gateway.types import ModelAnswer
from supportbot.language.money import Money
from supportbot.web.inbox.context import charge_state
from tests.factories import DISPUTE, ScriptedProvider, make_office

AT = system_clock()


@pytest.mark.parametrize(
    ("refunds", "words"),
    [
        ([], "paid"),
        ([(4_900, "EUR", "succeeded")], "returned"),
        ([(1_000, "EUR", "succeeded"), (500, "EUR", "succeeded")], "15.00 returned"),
        ([(4_900, "EUR", "pending")], "being returned"),
        ([(4_900, "EUR", "failed")], "paid"),
        ([(5_000, "JPY", "succeeded")], "paid"),
    ],
)
def test_a_charge_says_what_of_it_went_back(refunds: list[tuple[int, str, str]], words: str) -> None:
    charge = ChargeRow("ch_1", "mira", Money(4_900, "EUR"), "succeeded", AT)
    rows = [
        RefundRow(f"re_{n}", "ch_1", Money(minor, currency), status, AT)
        for n, (minor, currency, status) in enumerate(refunds)
    ]  # type: ignore[arg-type]
    assert charge_state(charge, rows, "EUR") == words


def test_a_case_without_a_draft_shows_the_facts_and_what_went_back(database: Database) -> None:
    office = make_office(database, provider=ScriptedProvider([ModelAnswer("overloaded", http_status=503)]))
    failed = office.shop.drafted(office.shop.jonas_id, DISPUTE)
    address = f"/inbox/conversations/{failed.conversation_id}"

    page = office.browser(office.shop.lead).get(address).text
    writing = office.browser(office.shop.lead).get(f"{address}?compose=reply").text

    assert "Facts from the records" in page and "No model took part." in page
    assert ">returned<" in page
    assert "Facts from the records" in writing and 'id="compose"' in writing
    office.close()
