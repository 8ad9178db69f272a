"""Tests of the policy page: what it says in each state, and that only people signed in read it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from supportbot.accounts.actions import NewPerson, add_person
from supportbot.accounts.types import Role
from supportbot.app import create_app
from supportbot.audit.actions import AuditLog
from supportbot.audit.types import SYSTEM
from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.engine import MemoryEngine
from supportbot.gateway.tables import Breaker, ServedModel
from supportbot.governance.actions import ensure_first_policy, propose_policy
from supportbot.routing.policy import parse_policy, read_policy, shipped_document
from supportbot.settings import Settings

NOW = datetime(2026, 11, 18, 14, 10, tzinfo=UTC)
SECRET_KEY = "k" * 43
PASSWORD = "a long enough password"
OWNER, AUTHOR = "owner@example.test", "admin@example.test"


@pytest.fixture
def client(database: Database, tmp_path: Path) -> Iterator[FlaskClient]:
    """A browser on the whole application; nobody is signed in."""
    url = database.url.render_as_string(hide_password=False)
    settings = Settings(url, tmp_path, SECRET_KEY, "http://localhost", "127.0.0.1:8000")
    app = create_app(settings, clock=FixedClock(NOW), engine=MemoryEngine())
    app.config["WTF_CSRF_ENABLED"] = False
    yield app.test_client()
    app.extensions["supportbot"].database.dispose()


def sign_in(client: FlaskClient, database: Database, *, role: Role = "agent") -> None:
    with database.transaction() as db:
        new = NewPerson(f"{role}@example.test", f"Noor the {role}", role, PASSWORD, None)
        add_person(db, AuditLog(SECRET_KEY, FixedClock(NOW)), new, by=SYSTEM)
    answer = client.post("/login", data={"email": f"{role}@example.test", "password": PASSWORD})
    assert answer.status_code == 303


def approve(database: Database) -> None:
    with database.transaction() as db:
        ensure_first_policy(db, document=read_policy(shipped_document()), author=AUTHOR, approver=OWNER, at=NOW)


def test_before_the_first_policy_the_page_says_that_everything_waits(client: FlaskClient, database: Database) -> None:
    sign_in(client, database)

    text = client.get("/policy").text

    assert "No policy is approved yet. Every message waits for a person." in text
    assert "No version has been handed in" in text
    assert "supportbot policy import" not in text


def test_an_admin_is_told_how_to_hand_in_the_first_policy(client: FlaskClient, database: Database) -> None:
    sign_in(client, database, role="admin")

    assert "supportbot policy import FILE" in client.get("/policy").text


def test_the_policy_in_force_is_said_in_sentences(client: FlaskClient, database: Database) -> None:
    approve(database)
    sign_in(client, database)

    text = client.get("/policy").text

    assert "Routing policy, version 1, in force" in text
    assert "<h1>Fast drafts the routine. Reasoning works the disputes. A person sends.</h1>" in text
    assert "Reasoning does it, and nobody takes over. Held until a person releases it, always." in text
    assert "dispute_reply/2 with reply/1" in text
    assert "Held as a money question" in text
    assert "Only the owner approves changes." in text
    assert 'href="/policy" aria-current="page"' in text


def test_the_owner_is_named_and_needs_no_note(client: FlaskClient, database: Database) -> None:
    approve(database)
    sign_in(client, database, role="owner")

    text = client.get("/policy").text

    assert "Owner <b>Noor the owner</b>" in text
    assert "Only the owner approves changes." not in text


def test_a_proposal_can_be_read_and_says_that_it_is_one(client: FlaskClient, database: Database) -> None:
    approve(database)
    document = shipped_document().replace('model: facts, job: "', 'model: facts, job: "<script>alert(1)</script> ')
    with database.transaction() as db:
        propose_policy(db, document=read_policy(document), problem="3 of 97 ran out of time.", author=AUTHOR, at=NOW)
    sign_in(client, database)

    text = client.get("/policy/versions/2").text

    assert "Routing policy, version 2, proposed" in text
    assert "3 of 97 ran out of time." in text
    assert "&lt;script&gt;alert(1)" in text
    assert 'href="/policy/versions/1"' in text


def test_a_version_is_downloaded_word_for_word_and_as_markdown(client: FlaskClient, database: Database) -> None:
    approve(database)
    sign_in(client, database)

    document, markdown = client.get("/policy/versions/1/document"), client.get("/policy/versions/1/markdown")

    assert document.text == shipped_document()
    assert document.headers["Content-Disposition"] == 'attachment; filename="policy-1.yaml"'
    assert markdown.text.startswith("# Routing policy, version 1\n")


@pytest.mark.parametrize("path", ["", "/document", "/markdown"])
def test_a_version_that_does_not_exist_is_not_found(client: FlaskClient, database: Database, path: str) -> None:
    sign_in(client, database)

    assert client.get(f"/policy/versions/7{path}").status_code == 404


@pytest.mark.parametrize("path", ["", "/versions/1", "/versions/1/document", "/versions/1/markdown"])
def test_nobody_reads_the_policy_without_signing_in(client: FlaskClient, database: Database, path: str) -> None:
    approve(database)

    answer = client.get(f"/policy{path}")

    assert "drafts the routine" not in answer.text
    assert answer.status_code in (303, 401)


def test_a_paused_model_and_the_names_models_answer_under_are_shown_until_it_is_back(
    client: FlaskClient, database: Database
) -> None:
    approve(database)
    sign_in(client, database)
    spec = parse_policy(shipped_document()).model_specs()["fast"]
    with database.transaction() as db:
        times = {"opened_at": NOW - timedelta(minutes=8), "probe_at": NOW + timedelta(minutes=2)}
        db.add(Breaker(endpoint=spec.endpoint, model_key="fast", because="overloaded", failed_probes=1, **times))
        db.add(ServedModel(endpoint=spec.endpoint, model_answered="small-2<b>", since=NOW - timedelta(days=1)))

    text = client.get("/policy").text
    with database.transaction() as db:
        db.delete(db.get_one(Breaker, spec.endpoint))
    later = client.get("/policy").text

    assert "<span>Fast is paused</span>" in text
    assert "after an overloaded model" in text
    assert "Fast answers as small-2&lt;b&gt; since" in text
    assert 'hx-trigger="changed, every 60s"' in text
    assert "is paused" not in later
