"""The weekly review in a real browser: read by keys alone, on one screen, and without script."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from supportbot.app import create_app
from supportbot.db import Database
from supportbot.engine import MemoryEngine
from supportbot.settings import Settings
from tests.browser import keep_screenshot, run_axe
from tests.factories import SECRET_KEY, Shop
from tests.journeys.shop_page import Quiet
from tests.review.weeks import WEEK, answered, draw, items, shop_after_week


@dataclass(frozen=True, slots=True)
class Running:
    """A served application over a drawn week."""

    shop: Shop
    home: str

    def sign_in(self, page: Page) -> None:
        """Sign in as the lead; ends on the review's first page."""
        page.goto(f"{self.home}/login?next=/review")
        page.get_by_label("E-mail").fill("ines@shop.example")
        page.get_by_label("Password").fill("a long password")
        page.keyboard.press("Enter")
        page.wait_for_url(f"{self.home}/review")

    def open(self, page: Page, place: int) -> None:
        """One conversation."""
        page.goto(f"{self.home}/review/{WEEK}/{place}")


@pytest.fixture
def running(sqlite_database_url: str, tmp_path: Path) -> Iterator[Running]:
    database = Database(sqlite_database_url)
    shop = shop_after_week(database, routine=8, held=4)
    for _ in range(5):
        answered(shop, edited="Quite another answer than before.")
    draw(shop)
    settings = Settings(sqlite_database_url, tmp_path, SECRET_KEY, "http://localhost", "127.0.0.1:8000")
    app = create_app(settings, clock=shop.clock, engine=MemoryEngine())
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Running(shop, f"http://127.0.0.1:{server.server_port}")
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()
    app.extensions["supportbot"].database.dispose()
    database.dispose()


def test_a_conversation_is_marked_by_keys_alone_and_the_next_one_opens(page: Page, running: Running) -> None:
    running.sign_in(page)
    run_axe(page)
    page.get_by_role("link", name="Start reading").click()
    page.wait_for_url(f"**/{WEEK}/1")
    run_axe(page)
    page.keyboard.press("Enter")  # nothing is marked yet, so nothing is sent
    for key in "yyy-":
        page.keyboard.press(key)
    expect(page.get_by_label("What caused it?")).to_be_hidden()
    page.keyboard.press("n")
    expect(page.get_by_label("What caused it?")).to_be_visible()
    page.get_by_label("What caused it?").fill("my yn")
    page.get_by_label("What caused it?").press("Enter")
    page.wait_for_url(f"**/{WEEK}/2")
    (card,) = items(running.shop)[0].cards
    assert list(card.marks.values()) == ["yes", "yes", "yes", "na", "no"]
    assert card.cause == "my yn"


def test_thread_and_scorecard_stand_together_on_one_screen(browser: Browser, running: Running) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    running.sign_in(page)
    running.open(page, 1)
    button = page.get_by_role("button", name="Submit and next").bounding_box()
    said = page.locator(".msg").last.bounding_box()
    assert button is not None
    assert said is not None
    assert max(button["y"] + button["height"], said["y"] + said["height"]) <= 900
    keep_screenshot(page, "review reading")
    context.close()


def test_on_a_narrow_dark_phone_nothing_scrolls_sideways(browser: Browser, running: Running) -> None:
    context = browser.new_context(viewport={"width": 320, "height": 640}, color_scheme="dark")
    page = context.new_page()
    running.sign_in(page)
    for path in ("/review", f"/review/{WEEK}", f"/review/{WEEK}/1"):
        page.goto(running.home + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        run_axe(page)
    context.close()


def test_without_script_a_week_is_read_and_closed_by_plain_forms(browser: Browser, running: Running) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    running.sign_in(page)
    total = len(items(running.shop))
    for place in range(1, total + 1):
        running.open(page, place)
        for group in page.locator("fieldset").all():
            group.get_by_text("Yes", exact=True).click()
        page.get_by_role("button", name="Submit and next").click()
        page.wait_for_url(re.compile(f"{WEEK}(/{place + 1})?$"))
    expect(page.get_by_role("heading", level=1)).to_have_text(
        re.compile(r"9 counted, 2 hunts, all read\. One thing to decide\.")
    )
    page.get_by_text("Tighten a prompt").click()
    page.get_by_label("In one sentence, why").fill("The first sentence must answer the question.")
    page.get_by_role("button", name="Close the week").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Week 12 is closed: tighten a prompt.")
    context.close()
