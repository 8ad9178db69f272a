"""The widget in a real browser, on a shop's page of another origin."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Locator, Page, Route, expect
from sqlmodel import col, select

from supportbot.clock import system_clock
from supportbot.customers.tables import WidgetSession
from supportbot.inbox.tables import Conversation, Message
from tests.browser import keep_screenshot, run_axe
from tests.journeys.shop_page import Running, panel, running_shop
from tests.web.shop import REPLY, make_shop

NOTICE = {
    "answer": "A person is looking at your billing question.",
    "details": "You will hear from us by tomorrow, 12:00. There is nothing you need to do.",
    "case_fields": [{"key": "status", "label": "Status", "value": "With a person"}],
    "next_actions": [],
    "sign_off": "",
}
QUESTION = "Where is my parcel?"


@pytest.fixture
def running(sqlite_database_url: str) -> Iterator[Running]:
    shop = make_shop(sqlite_database_url, clock=system_clock)
    with running_shop(shop) as servers:
        yield servers
    shop.close()


def open_chat(page: Page, url: str) -> FrameLocator:
    page.goto(url)
    page.get_by_role("button", name="Open chat").click()
    chat = panel(page)
    expect(chat.get_by_label("Your message")).to_be_visible()
    return chat


def write(chat: FrameLocator, text: str) -> None:
    chat.get_by_label("Your message").fill(text)
    chat.get_by_role("button", name="Send", exact=True).click()


def sent(chat: FrameLocator) -> Locator:
    """The ticks of messages that the server has acknowledged."""
    return chat.locator(".tick", has_text=re.compile(r"^Sent \d\d:\d\d$"))


def conversation_of(running: Running) -> int:
    newest = select(Conversation.id).order_by(col(Conversation.id).desc())
    return running.shop.read(lambda db: db.exec(newest).first())


def stored(running: Running) -> list[str]:
    return running.shop.read(lambda db: list(db.exec(select(Message.text).order_by(col(Message.id))).all()))


def let_minutes_pass_until_counted(page: Page) -> None:
    """Move the page's clock on by one quiet minute after another until the launcher counts an answer.

    Closing asks the server once more, and the quiet minute begins only after that: one jump may come too early.
    """
    for _ in range(15):
        page.clock.fast_forward(61_000)
        try:
            expect(page.locator("#n")).to_be_visible(timeout=2_000)
        except AssertionError:
            continue
        return


# Before and at the first click


def test_nothing_but_the_launcher_is_loaded_before_the_click(page: Page, running: Running) -> None:
    page.goto(running.as_customer())
    expect(page.get_by_role("button", name="Open chat")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert running.requests == ["GET /widget.js?"]
    assert page.locator("iframe").count() == 0


def test_visitor_who_only_looks_costs_three_requests_and_leaves_no_trace(page: Page, running: Running) -> None:
    chat = open_chat(page, running.page_url())
    expect(chat.get_by_text("What can we help you with?")).to_be_visible()
    expect(chat.get_by_text("Software drafts each answer; a person reads and approves it")).to_be_visible()
    page.wait_for_load_state("networkidle")
    assert len(running.requests) == 4
    assert running.shop.count(WidgetSession) == 0


def test_page_style_does_not_reach_the_launcher(page: Page, running: Running) -> None:
    page.goto(running.page_url())
    shown = page.locator("#b").evaluate("node => [getComputedStyle(node).color, getComputedStyle(node).transform]")
    assert shown == ["rgb(255, 255, 255)", "none"]


def test_commands_given_before_the_script_has_loaded_are_kept(page: Page, running: Running) -> None:
    page.goto(running.page_url("supportbot('open');"))
    expect(panel(page).get_by_text("What can we help you with?")).to_be_visible()


# Asking and being answered


def test_question_is_asked_answered_live_and_there_after_a_reload(page: Page, running: Running) -> None:
    url = running.as_customer()
    chat = open_chat(page, url)
    write(chat, "Where is my February invoice?")
    expect(sent(chat)).to_have_count(1)
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()
    running.shop.answer(conversation_of(running))
    expect(chat.locator(".reply .answer")).to_have_text(REPLY["answer"])
    expect(chat.get_by_text("An answer is being prepared")).to_have_count(0)
    expect(chat.locator("dt")).to_have_text([field["label"] for field in REPLY["case_fields"]])
    expect(chat.locator("dd")).to_have_text([field["value"] for field in REPLY["case_fields"]])
    expect(chat.locator(".sign-off")).to_have_text("Harbour Lane support")
    expect(chat.locator("#said")).to_have_text(REPLY["answer"])
    keep_screenshot(page, "widget reply")
    chat = open_chat(page, url)
    expect(chat.locator(".me")).to_have_text("Where is my February invoice?")
    expect(chat.locator(".reply .answer")).to_have_text(REPLY["answer"])


def test_visitor_finds_their_history_after_a_reload(page: Page, running: Running) -> None:
    url = running.page_url()
    chat = open_chat(page, url)
    write(chat, "Do you ship to Norway?")
    expect(sent(chat)).to_have_count(1)
    chat = open_chat(page, url)
    expect(chat.locator(".me")).to_have_text("Do you ship to Norway?")
    assert stored(running) == ["Do you ship to Norway?"]


def test_action_button_asks_in_the_customers_name_and_says_when(page: Page, running: Running) -> None:
    chat = open_chat(page, running.as_customer())
    write(chat, "Where is my invoice?")
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()
    running.shop.answer(conversation_of(running))
    button = chat.locator(".next").get_by_role("button", name="Talk to a person")
    button.click()
    expect(chat.locator(".me").last).to_have_text("I would like to talk to a person.")
    expect(chat.locator(".asked:visible")).to_have_count(1)
    expect(button).to_be_enabled()
    assert button.bounding_box()["height"] >= 44
    expect(sent(chat)).to_have_count(2)
    assert stored(running)[-1] == "I would like to talk to a person."


def test_person_is_always_within_reach(page: Page, running: Running) -> None:
    chat = open_chat(page, running.page_url())
    chat.locator("footer").get_by_role("button", name="Talk to a person").click()
    expect(chat.locator(".me")).to_have_text("I would like to talk to a person.")


def test_held_case_is_told_at_once_and_nothing_is_said_to_be_prepared(page: Page, running: Running) -> None:
    chat = open_chat(page, running.as_customer())
    write(chat, "I was billed twice in March.")
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()
    running.shop.answer(conversation_of(running), role="system", reply=NOTICE)
    expect(chat.locator(".reply .answer")).to_have_text("A person is looking at your billing question.")
    expect(chat.get_by_text("by tomorrow, 12:00")).to_be_visible()
    expect(chat.get_by_text("An answer is being prepared")).to_have_count(0)


def test_markup_in_words_is_shown_and_never_run(page: Page, running: Running) -> None:
    evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
    chat = open_chat(page, running.as_customer())
    write(chat, evil)
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()
    fields = [{"key": "topic", "label": evil, "value": evil}]
    actions = [{"id": "open_invoices", "label": evil}]
    reply = {"answer": evil, "details": evil, "case_fields": fields, "next_actions": actions, "sign_off": evil}
    running.shop.answer(conversation_of(running), reply=reply)
    expect(chat.locator(".reply .answer")).to_have_text(evil)
    assert chat.locator("img, #log script").count() == 0
    assert chat.locator("html").evaluate("() => document.title") == "Harbour Lane support"


def test_after_a_minute_without_an_answer_the_panel_says_so(page: Page, running: Running) -> None:
    page.clock.install()
    chat = open_chat(page, running.as_customer())
    write(chat, "Where is my invoice?")
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()
    page.clock.fast_forward(120_000)  # the frame's clock may run some seconds behind the server's
    expect(chat.get_by_text("Still with us. Usually 6 minutes.")).to_be_visible()


# Once, whatever happens


def test_double_click_asks_once(page: Page, running: Running) -> None:
    chat = open_chat(page, running.page_url())
    chat.get_by_role("button", name=QUESTION).dblclick()
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()
    chat.get_by_label("Your message").fill("And when?")
    chat.get_by_role("button", name="Send", exact=True).dblclick()
    expect(sent(chat)).to_have_count(2)
    assert stored(running) == [QUESTION, "And when?"]


def test_second_tab_shows_the_same_and_joins_the_same_conversation(page: Page, running: Running) -> None:
    url = running.page_url()
    first = open_chat(page, url)
    other = page.context.new_page()
    second = open_chat(other, url)
    write(first, "Written in the first tab")
    expect(second.locator(".me")).to_have_text("Written in the first tab")
    write(second, "Written in the second tab")
    expect(first.locator(".me")).to_have_text(["Written in the first tab", "Written in the second tab"])
    expect(sent(first)).to_have_count(2)
    assert stored(running) == ["Written in the first tab", "Written in the second tab"]
    assert running.shop.count(Conversation) == 1


def test_two_tabs_of_a_new_visitor_back_online_at_once_are_one_visitor(page: Page, running: Running) -> None:
    url = running.page_url()
    first = open_chat(page, url)
    second = open_chat(page.context.new_page(), url)
    page.context.set_offline(True)
    write(first, "One")
    write(second, "Two")
    expect(first.get_by_text("Kept here")).not_to_have_count(0)
    expect(second.get_by_text("Kept here")).not_to_have_count(0)
    page.context.set_offline(False)
    expect(sent(first)).to_have_count(2)
    expect(sent(second)).to_have_count(2)
    assert sorted(stored(running)) == ["One", "Two"]
    assert running.shop.count(Conversation) == 1


def test_message_written_offline_is_kept_and_sent_once(page: Page, running: Running) -> None:
    chat = open_chat(page, running.as_customer())
    write(chat, "Do you ship to Norway?")
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()
    page.context.set_offline(True)
    write(chat, "And how long does it take to Bergen?")
    expect(chat.get_by_text("No connection.")).to_be_visible()
    expect(chat.get_by_text("Trying again in ")).to_be_visible()
    expect(chat.get_by_text("Kept here, sent when you are back online")).to_be_visible()
    keep_screenshot(page, "widget offline")
    page.context.set_offline(False)
    expect(chat.get_by_text("Kept here")).to_have_count(0)
    expect(chat.get_by_text("No connection.")).to_be_hidden()
    assert stored(running) == ["Do you ship to Norway?", "And how long does it take to Bergen?"]


def test_message_survives_a_reload_before_it_could_be_sent(page: Page, running: Running) -> None:
    url = running.as_customer()
    page.route("**/widget/v1/messages", lambda route: route.abort())
    chat = open_chat(page, url)
    write(chat, "Kept over the reload")
    expect(chat.get_by_text("Kept here, sent when you are back online")).to_be_visible()
    page.unroute("**/widget/v1/messages")
    chat = open_chat(page, url)
    expect(sent(chat)).to_have_count(1)
    assert stored(running) == ["Kept over the reload"]


def test_message_whose_answer_was_lost_is_stored_once(page: Page, running: Running) -> None:
    lost: list[int] = []

    def lose_first_answer(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.fetch().status)
            route.abort()
        else:
            route.continue_()

    page.route("**/widget/v1/messages*", lose_first_answer)
    chat = open_chat(page, running.as_customer())
    write(chat, "Only once, please")
    expect(sent(chat)).to_have_count(1)
    assert lost == [202]
    assert stored(running) == ["Only once, please"]


def test_call_that_fails_after_the_thread_was_read_is_made_up_for(page: Page, running: Running) -> None:
    answers = iter(["abort", "cut"])

    def fail_twice(route: Route) -> None:
        if not stored(running):
            return route.continue_()
        how = next(answers, None)
        if how == "abort":
            return route.abort()
        return route.fulfill(status=200, content_type="application/json", body="{") if how else route.continue_()

    page.route("**/widget/v1/conversation", fail_twice)
    chat = open_chat(page, running.as_customer())
    write(chat, "Where is my invoice?")
    expect(sent(chat)).to_have_count(1)
    expect(chat.locator("#subtitle")).to_have_text("Case HL-1001")
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()
    assert list(answers) == []


def test_refused_message_stays_with_why_and_can_be_removed(page: Page, running: Running) -> None:
    answer = {"error": "invalid_input", "message": "The message is odd.", "fields": {}}
    page.route("**/widget/v1/messages", lambda route: route.fulfill(status=400, json=answer))
    chat = open_chat(page, running.as_customer())
    write(chat, "Odd")
    expect(chat.get_by_text("Not sent. The message is odd.")).to_be_visible()
    page.unroute("**/widget/v1/messages")
    chat.get_by_role("button", name="Try again").click()
    expect(sent(chat)).to_have_count(1)
    assert stored(running) == ["Odd"]


def test_text_that_is_too_long_stays_in_the_field(page: Page, running: Running) -> None:
    chat = open_chat(page, running.page_url())
    write(chat, "é" * 8200)
    expect(chat.get_by_text("This is too long by 16 bytes")).to_be_visible()
    assert len(chat.get_by_label("Your message").input_value()) == 8200
    assert stored(running) == []


def test_full_house_falls_back_to_asking(page: Page, running: Running) -> None:
    page.route("**/widget/v1/events", lambda route: route.fulfill(status=503, json={}, headers={"Retry-After": "30"}))
    chat = open_chat(page, running.as_customer())
    write(chat, "Hello")
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()
    running.shop.answer(conversation_of(running))
    expect(chat.locator(".reply .answer")).to_be_visible()


# Who is speaking


def test_another_customer_on_the_same_browser_sees_nothing_of_the_first(page: Page, running: Running) -> None:
    chat = open_chat(page, running.as_customer("user-17"))
    write(chat, "My card ends in 4242")
    expect(sent(chat)).to_have_count(1)
    page.evaluate("token => supportbot('identify', {token})", running.shop.identity("user-18"))
    expect(chat.get_by_text("What can we help you with?")).to_be_visible()
    expect(chat.get_by_text("4242")).to_have_count(0)
    write(chat, "Hello from another")
    expect(sent(chat)).to_have_count(1)
    assert running.shop.count(Conversation) == 2


def test_signing_out_ends_the_session_and_forgets_the_history(page: Page, running: Running) -> None:
    chat = open_chat(page, running.as_customer())
    write(chat, "My card ends in 4242")
    expect(sent(chat)).to_have_count(1)
    with page.expect_response("**/widget/v1/sessions/current") as ended:
        page.evaluate("supportbot('logout')")
    assert ended.value.status == 204
    expect(chat.get_by_text("What can we help you with?")).to_be_visible()
    assert running.shop.count(WidgetSession) == 0
    kept = chat.locator("html").evaluate("() => JSON.stringify(localStorage)")
    assert "4242" not in kept


def test_proof_that_ran_out_is_asked_for_again(page: Page, running: Running) -> None:
    proofs = f"['run.out.token', '{running.shop.identity()}']"
    chat = open_chat(
        page, running.page_url(f"const p = {proofs}; supportbot('identify', () => ({{token: p.shift()}}));")
    )
    write(chat, "Hello")
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()
    assert running.asked_for("/widget/v1/sessions") == 2


def test_refused_proof_never_turns_a_customer_into_a_visitor(page: Page, running: Running) -> None:
    chat = open_chat(page, running.page_url("supportbot('identify', {token: 'wrong.proof.here'});"))
    expect(chat.get_by_text("Your sign-in has ended. Reload this page to go on.")).to_be_visible()
    write(chat, "Hello?")
    expect(chat.get_by_text("Kept here")).to_be_visible()
    assert running.shop.count(WidgetSession) == 0
    assert stored(running) == []


STRANGER = """
const everybody = windows => {
  for (let i = 0; i < windows.length; i++) windows[i].postMessage({supportbot: 'logout'}, '*');
};
everybody(parent);
parent.postMessage({supportbot: 'unread', count: 9}, '*');
parent.postMessage({supportbot: 'close'}, '*');
"""


def test_strangers_messages_move_neither_launcher_nor_panel(page: Page, running: Running) -> None:
    chat = open_chat(page, running.as_customer())
    write(chat, "Hello")
    expect(sent(chat)).to_have_count(1)
    page.evaluate(
        """words => {
        window.postMessage({supportbot: 'close'}, '*');
        const stranger = document.createElement('iframe');
        document.body.append(stranger);
        const script = stranger.contentDocument.createElement('script');
        script.textContent = words;
        stranger.contentDocument.body.append(script);
    }""",
        STRANGER,
    )
    write(chat, "Still me")
    expect(sent(chat)).to_have_count(2)
    expect(page.locator("#n")).to_be_hidden()
    expect(page.locator("#b")).to_have_accessible_name("Close chat")


def test_page_of_an_unknown_origin_cannot_frame_the_chat(page: Page, running: Running) -> None:
    stranger = page.context.new_page()
    said: list[str] = []
    stranger.on("console", lambda message: said.append(message.text))
    stranger.goto(running.page_url().replace("127.0.0.1", "localhost", 1))
    with stranger.expect_event("console", lambda message: "frame-ancestors" in message.text):
        stranger.get_by_role("button", name="Open chat").click()
    expect(panel(stranger).locator("#log")).to_have_count(0)
    assert any("The request has been blocked" in text for text in said)


# Coming and going


def test_escape_closes_and_the_focus_goes_back(page: Page, running: Running) -> None:
    chat = open_chat(page, running.page_url())
    expect(chat.get_by_label("Your message")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("iframe")).to_be_hidden()
    expect(page.locator("#b")).to_be_focused()
    page.keyboard.press("Enter")
    expect(chat.get_by_label("Your message")).to_be_focused()


def test_enter_sends_and_shift_enter_makes_a_line(page: Page, running: Running) -> None:
    chat = open_chat(page, running.page_url())
    chat.get_by_label("Your message").press_sequentially("One")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("Two")
    page.keyboard.press("Enter")
    expect(sent(chat)).to_have_count(1)
    assert stored(running) == ["One\nTwo"]


def test_answer_while_closed_is_counted_and_shown_once(page: Page, running: Running) -> None:
    page.clock.install()
    chat = open_chat(page, running.as_customer(then="supportbot('on', 'unread', n => (window.unread = n));"))
    write(chat, "Where is my invoice?")
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("iframe")).to_be_hidden()
    running.shop.answer(conversation_of(running))
    let_minutes_pass_until_counted(page)
    expect(page.locator("#n")).to_have_text("1")
    expect(page.locator("#b")).to_have_accessible_name("Open chat, 1 unread answer")
    expect(page.locator("#p")).to_contain_text("Your February invoice")
    keep_screenshot(page, "widget unread")
    assert page.evaluate("window.unread") == 1
    page.clock.fast_forward(16_000)
    expect(page.locator("#p")).to_be_hidden()
    page.clock.fast_forward(61_000)
    expect(page.locator("#p")).to_be_hidden()
    page.locator("#b").click()
    expect(page.locator("#n")).to_be_hidden()
    expect(chat.locator(".reply .answer")).to_be_in_viewport()


def test_panel_fills_a_phone_and_floats_on_a_desk(page: Page, running: Running) -> None:
    open_chat(page, running.page_url())
    box = page.locator("iframe").bounding_box()
    assert (round(box["width"]), round(box["height"])) == (376, 656)
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.locator("iframe").bounding_box() == {"x": 0, "y": 0, "width": 320, "height": 640}
    assert page.evaluate("document.documentElement.scrollWidth") == 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_state_is_accessible(page: Page, running: Running, scheme: str, width: int) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(running.page_url())
    run_axe(page)
    page.goto(f"{running.home}/widget/frame?site=harbour-lane")
    expect(page.get_by_text("What can we help you with?")).to_be_visible()
    run_axe(page)
    page.get_by_role("button", name=QUESTION).click()
    expect(page.get_by_text("An answer is being prepared")).to_be_visible()
    run_axe(page)
    running.shop.answer(conversation_of(running))
    expect(page.locator(".reply")).to_be_visible()
    page.get_by_role("button", name="Open invoices").click()
    expect(page.locator(".asked:visible")).to_have_count(1)
    run_axe(page)
    page.context.set_offline(True)
    page.get_by_label("Your message").fill("Kept")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kept here")).to_be_visible()
    run_axe(page)
    keep_screenshot(page, f"widget {scheme} {width}")
    page.context.set_offline(False)


def test_no_piece_of_the_widget_writes_markup() -> None:
    for name in ("widget.js", "panel.js"):
        source = (Path(__file__).parents[2] / "supportbot" / "web" / "static" / name).read_text()
        for word in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "'*'"):
            assert word not in source, f"{name} has {word}"


def test_long_history_is_read_back_to_its_first_message_by_keyboard(page: Page, running: Running) -> None:
    url = running.as_customer()
    chat = open_chat(page, url)
    write(chat, "Line 1")
    expect(sent(chat)).to_have_count(1)
    running.shop.fill(conversation_of(running), until=450)
    chat = open_chat(page, url)
    expect(chat.locator(".me").last).to_have_text("Line 450")
    expect(chat.locator(".me")).to_have_count(200)

    earlier = chat.get_by_role("button", name="Show earlier messages")
    earlier.focus()
    page.keyboard.press("Enter")
    expect(chat.locator(".me")).to_have_count(400)
    expect(chat.locator(".me").first).to_have_text("Line 51")
    expect(earlier).to_be_focused()
    run_axe(page)
    page.keyboard.press("Enter")

    expect(chat.locator(".me")).to_have_count(450)
    expect(chat.locator(".me").first).to_have_text("Line 1")
    expect(earlier).to_have_count(0)
    expect(chat.get_by_role("log")).to_be_focused()
    write(chat, "And one more")
    expect(chat.locator(".me")).to_have_count(451)
    expect(chat.locator(".me").last).to_have_text("And one more")
