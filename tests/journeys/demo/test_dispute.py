"""A dispute: held, told at once, released by a person with the right and by nobody else."""

import re
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.journeys.demo.ground import (
    Demo,
    Stage,
    case_of,
    look,
    newest_reply,
    open_case,
    open_chat,
    row_of,
    wait_until,
    write,
)

DISPUTE = "I was billed twice in March and I cancelled before the renewal."


def test_a_double_charge_is_held_told_at_once_and_released_by_the_lead_byte_for_byte(stage: Stage, demo: Demo) -> None:
    shop = stage.shop("Jonas Lindqvist")
    chat = open_chat(shop)
    write(chat, DISPUTE)

    notice = newest_reply(chat)
    expect(notice).to_contain_text("A person is looking at your")
    expect(notice).to_contain_text(re.compile(r"You will hear from us by .*\d\d:\d\d"))
    assert "EUR" not in notice.inner_text()
    look(shop, "dispute told", whole=False)

    conversation_id = newest_case(demo, "Jonas Lindqvist")
    # The customer is told before the drafts are made.
    wait_until(shop, lambda: main_draft(demo, conversation_id)["state"] == "held")
    main = main_draft(demo, conversation_id)
    assert demo.conversation(conversation_id)["held"] is True

    # An agent sees everything and can release nothing: not on the page, not by its form, not on the API.
    agent = stage.desk("agent", f"/inbox/conversations/{conversation_id}")
    case_of(agent, conversation_id)
    expect(agent.get_by_text("Waiting for a lead")).to_be_visible()
    expect(agent.get_by_role("button", name=re.compile("release", re.IGNORECASE))).to_have_count(0)
    look(agent, "dispute as agent")
    assert post_release(agent, main) == 403
    with demo.api("agent") as api:
        asked = {"content_hash": main["content_hash"], "variant": "as_drafted"}
        assert api.post(f"drafts/{main['id']}/release", json=asked).status_code == 403
        assert api.post(f"drafts/{main['id']}/approval", json={"content_hash": main["content_hash"]}).status_code == 403
    assert main_draft(demo, conversation_id)["state"] == "held"

    # The lead reads both drafts field by field, and no single key lets the reply go.
    lead = stage.desk("lead", "/inbox?view=held")
    row_of(lead, conversation_id).click()
    report = case_of(lead, conversation_id)
    expect(report.locator("table.account tfoot")).to_contain_text("49.00")
    expect(report.get_by_text("Routing changed the answer: refund_approved → refund_needs_review")).to_be_visible()
    outcome = report.locator("table.duel tr.top")
    expect(outcome.locator("td").nth(0)).to_contain_text("refund_approved")
    expect(outcome.locator("td").nth(1)).to_contain_text("refund_needs_review")
    expect(outcome).to_contain_text("S1")
    look(lead, "dispute as lead")
    release = lead.get_by_role("button", name="Release the reply")
    lead.keyboard.press("y")
    expect(release).to_be_focused()
    expect(lead.locator(".toast")).to_have_count(0)
    shown = bytes_shown(report.get_by_role("article", name="Release the reply"))
    lead.keyboard.press("Enter")
    expect(lead.locator(".toast", has_text="Sending to Jonas Lindqvist")).to_be_visible()

    answered = chat.locator(".reply", has_text=shown[0])
    expect(answered.locator(".answer")).to_have_text(shown[0])
    assert bytes_shown(answered) == shown
    look(shop, "dispute answered", whole=False)
    with demo.api("agent") as api:
        logged = [
            one for one in api.get("divergences").json()["divergences"] if one["conversation_id"] == conversation_id
        ]
    assert ("outcome", "refund_approved", "refund_needs_review", "S1") in {
        (one["field"], one["before"], one["after"], one["severity"]) for one in logged
    }


def test_a_refund_within_the_leads_limit_is_approved_by_the_lead(stage: Stage, demo: Demo) -> None:
    conversation_id = newest_case(demo, "Sofia Rinaldi")
    lead = stage.desk("lead", f"/inbox/conversations/{conversation_id}")
    report = case_of(lead, conversation_id)
    shown = bytes_shown(report.get_by_role("article", name="Approve 49.00 EUR and release"))
    assert "49.00 EUR" in shown[0]
    lead.get_by_role("button", name="Approve 49.00 EUR and release").click()
    expect(lead.locator(".toast", has_text="Sending to Sofia Rinaldi")).to_be_visible()

    reply = sent_reply(lead, demo, conversation_id)
    fields = [words for field in reply["case_fields"] for words in (field["label"], field["value"])]
    assert [reply["answer"], reply["details"], *fields, reply["sign_off"]] == shown


def test_a_refund_over_the_limit_is_for_the_owner_alone(stage: Stage, demo: Demo) -> None:
    conversation_id = newest_case(demo, "Pieter van Dam")
    main = main_draft(demo, conversation_id)
    lead = stage.desk("lead", f"/inbox/conversations/{conversation_id}")
    case_of(lead, conversation_id)
    expect(lead.get_by_role("button", name="Release the reply")).to_be_visible()
    expect(lead.get_by_role("button", name=re.compile("Approve .* and release"))).to_have_count(0)
    expect(lead.locator(".release")).to_contain_text("100.00 EUR")
    look(lead, "over the limit")
    assert post_release(lead, main, variant="approve_refund") == 403
    with demo.api("lead") as api:
        asked = {"content_hash": main["variants"]["approve_refund"]["content_hash"], "variant": "approve_refund"}
        assert api.post(f"drafts/{main['id']}/release", json=asked).status_code == 403

    owner = stage.desk("owner", f"/inbox/conversations/{conversation_id}")
    case_of(owner, conversation_id)
    owner.get_by_role("button", name="Approve 240.00 EUR and release").click()
    expect(owner.locator(".toast", has_text="Sending to Pieter van Dam")).to_be_visible()
    assert sent_reply(owner, demo, conversation_id)["answer"].startswith("Your refund of 240.00 EUR")


def newest_case(demo: Demo, name: str) -> int:
    """The held conversation of a customer."""
    with demo.api() as api:
        held = api.get("conversations", params={"view": "held"}).raise_for_status().json()["conversations"]
    return next(one["id"] for one in held if one["customer"]["name"] == name)


def main_draft(demo: Demo, conversation_id: int) -> dict[str, Any]:
    """The draft that a person decides on."""
    return next(one for one in demo.conversation(conversation_id)["drafts"] if one["state"] != "compared")


def post_release(page: Page, draft: dict[str, Any], *, variant: str = "as_drafted") -> int:
    """Post the release form by hand, as this person; gives the status."""
    form = {
        "csrf_token": page.locator("input[name=csrf_token]").first.input_value(),
        "content_hash": draft["variants"][variant]["content_hash"],
        "variant": variant,
    }
    address = f"{page.url.partition('/inbox')[0]}/inbox/drafts/{draft['id']}/release"
    return page.request.post(address, form=form, max_redirects=0).status


def bytes_shown(reply: Locator) -> list[str]:
    """Everything a reply says, in its order: the same list at the desk and in the chat."""
    return reply.locator(":is(.reply-answer, .answer, .details, dt, dd, .sign-off)").all_inner_texts()


def sent_reply(page: Page, demo: Demo, conversation_id: int) -> dict[str, Any]:
    """What the customer got, once it has left."""
    wait_until(page, lambda: demo.conversation(conversation_id)["messages"][-1]["role"] == "agent")
    open_case(page, conversation_id)
    reply: dict[str, Any] = demo.conversation(conversation_id)["messages"][-1]["reply"]
    return reply
