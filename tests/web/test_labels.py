"""Correcting triage on the page and over the API."""

from collections.abc import Iterator

import pytest

from supportbot.db import Database
from tests.factories import DISPUTE, ROUTINE, Office, make_office


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    made = make_office(database)
    yield made
    made.close()


def test_an_agent_says_wrong_route_on_the_page_and_can_take_it_back(office: Office) -> None:
    draft = office.shop.drafted(office.shop.mira_id, ROUTINE)
    browser = office.browser(office.shop.agent)
    page = browser.get(f"/inbox/conversations/{draft.conversation_id}").text
    assert "Billing, routine." in page
    assert "Wrong route: hold it" in page

    answer = browser.post(f"/inbox/messages/{draft.message_id}/wrong-route", htmx=True)

    assert "Noted. Nothing leaves; a person decides." in answer.text
    assert "Noor said: wrong route" in answer.text
    assert "Wrong route: hold it" in answer.text
    office.shop.work()
    page = browser.get(f"/inbox/conversations/{draft.conversation_id}").text
    assert "Wrong route: it is routine" in page
    assert "Take it back" in page
    label = office.api(office.shop.agent).get(f"/conversations/{draft.conversation_id}").get_json()["label"]
    said = browser.post(f"/inbox/labels/{label['id']}/removal", htmx=True)
    assert "Taken back. What was held stays held." in said.text


def test_a_corrected_topic_is_a_plain_form_too(office: Office) -> None:
    draft = office.shop.drafted(office.shop.mira_id, ROUTINE)
    browser = office.browser(office.shop.agent)

    answer = browser.post(f"/inbox/messages/{draft.message_id}/topic", topic="account_howto")

    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "Noted: account." in page
    assert browser.post(f"/inbox/messages/{draft.message_id}/topic", topic="weather").status_code == 400


def test_the_api_labels_takes_back_and_shows_what_people_said(office: Office) -> None:
    draft = office.shop.drafted(office.shop.jonas_id, DISPUTE)
    agent, lead = office.api(office.shop.agent), office.api(office.shop.lead)

    made = agent.post(f"/messages/{draft.message_id}/wrong-route", {})

    assert made.status_code == 201
    label = made.get_json()
    assert label["said"] == {"topic": "billing", "risk": "high", "hold": True}
    assert (label["true"], label["current"]) == ({"topic": None, "risk": "low"}, True)
    assert lead.delete(f"/labels/{label['id']}").status_code == 403
    assert agent.delete(f"/labels/{label['id']}").get_json()["current"] is False
    corrected = lead.post(f"/messages/{draft.message_id}/topic", {"topic": "refund"})
    assert corrected.get_json()["true"]["topic"] == "refund"
    assert agent.get(f"/conversations/{draft.conversation_id}").get_json()["label"]["source"] == "topic_correction"
    assert agent.post(f"/messages/{draft.message_id}/topic", {"topic": "weather"}).status_code == 400
