"""A stranger starts the demo and logs in."""

import contextlib
import re

import psutil
import pytest
from playwright.sync_api import Error as PlaywrightError
from playwright.sync_api import Page, expect

from tests.journeys.demo.ground import Demo, Stage, look
from tests.storm.processes import wait_for


def test_the_demo_prints_its_shop_its_inbox_and_three_logins(demo: Demo) -> None:
    lines = [line.split() for line in demo.printed.splitlines()]

    assert [demo.shop_url] in [line[-1:] for line in lines]
    assert [demo.inbox_url] in [line[-1:] for line in lines]
    printed = [line for line in lines if len(line) == 3 and "@" in line[1]]
    assert printed == [[user["role"], user["email"], user["password"]] for user in demo.users]
    assert [user["role"] for user in demo.users] == ["agent", "lead", "owner"]


def test_a_worker_that_is_killed_is_replaced_and_messages_are_taken_meanwhile(demo: Demo) -> None:
    before = worker_of(demo)
    before.kill()
    with contextlib.closing(demo.customer()) as customer:
        conversation_id = customer.write("Where can I download my invoices?")

    def work_state() -> str:
        return str(demo.conversation(conversation_id)["work_state"])

    wait_for(lambda: work_state() not in ("waiting", "drafting"), "a draft", within_s=60)
    assert work_state() in ("ready", "held")
    assert worker_of(demo).pid != before.pid


def worker_of(demo: Demo) -> psutil.Process:
    """The worker process that this demo has started."""
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            is_ours = process.environ().get("SUPPORTBOT_DATA_DIR") == str(demo.folder)
            if is_ours and process.cmdline()[-1] == "worker":
                return process
    raise AssertionError("There is no worker.")


@pytest.mark.parametrize("role", ["agent", "lead", "owner"])
def test_each_printed_login_works_when_typed(stage: Stage, demo: Demo, role: str) -> None:
    page = stage.profile().new_page()
    page.goto(demo.inbox_url)
    expect(page).to_have_url(re.compile("/login"))
    log_in(page, demo.user(role)["email"], demo.user(role)["password"])

    expect(page).to_have_url(demo.inbox_url)
    expect(page.locator(".nav .me")).to_contain_text(demo.user(role)["name"].split()[0])


def test_a_wrong_password_is_said_calmly_and_keeps_the_address(stage: Stage, demo: Demo) -> None:
    page = stage.profile().new_page()
    page.goto(f"{demo.url}/login")
    look(page, "login")
    log_in(page, demo.user("agent")["email"], "not the password")

    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("E-mail")).to_have_value(demo.user("agent")["email"])
    expect(page.get_by_label("Password")).to_be_focused()
    look(page, "login refused")


def test_logging_out_ends_the_session_in_every_tab(stage: Stage, demo: Demo) -> None:
    page = stage.profile().new_page()
    page.goto(f"{demo.url}/login")
    page.get_by_role("button", name=", owner").click()
    expect(page).to_have_url(demo.inbox_url)
    other = page.context.new_page()
    other.goto(demo.inbox_url)
    page.locator(".nav .me").click()
    page.get_by_role("button", name="Log out").click()

    expect(page).to_have_url(re.compile("/login"))
    # The other tab may be on its way to the login by itself, because its live list was refused.
    with contextlib.suppress(PlaywrightError):
        other.goto(demo.inbox_url)
    expect(other).to_have_url(re.compile("/login"))


def test_a_page_that_is_not_there_says_so_and_leads_back(stage: Stage, demo: Demo) -> None:
    page = stage.desk("agent", "/inbox/conversations/999999")

    expect(page.get_by_role("heading")).to_have_text("There is nothing here")
    look(page, "error 404")
    page.get_by_role("link", name="Back to the inbox").click()
    expect(page).to_have_url(demo.inbox_url)


def log_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in", exact=True).click()
