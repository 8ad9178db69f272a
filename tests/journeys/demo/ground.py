"""The demo as a stranger starts it, and the browsers of everybody who takes part in a journey."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, FrameLocator, Locator, Page, expect

from supportbot.accounts.types import ShopUser
from supportbot.clock import system_clock
from supportbot.customers.identity import sign_identity
from tests.browser import PATIENCE_MS, keep_screenshot, run_axe
from tests.conftest import free_port

ROOT = Path(__file__).parents[3]
# The data folder of a demo that runs already, beside `demo.log` with what it printed: spares the start while writing.
RUNNING_VARIABLE = "SUPPORTBOT_TEST_DEMO"
LAST_WORDS = "Ctrl-C stops it."
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 320, "height": 800}

_numbers = count(1)


@dataclass(frozen=True, slots=True)
class Demo:
    """A running `supportbot demo`: where it is, who may log in, and what it printed."""

    folder: Path
    url: str
    shop_url: str
    inbox_url: str
    site_key: str
    site_secret: str
    users: tuple[dict[str, str], ...]
    printed: str

    def user(self, role: str) -> dict[str, str]:
        """The person of a role: name, email, password, api_token."""
        return next(user for user in self.users if user["role"] == role)

    def api(self, role: str = "lead") -> httpx.Client:
        """The agents' HTTP surface, as a person of that role."""
        token = self.user(role)["api_token"]
        return httpx.Client(base_url=f"{self.url}/api/v1/", headers={"Authorization": f"Bearer {token}"}, timeout=30)

    def conversation(self, conversation_id: int) -> Any:
        """One conversation with everything in it."""
        with self.api() as api:
            return api.get(f"conversations/{conversation_id}").raise_for_status().json()

    def customer(self, user_id: str | None = None) -> "Customer":
        """Somebody who writes without a browser: a signed-in customer, else a new visitor."""
        proof = {}
        if user_id is not None:
            who = ShopUser(user_id, "")
            proof = {"identity_token": sign_identity(who, secret=self.site_secret, now=system_clock())}
        return Customer(self, proof)


class Customer:
    """Writes to the widget's surface as the chat does."""

    def __init__(self, demo: Demo, proof: dict[str, str]) -> None:
        self._http = httpx.Client(base_url=f"{demo.url}/widget/v1/", timeout=30)
        body = {"site_key": demo.site_key, **proof}
        opened = self._http.post("sessions", json=body).raise_for_status().json()
        self._http.headers["Authorization"] = f"Bearer {opened['session_token']}"

    def write(self, text: str) -> int:
        """Send a message; gives its conversation."""
        body = {"client_message_id": f"journey-{os.getpid()}-{next(_numbers)}", "text": text}
        sent = self._http.post("messages", json=body).raise_for_status().json()
        conversation_id: int = sent["conversation_id"]
        return conversation_id

    def close(self) -> None:
        """Hang up."""
        self._http.close()

    def messages(self) -> list[dict[str, Any]]:
        """What this customer can read."""
        read: list[dict[str, Any]] = self._http.get("messages").raise_for_status().json()["messages"]
        return read


@contextmanager
def running_demo(parent: Path) -> Iterator[Demo]:
    """Start `supportbot demo` with a data folder of its own; at the end Ctrl-C stops it cleanly."""
    attached = os.environ.get(RUNNING_VARIABLE)
    if attached:
        yield _read(Path(attached))
        return
    folder, log = parent / "data", parent / "demo.log"
    command = [sys.executable, "-m", "supportbot.cli", "demo", "--port", str(free_port()), "--data-dir", str(folder)]
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
    try:
        _wait_for_welcome(process, log)
        yield _read(folder)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 0, log.read_text()


def _wait_for_welcome(process: subprocess.Popen[bytes], log: Path) -> None:
    """Read what the demo prints until it says that it runs."""
    with log.open() as printed:
        said = ""
        while LAST_WORDS not in said:
            ended = process.poll() is not None
            said += printed.read()
            assert not ended, f"The demo did not start:\n{said}"
            try:
                process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue


def _read(folder: Path) -> Demo:
    known = json.loads((folder / "demo.json").read_text())
    printed = (folder.parent / "demo.log").read_text()
    known["users"] = tuple(known["users"])
    return Demo(folder=folder, printed=printed, **known)


@dataclass
class Stage:
    """The browser profiles of one test. A script error, a dialog or a policy violation in any of them fails it."""

    browser: Browser
    demo: Demo
    logins: dict[str, Any]
    pages: list[Page] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def profile(self, **options: Any) -> BrowserContext:
        """A fresh profile, as wide as a desk."""
        context = self.browser.new_context(viewport=DESK, locale="en-GB", **options)
        context.set_default_timeout(PATIENCE_MS)
        context.on("page", self._watch)
        return context

    def desk(self, role: str = "agent", path: str = "/inbox") -> Page:
        """The page of somebody who is logged in."""
        if role not in self.logins:
            page = self.profile().new_page()
            page.goto(f"{self.demo.url}/login")
            page.get_by_role("button", name=f", {role}").click()
            page.wait_for_url("**/inbox")
            self.logins[role] = page.context.storage_state()
        else:
            page = self.profile(storage_state=self.logins[role]).new_page()
        page.goto(f"{self.demo.url}{path}")
        return page

    def shop(self, name: str = "A visitor", context: BrowserContext | None = None) -> Page:
        """The demo shop's page, looked at as one of the people it names."""
        page = (context or self.profile()).new_page()
        page.goto(self.demo.shop_url)
        if name != "A visitor":
            page.get_by_role("link", name=name).click()
            expect(page.get_by_text(f"Signed in as {name}.")).to_be_visible()
        return page

    def close(self, failed: str | None) -> None:
        """End every profile; keeps pictures of what stood there when the test failed."""
        contexts = {page.context for page in self.pages}
        for number, page in enumerate(page for page in self.pages if failed and not page.is_closed()):
            keep_screenshot(page, f"failed {failed} {number}")
        for context in contexts:
            context.close()
        assert not self.problems, "\n".join(self.problems)

    def _watch(self, page: Page) -> None:
        self.pages.append(page)
        page.on("pageerror", lambda error: self.problems.append(f"script error on {page.url}: {error}"))
        page.on("dialog", lambda dialog: self.problems.append(f"dialog on {page.url}: {dialog.message}"))
        page.on("console", self._hear)

    def _hear(self, message: ConsoleMessage) -> None:
        # What the network refuses is said on the console as well; tests that cause it look at the page.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console of {message.location.get('url')}: {message.text}")


# The chat


def open_chat(page: Page) -> FrameLocator:
    """Click the launcher; gives the chat."""
    page.get_by_role("button", name=re.compile("^Open chat")).click()
    chat = chat_of(page)
    expect(chat.get_by_label("Your message")).to_be_visible()
    return chat


def chat_of(page: Page) -> FrameLocator:
    """The chat inside its frame."""
    return page.frame_locator("iframe[title=Chat]")


def write(chat: FrameLocator, text: str) -> None:
    """Write a message and send it."""
    chat.get_by_label("Your message").fill(text)
    chat.get_by_role("button", name="Send", exact=True).click()


def newest_reply(chat: FrameLocator) -> Locator:
    """The last thing that was answered."""
    return chat.locator(".reply").last


# The desk


def row_of(page: Page, conversation_id: int) -> Locator:
    """A conversation's line in the list."""
    return page.locator(f"#row-{conversation_id}")


def open_case(page: Page, conversation_id: int) -> Locator:
    """Go to one conversation; gives its region."""
    page.goto(re.sub(r"(/inbox).*$", rf"\1/conversations/{conversation_id}", page.url))
    return case_of(page, conversation_id)


def case_of(page: Page, conversation_id: int) -> Locator:
    """The open conversation, once it is that one."""
    case = page.locator(f"#thread[data-case='{conversation_id}']")
    expect(case).to_be_visible()
    return case


def look(page: Page, name: str, *, whole: bool = True) -> None:
    """Look at a state as it is on a desk and on a phone, light and dark: pictures, axe, and no sideways scrolling.

    `whole`: the phone's picture has the whole page, else what is on its screen.
    """
    for width, size in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # type: ignore[arg-type]
            keep_screenshot(page, f"{name} {width} {scheme}", full_page=whole and width == "phone")
            run_axe(page, colours_only=scheme == "dark")
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert wide <= 0, f"{name} scrolls {wide}px sideways on a {width}"
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    page.emulate_media(color_scheme="light", reduced_motion="no-preference")


def wait_until(page: Page, condition: Callable[[], bool]) -> None:
    """Let the page live on until something that it does not show has come true."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while not condition():
        assert time.monotonic() < deadline, "It did not come true in time."
        page.wait_for_timeout(200)
