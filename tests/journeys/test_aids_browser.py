"""The hand-over panel in a real browser: summary and named values, light and dark, wide and on a phone."""

from playwright.sync_api import Page, expect

from supportbot.db import Database
from tests.browser import keep_screenshot, run_axe
from tests.factories import make_office
from tests.journeys.shop_page import desk_page

TEXT = "I was charged twice, 49.00 EUR on 14 March and 12.00 EUR on 3 January. Please refund me."


def test_what_the_customer_says_is_told_apart_from_the_records_on_every_screen(
    sqlite_database_url: str, page: Page
) -> None:
    database = Database(sqlite_database_url)
    office = make_office(database)
    held = office.shop.drafted(office.shop.jonas_id, TEXT)
    with desk_page(office, office.shop.lead, page) as url:
        page.goto(f"{url}/inbox/conversations/{held.conversation_id}")

        named = page.get_by_role("region", name="Named by the customer")
        expect(page.get_by_role("region", name="In short")).to_contain_text("The customer wrote:")
        expect(named.locator("div", has_text="49.00 EUR")).to_contain_text("in the records")
        expect(named.locator("div", has_text="12.00 EUR")).to_contain_text("customer says")
        run_axe(page)
        keep_screenshot(page, "aids wide light", full_page=True)
        page.emulate_media(color_scheme="dark")
        run_axe(page, colours_only=True)
        page.set_viewport_size({"width": 320, "height": 700})
        expect(named).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        named.scroll_into_view_if_needed()
        keep_screenshot(page, "aids narrow dark")
    database.dispose()
