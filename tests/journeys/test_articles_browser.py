"""The articles in a real browser: from a draft's citation to its passage, by keyboard, narrow and dark."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from supportbot.db import Database
from supportbot.knowledge.actions import import_articles
from tests.browser import keep_screenshot, run_axe
from tests.factories import DISPUTE, INVOICES, ROUTINE, Office, make_office
from tests.journeys.shop_page import serving


@dataclass
class Running:
    """A running desk whose lead is signed in."""

    office: Office
    url: str

    def sign_in(self, page: Page) -> None:
        """Give a browser the lead's session."""
        cookie = self.office.browser(self.office.shop.lead).client.get_cookie("supportbot")
        assert cookie is not None
        page.context.add_cookies([{"name": "supportbot", "value": cookie.value, "url": self.url}])


@pytest.fixture
def running(sqlite_database_url: str) -> Iterator[Running]:
    database = Database(sqlite_database_url)
    office = make_office(database)
    shop = office.shop
    shop.drafted(shop.mira_id, ROUTINE)
    shop.drafted(shop.jonas_id, DISPUTE)
    shop.drafted(shop.visitor_id, "How do I change my password?")
    with database.transaction() as db:
        changed = INVOICES.replace("stands at the top", "stands at the very top")
        import_articles(db, [("invoices.md", changed)], at=shop.clock(), publish=False, audit=shop.runtime.audit)
    with serving(office.app) as url:
        yield Running(office, url)
        office.close()
    database.dispose()


def test_a_held_cases_quote_leads_to_its_passage_and_a_draft_is_published_by_keyboard(
    page: Page, running: Running
) -> None:
    running.sign_in(page)
    page.goto(f"{running.url}/inbox")
    page.get_by_text("Jonas Lindqvist").first.click()
    page.get_by_role("link", name="4.2 Charged after cancelling").click()
    expect(page.locator(":target").get_by_role("heading")).to_have_text("4.2 Charged after cancelling")
    run_axe(page)
    page.get_by_role("link", name="Articles").first.click()
    run_axe(page)
    keep_screenshot(page, "articles")
    page.get_by_label("Words to look for").fill("invoice top")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Find your invoices: Where they are")).to_be_visible()
    page.get_by_role("link", name="Find your invoices", exact=True).first.click()
    page.get_by_role("button", name="Mark as reviewed").press("Enter")
    page.get_by_role("button", name="Publish").press("Enter")
    expect(page.get_by_text("Published. Drafts use it now.")).to_be_visible()
    keep_screenshot(page, "article")
    run_axe(page)


def test_on_a_narrow_dark_phone_nothing_scrolls_sideways(browser: Browser, running: Running) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme="dark")
    page = context.new_page()
    running.sign_in(page)
    for path in ("/articles?q=invoice", "/articles/refunds", "/articles/find-your-invoices?version=2"):
        page.goto(running.url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        run_axe(page)
        keep_screenshot(page, f"narrow {path.partition('?')[0]}")
    context.close()
