"""The shared fixtures do what the other tests rely on."""

import socket
import time

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page
from sqlmodel import SQLModel

from supportbot.clock import system_clock
from supportbot.db import Database
from supportbot.inbox.tables import Site
from tests.browser import keep_screenshot, run_axe, watch_for_errors
from tests.conftest import free_port


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database_with_every_table(database: Database, turn: int) -> None:
    with database.transaction() as db:
        assert set(SQLModel.metadata.tables) <= set(sa.inspect(db.connection()).get_table_names())
        assert db.exec(sa.select(sa.func.count()).select_from(Site)).scalar_one() == 0
        db.add(
            Site(
                key="shop",
                name="Shop",
                case_prefix="S",
                time_zone="UTC",
                currency="EUR",
                sign_off="Bye",
                created_at=system_clock(),
            )
        )


def test_a_free_port_can_be_bound() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", free_port()))


def test_axe_names_the_element_that_breaks_a_rule(page: Page) -> None:
    page.set_content("<html lang=en><title>A</title><main><h1>A</h1><input id=nameless></main>")

    with pytest.raises(AssertionError, match=r"label \(critical\)[^\n]*\n    #nameless"):
        run_axe(page)

    page.set_content("<html lang=en><title>A</title><main><h1>A</h1><label>Name <input></label></main>")
    run_axe(page)


def test_an_uncaught_script_error_on_a_page_is_noticed(page: Page) -> None:
    other = page.context.new_page()
    problems = watch_for_errors(other)

    other.set_content("<script>throw new Error('lost')</script>")

    assert [problem for problem in problems if "lost" in problem]


def test_screenshots_are_kept_outside_git(page: Page) -> None:
    page.set_content("<h1>Ground</h1>")

    kept = keep_screenshot(page, "ground / first")

    assert kept.name == "ground-first.png"
    assert kept.stat().st_size > 1000
    assert kept.stat().st_mtime > time.time() - 60
