"""Correcting triage in a real browser: an agent says "wrong route", the case is held, and the page counts it."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from supportbot.db import Database
from supportbot.drafting.tables import Draft
from supportbot.drafting.triage_training import train_if_due
from tests.browser import keep_screenshot, run_axe
from tests.drafting.test_triage_training import fifty
from tests.factories import PASSWORD, ROUTINE, Shop, make_office, own_policy
from tests.journeys.shop_page import Quiet


@dataclass(frozen=True, slots=True)
class Running:
    """A served application with a case that went the fast way."""

    shop: Shop
    home: str
    draft: Draft

    def sign_in(self, page: Page, name: str, to: str) -> None:
        """Sign in and go to a page."""
        page.goto(f"{self.home}/login?next={to}")
        page.get_by_label("E-mail").fill(f"{name}@shop.example")
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self.home}{to}")


@pytest.fixture
def running(sqlite_database_url: str) -> Iterator[Running]:
    database = Database(sqlite_database_url)
    office = make_office(database)
    shop = office.shop
    own_policy(shop, shop.owner)
    draft = shop.drafted(shop.jonas_id, ROUTINE)
    fifty(shop)
    train_if_due(database, shop.runtime)
    server = make_server("127.0.0.1", 0, office.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Running(shop, f"http://127.0.0.1:{server.server_port}", draft)
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()
    office.close()
    database.dispose()


def test_an_agent_says_wrong_route_by_keys_the_case_is_held_and_the_page_counts_it(
    page: Page, running: Running
) -> None:
    case = f"/inbox/conversations/{running.draft.conversation_id}"
    running.sign_in(page, "noor", case)
    expect(page.get_by_role("button", name="Approve")).to_be_visible()
    page.keyboard.press("w")
    dialog = page.get_by_role("dialog", name="Should a person decide about it?")
    expect(dialog).to_be_visible()
    run_axe(page)
    dialog.get_by_role("button", name="Wrong route: hold it").click()
    expect(page.get_by_text("Noted. Nothing leaves; a person decides.")).to_be_visible()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    expect(page.get_by_text("Held: wrong route")).to_be_visible()

    running.shop.work()
    page.goto(running.home + case)

    expect(page.get_by_text("Held for a person").first).to_be_visible()
    expect(page.get_by_text("Noor said: wrong route")).to_be_visible()
    expect(page.get_by_role("button", name="Release")).to_have_count(0)
    keep_screenshot(page, "triage held by an agent")
    page.goto(f"{running.home}/triage")
    expect(page.get_by_text("51 labels")).to_be_visible()
    expect(page.get_by_role("row", name="A person")).to_contain_text("1 of 1")
    run_axe(page)


def test_the_topic_is_corrected_by_a_number_alone(page: Page, running: Running) -> None:
    running.sign_in(page, "noor", f"/inbox/conversations/{running.draft.conversation_id}")
    page.keyboard.press("t")
    expect(page.get_by_role("dialog", name="What is it about?")).to_be_visible()
    page.keyboard.press("4")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Noted: account.")).to_be_visible()
    expect(page.get_by_text("Noor corrected the topic")).to_be_visible()


def test_the_owner_tries_a_text_and_activates_what_was_learned(page: Page, running: Running) -> None:
    running.sign_in(page, "bram", "/triage")
    page.get_by_label("A message as a customer might write it").fill("I was charged twice <i>last</i> week")
    page.get_by_role("button", name="Try it").click()
    expect(page.get_by_text("Held: a refund or billing dispute")).to_be_visible()
    expect(page.locator("mark", has_text="charged twice")).to_be_visible()
    run_axe(page)
    keep_screenshot(page, "triage page", full_page=True)
    page.get_by_role("button", name="Activate", exact=True).click()
    page.get_by_role("button", name="Activate these weights").click()
    expect(page.get_by_text("In force by policy version 3")).to_be_visible()
    expect(page.get_by_role("button", name="Activate", exact=True)).to_have_count(0)


def test_on_a_narrow_dark_phone_nothing_scrolls_sideways(browser: Browser, running: Running) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme="dark")
    page = context.new_page()
    running.sign_in(page, "bram", "/triage")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    run_axe(page)
    keep_screenshot(page, "triage narrow dark", full_page=True)
    page.goto(f"{running.home}/inbox/conversations/{running.draft.conversation_id}")
    expect(page.get_by_role("button", name="Wrong route").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    run_axe(page)
    keep_screenshot(page, "triage case narrow dark", full_page=True)
    context.close()
