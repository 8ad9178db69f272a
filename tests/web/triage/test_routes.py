"""The triage page: its counts, the box to try a text, and the owner's word on trained weights."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from supportbot.db import Database
from supportbot.drafting.actions import corrections
from supportbot.drafting.triage_training import train_if_due
from supportbot.governance.queries import active_policy
from supportbot.governance.tables import TriageWeights
from supportbot.web.triage.try_context import marked
from tests.drafting.test_triage_training import fifty
from tests.factories import DISPUTE, ROUTINE, Office, make_office, own_policy
from tests.statements import counted

MOST_STATEMENTS = 8


@pytest.fixture
def office(sqlite_database_url: str) -> Iterator[Office]:
    made = make_office(Database(sqlite_database_url))
    yield made
    made.close()


def rows(office: Office) -> int:
    with office.shop.database.transaction(read_only=True) as db:
        tables = SQLModel.metadata.sorted_tables
        counts = [sa.select(sa.func.count()).select_from(table).scalar_subquery() for table in tables]
        return sum(db.connection().execute(sa.select(*counts)).one())


def test_before_anything_came_in_the_page_says_what_will_be_counted(office: Office) -> None:
    page = office.browser(office.shop.agent).get("/triage").text

    assert "No message has come in for four weeks." in page
    assert "Nothing was held in four weeks" in page
    assert "Nobody has said anything yet" in page
    assert "Nothing was trained yet" in page


def test_what_is_held_and_why_is_counted_by_layer_and_labels_by_what_they_say(office: Office) -> None:
    shop = office.shop
    dispute = shop.drafted(shop.jonas_id, DISPUTE)
    routine = shop.drafted(shop.mira_id, ROUTINE)
    shop.act(lambda db: corrections.say_wrong_route(db, shop.runtime, routine.message_id, by=shop.agent))
    shop.act(lambda db: corrections.correct_topic(db, shop.runtime, dispute.message_id, "refund", by=shop.agent))
    shop.work()

    page = " ".join(office.browser(shop.lead).get("/triage").text.split())

    assert "Of 2 messages in seven days, 2 waited for a person." in page
    assert "The policy’s words" in page
    assert "2 labels" in page
    assert '<dt>High risk that was held</dt><dd><span class="nowrap">0 of 1</span>' in page
    assert "billing 1" in page


def test_a_text_is_tried_with_its_words_marked_escaped_and_kept_nowhere(office: Office) -> None:
    browser = office.browser(office.shop.agent)
    before = rows(office)

    answer = browser.post("/triage/trial", htmx=True, text="<b>I was billed twice</b> & want my money back")

    assert answer.status_code == 200
    assert "Held: a refund or billing dispute" in answer.text
    assert "<mark>" in answer.text
    assert "&lt;b&gt;" in answer.text
    assert "<b>I was" not in answer.text
    assert "<html" not in answer.text
    assert "Goes the fast way" in browser.post("/triage/trial", text="Where is my invoice?").text
    assert rows(office) == before


@pytest.mark.parametrize(("text", "says"), [("  ", "Write what a customer might write"), ("x" * 16_385, "16,385")])
def test_a_text_that_cannot_be_tried_is_refused_beside_the_box(office: Office, text: str, says: str) -> None:
    answer = office.browser(office.shop.agent).post("/triage/trial", text=text)

    assert answer.status_code == 400
    assert says in answer.text


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("billed  twice, rebilled", ("billed twice",)),
        ("", ("a",)),
        ("(.*) [x]", ("(.*)", "[x]")),
        ("charged charged", ("charged", "charged")),
    ],
)
def test_the_parts_of_a_marked_text_are_the_text(text: str, words: tuple[str, ...]) -> None:
    parts = marked(text, words)

    assert "".join(part["text"] for part in parts) == text
    assert "rebilled" not in "".join(part["text"] for part in parts if part["kind"]) or text == ""


def test_only_the_owner_of_the_policy_sees_and_uses_the_buttons(office: Office) -> None:
    shop = office.shop
    own_policy(shop, shop.owner)
    fifty(shop)
    train_if_due(shop.database, shop.runtime)
    lead, owner = office.browser(shop.lead), office.browser(shop.owner)

    assert "Waits for the owner" in lead.get("/triage").text
    assert "Labels by Noor (50). Most are of one person" in owner.get("/triage").text
    assert "Activate these weights" not in lead.get("/triage").text
    assert lead.post("/triage/weights/1/activation").status_code == 403
    assert "Activate these weights" in owner.get("/triage").text
    done = owner.post("/triage/weights/1/activation")

    assert done.status_code == 303
    page = owner.get("/triage").text
    assert "In force by policy version 3" in page
    assert "Activate these weights" not in page
    with shop.database.transaction(read_only=True) as db:
        assert active_policy(db).policy.triage.weights.startswith("sha256:")
    assert owner.post("/triage/weights/1/refusal").status_code == 409
    assert owner.post("/triage/weights/99/refusal").status_code == 404


def test_who_activates_worse_weights_reads_so_once_more_in_the_question(office: Office) -> None:
    shop = office.shop
    own_policy(shop, shop.owner)
    fifty(shop)
    train_if_due(shop.database, shop.runtime)

    def worsen(db: Session) -> None:
        row = db.exec(select(TriageWeights)).one()
        row.report = {**(row.report or {}), "verdict": "worse", "words": "Not recommended: it misses more disputes."}
        db.add(row)

    shop.act(worsen)
    question = office.browser(shop.owner).get("/triage").text.partition("Let these weights decide?")[2]

    assert "Not recommended: it misses more disputes." in question.partition("</form>")[0]


def test_the_page_takes_the_same_few_statements_for_few_rows_and_many(office: Office) -> None:
    browser = office.browser(office.shop.lead)
    with counted(office.app.extensions["supportbot"].database) as few:
        browser.get("/triage")
    fifty(office.shop)
    for _ in range(3):
        office.shop.drafted(office.shop.mira_id, ROUTINE)
    train_if_due(office.shop.database, office.shop.runtime)
    with counted(office.app.extensions["supportbot"].database) as many:
        browser.get("/triage")

    assert len(few) == len(many) <= MOST_STATEMENTS, many
