"""Every address and everybody: what is open, to whom, and that nothing opens by being forgotten."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import SQLModel
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from supportbot.db import Database
from tests.factories import DISPUTE, PASSWORD, ROUTINE, Browser, Office, make_office

OPEN = {
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /login",
    "POST /login",
    "GET /static/<path:filename>",
    "GET /widget.js",
    "GET /widget/assets/<name>",
    "GET /widget/frame",
    "POST /widget/v1/sessions",
    "GET /api/v1/openapi.json",
}
FOR_CUSTOMERS = {
    "DELETE /widget/v1/sessions/current",
    "POST /widget/v1/messages",
    "GET /widget/v1/messages",
    "GET /widget/v1/conversation",
    "POST /widget/v1/seen",
    "GET /widget/v1/events",
}
FOR_PROGRAMS = {
    "GET /api/v1/conversations",
    "GET /api/v1/conversations/<int:conversation_id>",
    "POST /api/v1/conversations/<int:conversation_id>/replies",
    "POST /api/v1/conversations/<int:conversation_id>/notes",
    "POST /api/v1/drafts/<int:draft_id>/approval",
    "POST /api/v1/drafts/<int:draft_id>/release",
    "POST /api/v1/drafts/<int:draft_id>/rejection",
    "DELETE /api/v1/outgoing/<int:outgoing_id>",
    "POST /api/v1/messages/<int:message_id>/topic",
    "POST /api/v1/messages/<int:message_id>/wrong-route",
    "DELETE /api/v1/labels/<int:label_id>",
    "GET /api/v1/divergences",
    "GET /api/v1/policy",
    "GET /api/v1/metrics/summary",
}
FOR_EVERY_PERSON = {
    "GET /",
    "GET /inbox",
    "GET /inbox/conversations/<int:conversation_id>",
    "GET /inbox/rows",
    "GET /inbox/events",
    "POST /inbox/drafts/<int:draft_id>/approval",
    "POST /inbox/drafts/<int:draft_id>/release",
    "POST /inbox/drafts/<int:draft_id>/rejection",
    "POST /inbox/drafts/<int:draft_id>/regeneration",
    "POST /inbox/drafts/<int:draft_id>/hold",
    "POST /inbox/conversations/<int:conversation_id>/replies",
    "POST /inbox/conversations/<int:conversation_id>/notes",
    "POST /inbox/conversations/<int:conversation_id>/assignment",
    "POST /inbox/conversations/<int:conversation_id>/status",
    "POST /inbox/outgoing/<int:outgoing_id>/undo",
    "POST /inbox/messages/<int:message_id>/topic",
    "POST /inbox/messages/<int:message_id>/wrong-route",
    "POST /inbox/labels/<int:label_id>/removal",
    "POST /logout",
    "GET /articles",
    "GET /articles/<slug>",
    # A lead does these; for anybody else the page says so.
    "POST /articles/<slug>/versions/<int:version>/review",
    "POST /articles/<slug>/versions/<int:version>/publication",
    "GET /triage",
    "POST /triage/trial",
    # The owner does these; for anybody else the page says so.
    "POST /triage/weights/<int:candidate_id>/activation",
    "POST /triage/weights/<int:candidate_id>/refusal",
    "GET /policy",
    "GET /policy/versions/<int:number>",
    "GET /policy/versions/<int:number>/document",
    "GET /policy/versions/<int:number>/markdown",
}
FOR_REVIEWERS = {
    "GET /review",
    "GET /review/<week>",
    "GET /review/<week>/<int:position>",
    "POST /review/<week>/<int:position>/scorecard",
    "POST /review/<week>/<int:position>/replacement",
    "POST /review/<week>/decision",
}
FOR_PEOPLE = FOR_EVERY_PERSON | FOR_REVIEWERS
DECIDED = OPEN | FOR_CUSTOMERS | FOR_PROGRAMS | FOR_PEOPLE
STREAMS = {"GET /inbox/events", "GET /widget/v1/events"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": None,
    "Referrer-Policy": None,
}


@pytest.fixture(scope="module")
def office(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    path = tmp_path_factory.mktemp("doors") / "supportbot.db"
    shutil.copyfile(sqlite_template, path)
    database = Database(f"sqlite:///{path}")
    made = make_office(database)
    made.app.add_url_rule("/forgotten", "forgotten", lambda: "open to whoever is signed in")
    made.shop.drafted(made.shop.mira_id, ROUTINE)
    made.shop.drafted(made.shop.jonas_id, DISPUTE)
    yield made
    made.close()
    database.dispose()


def names(rule: Rule) -> list[str]:
    return [f"{method} {rule.rule}" for method in sorted(rule.methods or ()) if method not in ("HEAD", "OPTIONS")]


def address(name: str) -> str:
    """An address of this kind that exists in the office."""
    path = name.partition(" ")[2].replace("<path:filename>", "app.css").replace("<name>", "panel.js")
    return re.sub(r"<[^>]*>", "1", path)


def ask(browser: Browser, name: str, **options: object) -> TestResponse:
    answer = browser.client.open(address(name), method=name.partition(" ")[0], **options)  # type: ignore[arg-type]
    answer.close()  # a stream is only opened
    return answer


def rows(office: Office) -> dict[str, int]:
    with office.shop.database.transaction(read_only=True) as db:
        tables = SQLModel.metadata.sorted_tables
        return {
            table.name: db.connection().execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in tables
        }


def assert_refused(answer: TestResponse, status: int, code: str) -> None:
    assert answer.status_code == status, answer.text
    assert set(answer.json or {}) == {"error", "message", "fields"}
    assert (answer.json or {})["error"] == code


def test_every_address_has_a_decision(office: Office) -> None:
    known = {name for rule in office.app.url_map.iter_rules() for name in names(rule)} - {"GET /forgotten"}

    assert known - DECIDED == set(), "decide here and in web/blueprints.py who may open it"
    assert DECIDED - known == set()


def test_an_endpoint_that_nobody_decided_about_is_shut(office: Office) -> None:
    assert office.browser().get("/forgotten").status_code == 303
    assert office.browser(office.shop.agent).get("/forgotten").text == "open to whoever is signed in"


@pytest.mark.parametrize("name", sorted(FOR_PEOPLE))
def test_a_page_leads_an_unknown_reader_to_the_login_and_a_form_changes_nothing(office: Office, name: str) -> None:
    before = rows(office)
    browser = office.browser()

    answer = ask(browser, name)
    with_token = ask(browser, name, data={"csrf_token": browser.csrf_token}) if name.startswith("POST") else answer

    if name.startswith("GET"):
        assert answer.status_code == 303
        assert answer.location.startswith("/login?next=")
    else:
        assert (answer.status_code, with_token.status_code) == (403, 401)
    assert rows(office) == before


@pytest.mark.parametrize("name", sorted(FOR_PROGRAMS | FOR_CUSTOMERS))
def test_an_api_tells_an_unknown_program_so_in_json(office: Office, name: str) -> None:
    before = rows(office)
    agent = office.browser(office.shop.agent)

    for headers in ({}, {"Authorization": "Bearer nothing"}, {"Authorization": "Basic bm9vcjp4"}):
        answer = ask(office.browser(), name, headers=headers, json={})
        assert answer.status_code == 401
        assert set(answer.json or {}) == {"error", "message", "fields"}
    assert ask(agent, name, json={}).status_code == 401  # a cookie opens no API
    assert rows(office) == before


@pytest.mark.parametrize("name", sorted(FOR_PROGRAMS))
def test_a_customers_token_opens_nothing_of_the_desk_and_the_other_way_round(office: Office, name: str) -> None:
    opened = office.browser().client.post("/widget/v1/sessions", json={"site_key": "harbour-lane"}).json
    customer = {"Authorization": f"Bearer {opened['session_token']}"}
    visitor = {"Authorization": f"Bearer {opened['visitor_token']}"}
    program = office.api(office.shop.owner).headers

    assert ask(office.browser(), name, headers=customer, json={}).status_code == 401
    assert ask(office.browser(), name, headers=visitor, json={}).status_code == 401
    assert ask(office.browser(), name, headers=program, json={}).status_code != 401
    for other in FOR_CUSTOMERS:
        assert ask(office.browser(), other, headers=program, json={}).status_code == 401


@pytest.mark.parametrize("name", sorted(FOR_PEOPLE))
@pytest.mark.parametrize("role", ["agent", "lead", "owner"])
def test_a_signed_in_person_opens_what_their_role_may(office: Office, name: str, role: str) -> None:
    before = rows(office)
    browser = office.browser(getattr(office.shop, role))

    answer = ask(browser, name)

    if name.startswith("POST"):  # without the form's token nothing is done, whoever asks
        assert answer.status_code == 403
        assert "form is out of date" in answer.text
    elif name in FOR_REVIEWERS and role == "agent":
        assert answer.status_code == 403
    else:
        assert answer.status_code in ((200, 404) if "<" in name else (200, 303))
    assert rows(office) == before


@pytest.mark.parametrize("name", sorted(name for name in FOR_PEOPLE | {"POST /login"} if name.startswith("POST")))
@pytest.mark.parametrize("token", [None, "", "nonsense", "somebody else's"])
def test_a_form_without_its_own_token_does_nothing(office: Office, name: str, token: str | None) -> None:
    before = rows(office)
    browser, other = office.browser(office.shop.lead), office.browser(office.shop.lead)
    form = {"email": "x@shop.example", "password": PASSWORD, "status": "resolved", "text": "Hello", "answer": "Hello."}
    if token is not None:
        form["csrf_token"] = other.csrf_token if token == "somebody else's" else token
    assert browser.csrf_token

    answer = ask(browser, name, data=form)

    assert answer.status_code == 403
    assert rows(office) == before


@pytest.mark.parametrize("name", sorted(name for name in DECIDED if name.startswith("GET")))
def test_reading_changes_nothing(office: Office, name: str) -> None:
    browser = office.browser(office.shop.owner)
    session = browser.client.post("/widget/v1/sessions", json={"site_key": "harbour-lane"}).json["session_token"]
    programs = office.api(office.shop.owner).headers
    customers = {"Authorization": f"Bearer {session}"}
    before = rows(office)

    for headers in ({}, programs, customers):
        answer = ask(browser, name, headers=headers)
        assert answer.status_code < 500 or name == "GET /readyz"

    assert rows(office) == before


@pytest.mark.parametrize("name", [*sorted(DECIDED), "GET /nowhere", "GET /inbox/conversations/9999", "PUT /inbox"])
def test_every_answer_carries_the_protecting_headers(office: Office, name: str) -> None:
    answer = ask(office.browser(office.shop.agent), name)

    for header, value in HEADERS.items():
        assert answer.headers.get(header), (header, answer.status)
        assert value in (None, answer.headers[header])
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy and "frame-ancestors" in policy
    if name != "GET /widget/frame":
        assert "frame-ancestors 'none'" in policy
    if answer.mimetype in ("text/html", "application/json"):
        assert answer.headers["Cache-Control"] == "no-store"
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "127.0.0.1@evil.example", "a b"])
@pytest.mark.parametrize(
    "path", ["/inbox", "/login", "/api/v1/conversations", "/widget/frame?site=harbour-lane", "/nowhere"]
)
def test_an_unknown_host_is_refused(office: Office, host: str, path: str) -> None:
    answer = office.browser(office.shop.agent).get(path, Host=host)

    assert answer.status_code == 400
    assert "evil.example" not in answer.text
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_forwarded_headers_of_anyone_change_nothing(office: Office) -> None:
    answer = office.browser().get(
        "/inbox", **{"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    )

    assert answer.location == "/login?next=/inbox"


@pytest.mark.parametrize("row", [0, 2**31, 2**63 - 1, 2**63, 10**40])
@pytest.mark.parametrize("name", sorted(name for name in FOR_PEOPLE | FOR_PROGRAMS if "<" in name))
def test_a_number_that_no_row_has_is_not_there(office: Office, name: str, row: int) -> None:
    path = re.sub(r"<[^>]*>", str(row), name.partition(" ")[2])
    browser, programs = office.browser(office.shop.owner), office.api(office.shop.owner)
    bodies = {
        "replies": {"text": "Hello."},
        "notes": {"text": "Hello."},
        "approval": {"content_hash": "x"},
        "release": {"content_hash": "x", "variant": "as_drafted"},
        "rejection": {"reason": "other"},
        "topic": {"topic": "billing"},
    }
    form = {"csrf_token": browser.csrf_token, "text": "Hello", "answer": "Hello.", "status": "resolved"}
    form |= {"reason": "wrong_fact", "cause": "x", "decision": "keep"}

    before = rows(office)

    method = name.partition(" ")[0]
    if name in FOR_PROGRAMS:
        body = bodies.get(path.rpartition("/")[2])
        answer = programs.client.open(path, method=method, headers=programs.headers, json=body)
    else:
        answer = browser.client.open(path, method=method, data=form if method == "POST" else None)

    allowed = {404} if name not in FOR_REVIEWERS else {400, 404}
    assert answer.status_code in allowed, answer.text[:500]
    assert rows(office) == before
