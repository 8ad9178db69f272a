"""What the contract changed and found is kept with the draft, shown beside it, and decides what a person may do."""

from collections.abc import Iterator
from contextlib import nullcontext

import pytest

from supportbot.db import Database
from supportbot.drafting.actions import edits
from supportbot.errors import InvalidInput
from supportbot.gateway.types import ModelAnswer
from tests.contract.factories import make_answer
from tests.factories import DISPUTE, ROUTINE, Office, ScriptedProvider, make_office, make_shop

CHATTY = "Hi Mira! Sure, here is the answer: **Your invoice** is ready 🎉"
INVENTED = "Both charges over 731.00 EUR were refunded, see www.evil.example."


def scripted(answer: str, details: str = "Open Account, then Invoices.") -> ScriptedProvider:
    return ScriptedProvider([ModelAnswer("ok", text=make_answer(answer=answer, details=details))])


def test_every_step_between_the_models_words_and_the_reply_is_kept(database: Database) -> None:
    shop = make_shop(database, provider=scripted(CHATTY))
    draft = shop.drafted(shop.mira_id, ROUTINE)
    assert (draft.proposed or {})["answer"] == CHATTY
    assert (draft.reply or {})["answer"] == "Your invoice is ready."
    assert {change["rule"] for change in draft.changes} >= {"greeting", "preamble", "markdown", "emoji"}
    first = draft.changes[0]
    assert set(first) == {"rule", "title", "field", "before", "after"} and first["field"] == "answer"


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    made = make_office(database, provider=scripted(CHATTY, INVENTED))
    yield made
    made.close()


def test_a_blocked_draft_is_not_approved_by_anybody_and_says_rule_field_found_and_expected(office: Office) -> None:
    draft = office.shop.drafted(office.shop.mira_id, ROUTINE)
    failed = {check["rule"]: check for check in draft.checks if not check["passed"]}
    assert {"amounts", "links", "promise"} <= set(failed)
    assert failed["amounts"] | {"expected": ""} == {
        **{"rule": "amounts", "title": "Amounts are in the case record", "passed": False, "severity": "block"},
        **{"field": "details", "found": "731.00 EUR", "expected": ""},
    }
    for person in (office.shop.agent, office.shop.lead, office.shop.owner):
        refused = office.api(person).post(f"/drafts/{draft.id}/approval", {"content_hash": draft.content_hash})
        assert (refused.status_code, refused.json["error"]) == (409, "blocked")
        assert "Amounts are in the case record" in refused.json["message"]


def test_the_page_of_a_blocked_draft_shows_why_and_offers_no_approval(office: Office) -> None:
    draft = office.shop.drafted(office.shop.mira_id, ROUTINE)
    page = office.browser(office.shop.agent).get(f"/inbox/conversations/{draft.conversation_id}").text
    assert f"/inbox/drafts/{draft.id}/approval" not in page
    assert "found <b><bdi>731.00 EUR</bdi></b>" in page and '<code class="quiet">amounts</code>' in page
    assert "Greeting removed" in page and "<del><bdi>" in page


def test_a_held_draft_shows_its_checks_and_the_blocked_words_have_no_button(office: Office) -> None:
    draft = office.shop.drafted(office.shop.jonas_id, DISPUTE)
    page = office.browser(office.shop.lead).get(f"/inbox/conversations/{draft.conversation_id}").text
    assert "Checks on the drafted reply" in page and "Cannot leave unchanged" in page
    assert 'value="as_drafted"' not in page and 'value="approve_refund"' in page
    refused = office.api(office.shop.lead).post(
        f"/drafts/{draft.id}/release", {"content_hash": draft.content_hash, "variant": "as_drafted"}
    )
    assert (refused.status_code, refused.json["error"]) == (409, "blocked")


def test_a_customer_who_says_what_the_records_say_is_no_instruction_repeated(database: Database) -> None:
    shop = make_shop(database)
    details, _, _ = str((shop.drafted(shop.jonas_id, DISPUTE).reply or {})["details"]).partition(" Our policy")
    draft = shop.drafted(shop.jonas_id, f"{DISPUTE} {details}")
    checks = {check["rule"]: check for check in draft.checks}
    assert len(details.split()) > 10
    assert checks["instructions"]["passed"], checks["instructions"]


@pytest.mark.parametrize(
    ("name", "blocks"),
    [("Jonas Lindqvist", True), ("Mira Haddad", False), ("Visitor 7f3a", False), ("Anna Berg", False)],
)
def test_another_customers_name_blocks_a_draft_and_what_a_person_makes_of_it(
    database: Database, name: str, blocks: bool
) -> None:
    """The customer's own name does not, nor one that a visitor chose, nor one that the desk does not know."""
    shop = make_shop(database, provider=scripted("Your invoice is ready.", f"The parcel went to {name}."))
    draft = shop.drafted(shop.mira_id, ROUTINE)
    found = next(check for check in draft.checks if check["rule"] == "personal_data")
    assert (found["passed"], found["found"]) == (not blocks, name if blocks else "")
    written = edits.Written("It is ready.", f"It went to {name} today.")
    with pytest.raises(InvalidInput) if blocks else nullcontext(), database.transaction() as db:
        edits.send_edited(
            db, shop.runtime, draft.id or 0, written, content_hash=draft.content_hash or "", by=shop.agent
        )


def curt(**fields: object) -> ScriptedProvider:
    answer = {"answer": "Your invoices are in your account", "details": "", "sources": ["find-your-invoices#1"]}
    return ScriptedProvider([ModelAnswer("ok", text=make_answer(**{**answer, **fields}))])


def test_a_curt_answer_is_told_on_from_the_article_it_cites_and_the_agent_sees_it(database: Database) -> None:
    office = make_office(database, provider=curt())
    draft = office.shop.drafted(office.shop.mira_id, ROUTINE)
    assert (draft.proposed or {})["details"] == ""
    assert (draft.reply or {})["details"] == "Open Account, then Invoices. The newest invoice stands at the top."
    (change,) = [change for change in draft.changes if change["rule"] == "completed"]
    assert (change["field"], change["before"]) == ("details", "")
    page = office.browser(office.shop.agent).get(f"/inbox/conversations/{draft.conversation_id}").text
    office.close()
    assert "Completed from the article it cites" in page


@pytest.mark.parametrize("outcome", ["answered", "refund_needs_review"])
def test_nothing_is_added_to_a_dispute_whatever_its_model_calls_it(database: Database, outcome: str) -> None:
    sources = ["find-your-invoices#1", "refunds#4.5", "a-charge-appears-twice#1"]
    shop = make_shop(database, provider=curt(outcome=outcome, sources=sources))
    draft = shop.drafted(shop.jonas_id, DISPUTE)
    assert (draft.state, (draft.reply or {})["details"]) == ("held", "")
    assert "completed" not in {change["rule"] for change in draft.changes}
