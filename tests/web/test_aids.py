"""The hand-over panel: a summary and the values that the customer names, and never as facts what nobody checked."""

import json

from supportbot.db import Database
from supportbot.drafting.tables import CaseAid
from supportbot.inbox.actions import assign
from tests.factories import DISPUTE, ROUTINE, make_office

NUMBERLESS = "I was charged twice, 49.00 EUR on 14 March and 12.00 EUR. Please refund <b>me</b>."


def test_a_held_case_shows_its_summary_and_tells_what_only_the_customer_says(database: Database) -> None:
    office = make_office(database)
    held = office.shop.drafted(office.shop.jonas_id, NUMBERLESS)

    page = office.browser(office.shop.lead).get(f"/inbox/conversations/{held.conversation_id}").text
    panel = page.partition('aria-label="In short"')[2]

    assert "The customer wrote:" in panel
    assert "&lt;b&gt;" in page and "<b>me</b>" not in page
    named = panel.partition('aria-label="Named by the customer"')[2].partition("</section>")[0]
    known, said = named.partition("12.00 EUR")[0], named.partition("12.00 EUR")[2]
    assert "in the records" in known and "customer says" in said.partition("</dd>")[0]
    office.close()


def test_the_api_gives_what_was_made_for_a_case(database: Database) -> None:
    office = make_office(database)
    held = office.shop.drafted(office.shop.jonas_id, NUMBERLESS)

    found = office.api(office.shop.lead).get(f"/conversations/{held.conversation_id}").json
    assert found is not None

    made = {aid["task"]: aid for aid in found["aids"]}
    assert (made["case_summary"]["state"], made["case_summary"]["prompt"]) == ("done", "case_summary/2")
    assert {"kind": "amount", "value": "12.00 EUR", "known": False} in made["field_extraction"]["result"]["named"]
    office.close()


def test_a_routine_case_shows_a_summary_only_after_it_changed_hands(database: Database) -> None:
    office = make_office(database)
    shop = office.shop
    draft = shop.drafted(shop.mira_id, ROUTINE)
    address = f"/inbox/conversations/{draft.conversation_id}"
    before = office.browser(shop.lead).get(address).text
    for person in (shop.agent, shop.lead):
        shop.act(lambda db, to=person: assign(db, shop.runtime, draft.conversation_id, to.id, by=shop.agent))
    shop.work()

    after = office.browser(shop.lead).get(address).text

    assert "In short" not in before
    assert "In short" in after and "The customer&#39;s newest message has no reply." in after
    office.close()


def test_a_summary_that_failed_says_so(database: Database) -> None:
    office = make_office(database)
    held = office.shop.drafted(office.shop.jonas_id, DISPUTE)

    def fail(db: object) -> None:
        row = db.get_one(CaseAid, 1)  # type: ignore[attr-defined]
        row.state, row.state_reason, row.result = "failed", "Stopped after 1 try: no answer in time.", {}
        db.add(row)  # type: ignore[attr-defined]

    office.shop.act(fail)

    page = office.browser(office.shop.lead).get(f"/inbox/conversations/{held.conversation_id}").text
    assert "No summary: Stopped after 1 try: no answer in time." in page
    assert json.dumps(None) not in page.partition('aria-label="In short"')[2].partition("</section>")[0]
    office.close()
