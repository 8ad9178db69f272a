"""Moving about the desk in a real browser: what stays open, and how a long list goes on."""

from playwright.sync_api import Page, expect

from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.gateway.types import ModelAnswer
from tests.factories import DISPUTE, ROUTINE, ScriptedProvider, make_office
from tests.journeys.shop_page import desk_page


def test_trying_again_stays_with_the_case_where_the_draft_will_stand(sqlite_database_url: str, page: Page) -> None:
    database = Database(sqlite_database_url)
    office = make_office(database, provider=ScriptedProvider([ModelAnswer("overloaded", http_status=503)]))
    office.shop.drafted(office.shop.mira_id, ROUTINE)
    failed = office.shop.drafted(office.shop.jonas_id, DISPUTE)
    with desk_page(office, office.shop.lead, page) as url:
        page.goto(f"{url}/inbox/conversations/{failed.conversation_id}")

        page.get_by_role("button", name="Try now").click()

        expect(page.get_by_text("Usually 2 s.")).to_be_visible()
        expect(page).to_have_url(f"{url}/inbox/conversations/{failed.conversation_id}")
    database.dispose()


def test_a_list_longer_than_a_page_goes_on_by_key(sqlite_database_url: str, page: Page) -> None:
    database = Database(sqlite_database_url)
    office = make_office(database)
    shop = office.shop
    with database.transaction() as db:
        customers = [
            Customer(
                site_id=shop.site_id, external_id=f"c{n}", name=f"Customer {n}", locale="en", created_at=shop.clock()
            )
            for n in range(52)
        ]
        db.add_all(customers)
        db.flush()
        ids = [customer.id or 0 for customer in customers]
    for customer_id in ids:
        shop.write(customer_id, ROUTINE)
    with desk_page(office, office.shop.lead, page) as url:
        page.goto(f"{url}/inbox")
        page.locator("#rows .row").nth(49).click()
        expect(page.locator("#rows .row").nth(49)).to_have_attribute("aria-current", "true")

        page.keyboard.press("j")

        expect(page.locator("#rows .row")).to_have_count(2)
        expect(page.locator("#rows")).to_contain_text("Customer 51")
    database.dispose()
