"""The pages of the articles: what stands there, who may publish, and that a citation leads to its passage."""

import re
from collections.abc import Iterator

import pytest

from supportbot.db import Database
from supportbot.knowledge.actions import find_version, import_articles
from tests.factories import DISPUTE, INVOICES, ROUTINE, Office, make_office


@pytest.fixture
def office(sqlite_database_url: str) -> Iterator[Office]:
    """Pages ask nothing of the database that the queries' tests have not asked of both."""
    database = Database(sqlite_database_url)
    made = make_office(database)
    with database.transaction() as db:
        changed = INVOICES.replace("stands at the top", "stands at the very top <b>")
        import_articles(
            db, [("invoices.md", changed)], at=made.shop.clock(), publish=False, audit=made.shop.runtime.audit
        )
    yield made
    made.close()
    database.dispose()


def state(office: Office, version: int) -> str:
    with office.shop.database.transaction(read_only=True) as db:
        return find_version(db, "find-your-invoices", version).state


def test_the_list_says_what_is_live_what_waits_what_is_cited_and_what_is_missing(office: Office) -> None:
    office.shop.drafted(office.shop.mira_id, ROUTINE)
    office.shop.drafted(office.shop.visitor_id, "How do I change my <i>password</i>?")
    text = office.browser(office.shop.agent).get("/articles").text

    assert "3 articles are live, 1 waits for a person." in text
    assert "Find your invoices</a>, version 2" in text
    assert 'data-l="Cited, last"><span>1 time, <a' in text and ">never<" in text
    assert "How do I change my &lt;i&gt;password" in text
    assert " (en): <b>1</b>" in text and "version 1 is live" in text


def test_a_search_finds_published_passages_alone(office: Office) -> None:
    browser = office.browser(office.shop.agent)

    assert "/articles/find-your-invoices?version=1#p-1" in browser.get("/articles?q=newest+invoice").text
    assert "No published passage holds all of these words." in browser.get("/articles?q=very+top").text
    assert browser.get("/articles?q=%22'<x>").status_code == 200
    assert 'value="&#34;&gt;&lt;x&gt;"' in browser.get("/articles?q=%22%3E%3Cx%3E").text


def test_a_lead_reviews_and_publishes_and_drafts_use_the_new_text(office: Office) -> None:
    lead = office.browser(office.shop.lead)
    draft = lead.get("/articles/find-your-invoices?version=2").text
    reviewed = lead.post("/articles/find-your-invoices/versions/2/review")
    again = lead.client.post(
        "/articles/find-your-invoices/versions/2/review", data={"csrf_token": lead.csrf_token}, follow_redirects=True
    )
    published = lead.client.post(
        "/articles/find-your-invoices/versions/2/publication",
        data={"csrf_token": lead.csrf_token},
        follow_redirects=True,
    )

    assert "Mark as reviewed" in draft and "&lt;b&gt;" in draft
    assert (reviewed.status_code, reviewed.location) == (303, "/articles/find-your-invoices?version=2")
    assert "is reviewed, no draft any more" in again.text.replace("&#39;", "'")
    assert "Published. Drafts use it now." in published.text and "Reviewed by <b>Ines</b>" in published.text
    assert (state(office, 1), state(office, 2)) == ("retired", "published")


def test_an_agent_reads_everything_and_publishes_nothing(office: Office) -> None:
    agent = office.browser(office.shop.agent)
    page = agent.get("/articles/find-your-invoices?version=2")
    refused = agent.post("/articles/find-your-invoices/versions/2/review")

    assert page.status_code == 200 and "Mark as reviewed" not in page.text
    assert refused.status_code == 403 and "by a lead" in refused.text
    assert state(office, 2) == "draft"


@pytest.mark.parametrize("path", ["/articles/nothing", "/articles/find-your-invoices?version=9", "/articles/%2e%2e"])
def test_what_does_not_exist_is_not_found(office: Office, path: str) -> None:
    assert office.browser(office.shop.agent).get(path).status_code == 404


@pytest.mark.parametrize(("customer", "question"), [("mira_id", ROUTINE), ("jonas_id", DISPUTE)])
def test_every_citation_of_a_draft_opens_its_passage(office: Office, customer: str, question: str) -> None:
    draft = office.shop.drafted(getattr(office.shop, customer), question)
    lead = office.browser(office.shop.lead)
    case = lead.get(f"/inbox/conversations/{draft.conversation_id}").text
    cited = re.findall(r'href="(/articles/[^"#]+)#(p-[^"]+)"', case)

    assert cited
    for address, anchor in cited:
        assert f'id="{anchor}"' in lead.get(address).text
