"""The policy page in a real browser: a model that is paused, and back, is shown without a reload."""

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from supportbot.db import Database
from supportbot.events.actions import publish_models
from supportbot.gateway.guard import DatabaseGuard
from supportbot.gateway.types import Admitted
from tests.factories import PASSWORD, Shop, make_office, own_policy
from tests.gateway.test_guard import make_attempt, make_call
from tests.journeys.shop_page import Quiet


@pytest.fixture
def running(sqlite_database_url: str) -> Iterator[tuple[Shop, str]]:
    database = Database(sqlite_database_url)
    office = make_office(database)
    own_policy(office.shop, office.shop.owner)
    server = make_server("127.0.0.1", 0, office.app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield office.shop, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join(timeout=5)
    server.server_close()
    office.close()
    database.dispose()


def test_a_paused_model_and_its_return_are_pushed_to_the_page(page: Page, running: tuple[Shop, str]) -> None:
    shop, home = running
    guard = DatabaseGuard(shop.database, shop.runtime.audit, shop.clock, announce=publish_models)
    page.goto(f"{home}/login?next=/policy")
    page.get_by_label("E-mail").fill("noor@shop.example")
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_response("**/inbox/events"):
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Models")).to_be_visible()
    status = page.locator("#models-now")
    expect(status).not_to_contain_text("is paused")

    call = make_call()
    admitted = guard.admit(call)
    assert isinstance(admitted, Admitted)
    guard.report(call, admitted, make_attempt(admitted, "auth"))

    expect(status).to_contain_text("Fast is paused")
    expect(status).to_contain_text("after a key that is missing or was not accepted")

    guard.report(call, replace(admitted, is_probe=True), make_attempt(admitted))

    expect(status).not_to_contain_text("is paused")
