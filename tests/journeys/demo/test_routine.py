"""A routine question: asked in the shop, drafted, approved with one key, undone, and answered."""

import re

from playwright.sync_api import expect

from tests.browser import keep_screenshot
from tests.journeys.demo.ground import Demo, Stage, case_of, look, open_chat, write

FIELDS = ["Case number", "Topic", "Plan or order", "Amount in question", "Status", "Next update by"]


def test_an_invoice_is_asked_for_drafted_approved_undone_approved_again_and_answered(stage: Stage, demo: Demo) -> None:
    desk = stage.desk("agent")
    known = set(desk.locator("#rows .row").evaluate_all("rows => rows.map(row => row.id)"))
    shop = stage.shop("Mira Haddad")
    look(shop, "shop signed in")
    chat = open_chat(shop)
    expect(chat.locator(".reply")).not_to_have_count(0)
    look(shop, "shop chat", whole=False)

    write(chat, "Where is my invoice?")
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()

    # The list shows it by itself, with a finished draft.
    new = desk.locator("#rows .row", has_text="Where is my invoice?").filter(has_text="Mira Haddad")
    expect(new).to_contain_text("Draft ready")
    assert new.get_attribute("id") not in known
    new.click()
    conversation_id = int((new.get_attribute("id") or "").removeprefix("row-"))
    case = case_of(desk, conversation_id)
    draft = case.locator("#draft")
    expect(draft.locator(".reply-answer")).to_contain_text("invoice INV-")
    assert draft.locator("dt").all_inner_texts() == FIELDS
    expect(draft.locator("dd").first).to_have_text(re.compile(r"HL-\d+"))
    expect(draft.locator(".next span").first).to_be_visible()
    expect(draft.locator(".sign-off")).to_have_text("Harbour Lane support")
    why = case.locator(".why", has_text="Sources")  # not the one about triage, which has its own
    expect(why).to_contain_text("Find your invoices")
    expect(why).to_contain_text(re.compile(r"Fast: \w+"))
    expect(why).to_contain_text("built-in, extracts from help articles")
    look(desk, "routine draft")

    desk.keyboard.press("y")
    toast = desk.locator(".toast", has_text="Sending to Mira Haddad")
    expect(toast).to_be_visible()
    keep_screenshot(desk, "routine sending")
    desk.keyboard.press("u")
    expect(desk.get_by_text("Taken back. Nothing left.")).to_be_visible()
    expect(case.get_by_role("button", name="Approve")).to_be_visible()

    case_number = draft.locator("dd").first.inner_text()
    shown = [draft.locator(".reply-answer").inner_text(), *draft.locator("dd").all_inner_texts()]
    desk.keyboard.press("y")
    expect(toast).to_be_visible()

    reply = chat.locator(".reply", has_text=case_number).last
    expect(reply.locator(".answer")).to_have_text(shown[0])
    assert reply.locator("dd").all_inner_texts() == shown[1:]
    expect(reply.locator(".sign-off")).to_have_text("Harbour Lane support")
    look(shop, "routine answered", whole=False)

    button = reply.get_by_role("button", name="Open invoices")
    button.dblclick()
    expect(reply.locator(".asked:visible")).to_have_count(1)
    expect(chat.get_by_text("An answer is being prepared")).to_be_visible()
    look(shop, "routine asked on", whole=False)
    said = [message["text"] for message in demo.conversation(conversation_id)["messages"]]
    assert said[-1] == "Please show me my invoices."
    assert said[-2].startswith(shown[0])
