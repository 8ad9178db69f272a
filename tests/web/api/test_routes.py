"""The HTTP API: refusals by right, by hash and by shape, and nothing stored by bad input."""

from collections.abc import Iterator

import pytest

from supportbot.db import Database
from tests.factories import DISPUTE, ROUTINE, Office, make_office


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    made = make_office(database)
    yield made
    made.close()


def test_an_agent_approves_a_ready_draft_with_its_hash_and_no_other(office: Office) -> None:
    draft = office.shop.drafted(office.shop.mira_id, ROUTINE)
    api = office.api(office.shop.agent)

    assert api.post(f"/drafts/{draft.id}/approval", {"content_hash": "0" * 64}).status_code == 409
    assert api.post(f"/drafts/{draft.id}/approval", {"content_hash": draft.content_hash}).status_code == 202


def test_a_held_draft_is_refused_to_an_agent_and_released_by_a_lead(office: Office) -> None:
    draft = office.shop.drafted(office.shop.jonas_id, DISPUTE)
    shown = {"content_hash": draft.content_hash}
    agent, lead = office.api(office.shop.agent), office.api(office.shop.lead)

    assert agent.get(f"/conversations/{draft.conversation_id}").json["held"] is True
    assert agent.post(f"/drafts/{draft.id}/approval", shown).status_code == 403
    assert agent.post(f"/drafts/{draft.id}/release", shown).status_code == 403
    assert lead.post(f"/drafts/{draft.id}/approval", shown).status_code == 409
    assert lead.post(f"/drafts/{draft.id}/release", shown).status_code == 202
    assert agent.get(f"/conversations/{draft.conversation_id}").json["held"] is False


@pytest.mark.parametrize("text", ["", 5, None, "a\x00b", "x" * 10_001])
def test_bad_text_is_refused_in_one_shape(office: Office, text: object) -> None:
    draft = office.shop.drafted(office.shop.mira_id, ROUTINE)

    answer = office.api(office.shop.agent).post(f"/conversations/{draft.conversation_id}/notes", {"text": text})

    assert answer.status_code == 400
    assert set(answer.json) == {"error", "message", "fields"}
