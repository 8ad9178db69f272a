"""Rejecting a draft on its page: every reason that the dialog offers is one that is taken."""

import re
from collections.abc import Iterator

import pytest

from supportbot.db import Database
from supportbot.drafting.types import REJECT_REASONS
from tests.factories import DISPUTE, ROUTINE, Office, make_office


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    made = make_office(database)
    yield made
    made.close()


@pytest.mark.parametrize("text", [ROUTINE, DISPUTE])
def test_every_reason_of_the_dialog_is_taken_and_kept(office: Office, text: str) -> None:
    browser, shop = office.browser(office.shop.lead), office.shop
    draft = shop.drafted(shop.jonas_id, text)
    page = browser.get(f"/inbox/conversations/{draft.conversation_id}").text
    offered = re.findall(r'name="reason" value="(\w+)"', page)
    assert offered == list(REJECT_REASONS)
    for reason in offered:
        draft = shop.drafted(shop.jonas_id, text)
        answer = browser.post(f"/inbox/drafts/{draft.id}/rejection", reason=reason, note="Why.")
        assert (answer.status_code, shop.draft(draft.id).reject_reason) == (303, reason)


def test_a_reason_that_nobody_offered_is_refused_and_the_draft_stays(office: Office) -> None:
    draft = office.shop.drafted(office.shop.mira_id, ROUTINE)
    answer = office.browser(office.shop.agent).post(f"/inbox/drafts/{draft.id}/rejection", reason="no_answer")
    assert (answer.status_code, office.shop.draft(draft.id).state) == (400, "ready")


def test_an_agent_who_rejected_a_held_draft_still_cannot_close_the_case(office: Office) -> None:
    shop = office.shop
    draft = shop.drafted(shop.jonas_id, DISPUTE)
    agent, lead = office.browser(shop.agent), office.browser(shop.lead)
    agent.post(f"/inbox/drafts/{draft.id}/rejection", reason="other")
    address = f"/inbox/conversations/{draft.conversation_id}"

    assert 'value="resolved"' not in agent.get(address).text
    assert agent.post(f"{address}/status", status="resolved").status_code == 403
    assert shop.conversation(draft.conversation_id).status == "open"
    assert 'value="resolved"' in lead.get(address).text
    assert lead.post(f"{address}/status", status="resolved").status_code == 303
