"""A money case whose model failed, in a real browser: what the records say is there for who writes by hand."""

from playwright.sync_api import Page, expect

from supportbot.db import Database
from supportbot.gateway.types import ModelAnswer
from tests.browser import keep_screenshot, run_axe
from tests.factories import DISPUTE, ScriptedProvider, make_office
from tests.journeys.shop_page import desk_page


def test_a_dispute_without_a_draft_shows_the_facts_on_every_screen(sqlite_database_url: str, page: Page) -> None:
    database = Database(sqlite_database_url)
    office = make_office(database, provider=ScriptedProvider([ModelAnswer("overloaded", http_status=503)]))
    failed = office.shop.drafted(office.shop.jonas_id, DISPUTE)
    with desk_page(office, office.shop.lead, page) as url:
        page.goto(f"{url}/inbox/conversations/{failed.conversation_id}")

        facts = page.get_by_role("region", name="Facts from the records")
        expect(page.get_by_role("heading", name="No draft this time")).to_be_visible()
        expect(facts).to_contain_text("No model took part.")
        expect(facts.locator("tfoot")).to_contain_text("49.00")
        run_axe(page)
        keep_screenshot(page, "failed dispute wide light", full_page=True)
        page.keyboard.press("r")
        expect(page.get_by_label("The answer, in one sentence")).to_be_focused()
        expect(facts.locator("tfoot")).to_contain_text("49.00")
        run_axe(page)
        keep_screenshot(page, "failed dispute composer", full_page=True)
        page.keyboard.press("Escape")
        expect(page.get_by_role("heading", name="No draft this time")).to_be_visible()
        page.emulate_media(color_scheme="dark")
        run_axe(page, colours_only=True)
        page.set_viewport_size({"width": 320, "height": 700})
        expect(facts).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        facts.scroll_into_view_if_needed()
        keep_screenshot(page, "failed dispute narrow dark")
    database.dispose()
