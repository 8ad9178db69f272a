"""The desk in a real browser, by keyboard: an agent's day, what a hostile customer writes, and an outage."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from playwright.sync_api import Locator, Page, Route, expect
from sqlmodel import select

from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.drafting.tables import Draft
from supportbot.inbox.pagination import THREAD_PAGE
from supportbot.inbox.tables import Message, Note, Outgoing
from tests.browser import keep_screenshot, run_axe
from tests.factories import DISPUTE, ROUTINE, Office, make_office
from tests.journeys.shop_page import desk_page

EVIL = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
TURNING = "\u202eegap eht nruT \u2067"


@dataclass
class Desk:
    """A running desk, and the browser page of the agent who works at it."""

    office: Office
    page: Page
    url: str

    def open(self, conversation_id: int | None = None) -> Locator:
        """Open the inbox, or one conversation; gives its region."""
        path = "" if conversation_id is None else f"/conversations/{conversation_id}"
        self.page.goto(f"{self.url}/inbox{path}")
        return self.page.locator("#thread")

    def ready(self) -> Draft:
        """A conversation with a draft that is ready."""
        draft = self.office.shop.drafted(self.office.shop.mira_id, ROUTINE)
        assert draft.state == "ready"
        return draft

    def draft(self, draft: Draft) -> Draft:
        """The draft as it stands now."""
        return self.office.shop.draft(draft.id)

    def row(self, conversation_id: int) -> Locator:
        """A conversation's line in the list."""
        return self.page.locator(f"#row-{conversation_id}")


@pytest.fixture
def desk(sqlite_database_url: str, page: Page) -> Iterator[Desk]:
    database = Database(sqlite_database_url)
    office = make_office(database)
    with desk_page(office, office.shop.agent, page) as url:
        yield Desk(office, page, url)
    database.dispose()


# By keyboard alone


def test_a_case_is_snoozed_leaves_the_list_and_is_found_asleep(desk: Desk) -> None:
    conversation_id = desk.ready().conversation_id
    desk.open(conversation_id)

    desk.page.keyboard.press("z")
    expect(desk.page.get_by_role("radio", name="In 3 hours")).to_be_focused()
    run_axe(desk.page)
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")

    expect(desk.row(conversation_id)).to_have_count(0)
    asleep = desk.office.shop.conversation(conversation_id)
    assert (asleep.status, asleep.snoozed_until) == (
        "snoozed",
        desk.office.shop.clock().replace(hour=8, minute=0, day=19),
    )
    desk.page.keyboard.press("g")
    desk.page.keyboard.press("z")
    expect(desk.row(conversation_id)).to_contain_text("Snoozed")


def test_a_note_is_written_without_the_mouse_and_stays_in_the_house(desk: Desk) -> None:
    conversation_id = desk.ready().conversation_id
    thread = desk.open(conversation_id)

    desk.page.keyboard.press("n")
    expect(desk.page.get_by_label(re.compile("Private note"))).to_be_focused()
    desk.page.keyboard.type("y and x are letters here")
    desk.page.keyboard.press("Control+Enter")

    expect(thread.locator(".private")).to_contain_text("y and x are letters here")
    expect(desk.page.locator("#compose")).to_have_count(0)
    with desk.office.shop.database.transaction(read_only=True) as db:
        assert [note.text for note in db.exec(select(Note))] == ["y and x are letters here"]
        assert db.exec(select(Outgoing)).all() == []


def test_a_draft_is_rejected_with_a_reason_and_the_answer_is_written(desk: Desk) -> None:
    draft = desk.ready()
    desk.open(draft.conversation_id)

    desk.page.keyboard.press("x")
    expect(desk.page.get_by_role("dialog", name="What is wrong with it?")).to_be_visible()
    desk.page.keyboard.press("2")
    desk.page.keyboard.press("Enter")

    expect(desk.page.get_by_label("The answer, in one sentence")).to_be_focused()
    expect(desk.page.get_by_label("The answer, in one sentence")).to_have_value("")
    rejected = desk.draft(draft)
    assert (rejected.state, rejected.reject_reason) == ("rejected", "does_not_answer")


def test_a_draft_is_edited_taken_back_and_sent_as_it_was_edited(desk: Desk) -> None:
    draft, shop = desk.ready(), desk.office.shop
    desk.open(draft.conversation_id)

    edit_to(desk, "Your invoices are in your account, under Invoices.")
    expect(desk.page.locator(".toast", has_text="Sending to Mira Haddad")).to_be_visible()
    desk.page.keyboard.press("u")
    expect(desk.page.get_by_text("Taken back. Nothing left.")).to_be_visible()
    assert desk.draft(draft).state == "ready"
    desk.open(draft.conversation_id)
    edit_to(desk, "Your invoices are in your account.")
    expect(desk.page.locator(".toast", has_text="Sending to Mira Haddad")).to_be_visible()
    shop.pass_time(11)

    assert desk.draft(draft).state == "sent"
    thread = desk.open(draft.conversation_id)
    expect(thread.get_by_text("Your invoices are in your account.", exact=True)).to_have_count(1)
    with shop.database.transaction(read_only=True) as db:
        replies = db.exec(select(Message).where(Message.role == "agent")).all()
    assert [reply.text.partition("\n")[0] for reply in replies] == ["Your invoices are in your account."]


def edit_to(desk: Desk, answer: str) -> None:
    """Rewrite the answer of the draft that is open, and send it."""
    desk.page.keyboard.press("r")
    field = desk.page.get_by_label("The answer, in one sentence")
    expect(field).to_be_focused()
    desk.page.keyboard.press("Control+a")
    desk.page.keyboard.type(answer)
    desk.page.keyboard.press("Control+Enter")


def test_escape_leaves_a_dialog_and_a_composer_without_a_trace(desk: Desk) -> None:
    draft = desk.ready()
    desk.open(draft.conversation_id)
    desk.page.keyboard.press("x")
    dialog = desk.page.get_by_role("dialog", name="What is wrong with it?")
    expect(dialog).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()

    desk.page.keyboard.press("r")
    expect(desk.page.get_by_label("The answer, in one sentence")).to_be_focused()
    desk.page.keyboard.press("Escape")

    expect(desk.page.locator("#compose")).to_have_count(0)
    expect(desk.page.get_by_role("button", name="Approve")).to_be_visible()
    assert desk.draft(draft).state == "ready"


def test_escape_asks_once_before_it_drops_what_was_written(desk: Desk) -> None:
    draft = desk.ready()
    desk.open(draft.conversation_id)
    desk.page.keyboard.press("r")
    field = desk.page.get_by_label("The answer, in one sentence")
    expect(field).to_be_focused()
    desk.page.keyboard.type("It is on its way.")

    desk.page.keyboard.press("Escape")

    expect(desk.page.get_by_text("Not sent yet. Esc again drops your words.")).to_be_visible()
    expect(field).to_have_value(re.compile("^It is on its way"))
    run_axe(desk.page, context="#compose")
    desk.page.keyboard.press("Escape")
    expect(desk.page.locator("#compose")).to_have_count(0)
    assert desk.draft(draft).state == "ready"


def test_earlier_messages_are_reached_and_left_by_keyboard(desk: Desk) -> None:
    shop = desk.office.shop
    conversation_id = desk.ready().conversation_id
    go_on(desk, conversation_id, lines=THREAD_PAGE + 5)
    thread = desk.open(conversation_id)
    expect(thread.get_by_text("Line 5 of it", exact=True)).to_have_count(0)
    expect(thread.get_by_text(f"Line {THREAD_PAGE} of it", exact=True)).to_have_count(1)

    thread.get_by_role("link", name="Show earlier messages").focus()
    desk.page.keyboard.press("Enter")

    expect(thread.get_by_text("Line 5 of it", exact=True)).to_be_visible()
    expect(thread.get_by_text(f"Line {THREAD_PAGE} of it", exact=True)).to_have_count(0)
    expect(thread.get_by_role("region", name="Messages")).to_be_focused()
    run_axe(desk.page)
    keep_screenshot(desk.page, "desk earlier messages")
    shop.drafted(shop.jonas_id, ROUTINE)  # the list goes on living; what is read stays
    expect(desk.page.locator("#rows .row")).to_have_count(2)
    expect(thread.get_by_text("Line 5 of it", exact=True)).to_be_visible()
    desk.page.keyboard.press("Escape")
    expect(thread.get_by_role("button", name="Approve")).to_be_visible()


def go_on(desk: Desk, conversation_id: int, *, lines: int) -> None:
    """Let a conversation that holds one message go on for `lines` more."""
    shop = desk.office.shop
    with shop.database.transaction() as db:
        newest = db.exec(select(Message).where(Message.conversation_id == conversation_id)).one()
        for number in range(1, lines + 1):
            line = Message(
                conversation_id=conversation_id,
                customer_id=newest.customer_id,
                role="agent",
                text=f"Line {number} of it",
                channel="widget",
                sent_at=shop.clock() + timedelta(seconds=number),
            )
            db.add(line)
            db.flush()


# What customers write


def test_hostile_words_are_shown_as_words_wherever_the_desk_shows_them(desk: Desk) -> None:
    shop = desk.office.shop
    name = f"{EVIL} Mira"[:200]
    with shop.database.transaction() as db:
        for customer_id in (shop.mira_id, shop.jonas_id):
            customer = db.get_one(Customer, customer_id)
            customer.name, customer.email = name, '"><b>@x.example'
            db.add(customer)
    routine = shop.drafted(shop.mira_id, f"{EVIL} {ROUTINE}")
    held = shop.drafted(shop.jonas_id, f"{TURNING} {EVIL} {DISPUTE}")
    for draft, look in ((routine, "hostile ready"), (held, "hostile held")):
        thread = desk.open(draft.conversation_id)
        expect(thread.locator("h1")).to_contain_text("<img src=x")
        expect(desk.page.locator("#panel")).to_contain_text(EVIL)
        expect(desk.row(draft.conversation_id)).to_contain_text("<img src=x")
        desk.page.keyboard.press("n")
        expect(desk.page.get_by_label(re.compile("Private note"))).to_be_focused()
        desk.page.keyboard.insert_text(EVIL)
        desk.page.keyboard.press("Control+Enter")
        expect(desk.page.locator("#compose")).to_have_count(0)
        expect(desk.page.locator("#app").get_by_text(EVIL).last).to_be_attached()
        assert "\u202e" not in thread.locator("h1").inner_text()
        assert not desk.page.title().startswith("owned")
        assert desk.page.locator("#app img, #app script, #app [onerror]").count() == 0
        assert overflow(desk.page) <= 0
        keep_screenshot(desk.page, look)


def test_a_message_of_sixteen_kilobytes_without_a_space_breaks_nothing_on_a_phone(desk: Desk) -> None:
    shop = desk.office.shop
    long = shop.drafted(shop.mira_id, "x" * 16_384)
    desk.page.set_viewport_size({"width": 320, "height": 800})
    thread = desk.open(long.conversation_id)
    expect(thread.locator("h1")).to_be_visible()
    assert overflow(desk.page) <= 0


def overflow(page: Page) -> int:
    """How far a page can be scrolled sideways."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


# When the line is lost


def test_a_lost_stream_says_since_when_and_what_was_missed_is_there_when_it_is_back(desk: Desk) -> None:
    first = desk.ready().conversation_id
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(route.request.url)
        route.abort()

    desk.page.route("**/inbox/events", lose)
    desk.open()
    expect(desk.row(first)).to_be_visible()
    status = desk.page.locator("#live")
    expect(status).to_have_text(re.compile(r"^Not live\. Last update \d\d:\d\d\. Trying again in \d+ s\.$"))
    missed = desk.office.shop.drafted(desk.office.shop.jonas_id, ROUTINE).conversation_id
    expect(desk.row(missed)).to_have_count(0)
    assert len(lost) >= 2

    desk.page.unroute("**/inbox/events")

    expect(desk.row(missed)).to_be_visible()
    expect(status).to_be_hidden()
