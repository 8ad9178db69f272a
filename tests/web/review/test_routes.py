"""The pages of the weekly review: who sees what, and what stays hidden until one has marked."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from supportbot.app import create_app
from supportbot.db import Database
from supportbot.engine import MemoryEngine
from supportbot.review.types import CRITERIA
from supportbot.settings import Settings
from tests.factories import SECRET_KEY, Shop
from tests.review.weeks import WEEK, all_marked, answered, draw, items, read, shop_after_week

YES = {f"mark-{criterion.name}": "yes" for criterion in CRITERIA}
TEXT = re.compile(r"<[^>]+>")


@pytest.fixture
def database(sqlite_database_url: str) -> Iterator[Database]:
    """Pages ask nothing of the engine that the actions' tests have not asked of both."""
    opened = Database(sqlite_database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def shop(database: Database) -> Shop:
    """A week of nine counted conversations and a hunt, drawn."""
    made = shop_after_week(database, routine=8, held=3)
    for _ in range(7):
        answered(made, edited="Quite another answer than before.")
    draw(made)
    return made


def client_of(shop: Shop, tmp_path: Path, *, by: str = "ines") -> FlaskClient:
    url = shop.database.url.render_as_string(hide_password=False)
    settings = Settings(url, tmp_path, SECRET_KEY, "http://localhost", "127.0.0.1:8000")
    app = create_app(settings, clock=shop.clock, engine=MemoryEngine())
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    answer = client.post("/login", data={"email": f"{by}@shop.example", "password": "a long password"})
    assert answer.status_code == 303
    return client


@pytest.fixture
def lead(shop: Shop, tmp_path: Path) -> Iterator[FlaskClient]:
    """The lead's browser."""
    client = client_of(shop, tmp_path)
    yield client
    client.application.extensions["supportbot"].database.dispose()


@pytest.fixture
def owner(shop: Shop, tmp_path: Path) -> Iterator[FlaskClient]:
    """The owner's browser."""
    client = client_of(shop, tmp_path, by="bram")
    yield client
    client.application.extensions["supportbot"].database.dispose()


def words(answer: TestResponse) -> str:
    """A page's text in one line."""
    body = answer.text.partition("<main")[2].partition("</main>")[0]
    return " ".join(TEXT.sub(" ", body).replace("&nbsp;", " ").split())


def place(shop: Shop, *, kind: str | None = None, twice: bool = False) -> int:
    """The first place of a kind."""
    return next(
        state.item.position
        for state in items(shop)
        if (state.item.kind == kind if kind else state.item.kind != "hunt") and state.item.twice == twice
    )


def test_an_agent_sees_no_review_and_no_link_to_it(shop: Shop, tmp_path: Path) -> None:
    client = client_of(shop, tmp_path, by="noor")
    for path in ("/review", f"/review/{WEEK}", f"/review/{WEEK}/1"):
        assert client.get(path).status_code == 403
    for path in (f"/review/{WEEK}/1/scorecard", f"/review/{WEEK}/1/replacement", f"/review/{WEEK}/decision"):
        assert client.post(path, data=YES | {"reason": "x", "decision": "keep"}).status_code == 403
    assert "/review" not in client.get("/inbox").text
    client.application.extensions["supportbot"].database.dispose()


def test_nobody_signed_in_is_sent_to_the_login(lead: FlaskClient) -> None:
    stranger = lead.application.test_client()
    assert stranger.get("/review").status_code == 303
    assert stranger.post(f"/review/{WEEK}/decision").status_code == 401


def test_the_weeks_page_answers_what_waits_and_says_when_the_next_draw_is(lead: FlaskClient, shop: Shop) -> None:
    text = words(lead.get("/review"))
    total = len(items(shop))
    assert f"Week 12 waits: 0 of {total} read." in text
    assert "Drawn today, 06:00 from 18 conversations." in text
    assert "Monday 30 Mar, 06:00 Europe/Amsterdam" in text
    assert "3 held, 15 routine" in text
    assert "Start reading" in text


def test_before_any_draw_the_page_says_when_the_first_one_is(database: Database, tmp_path: Path) -> None:
    client = client_of(shop_after_week(database), tmp_path)
    text = words(client.get("/review"))
    assert "No week has been drawn yet. The next draw is Monday 30 Mar, 06:00 Europe/Amsterdam." in text
    client.application.extensions["supportbot"].database.dispose()


@pytest.mark.parametrize("path", ["/review/2026-W11", "/review/nonsense", f"/review/{WEEK}/99", "/review/2026-W11/1"])
def test_what_was_not_drawn_is_not_found(lead: FlaskClient, path: str) -> None:
    assert lead.get(path).status_code == 404


def test_checks_model_and_others_marks_are_hidden_until_one_has_marked(
    lead: FlaskClient, owner: FlaskClient, shop: Shop
) -> None:
    at = place(shop, twice=True)
    read(shop, at, all_marked(tone="no", cause="Too curt."))
    before = words(owner.get(f"/review/{WEEK}/{at}"))
    assert "Ines read this one too. You see each other’s marks after both submit." in before
    for hidden in ("Too curt", "routine_reply/1", "passed", "Calm and plain", "Route"):
        assert hidden not in before
    assert "Too curt" not in words(owner.get(f"/review/{WEEK}"))
    waiting = words(lead.get(f"/review/{WEEK}/{at}"))
    assert "routine_reply/1, reply/1" in waiting
    owner.post(f"/review/{WEEK}/{at}/scorecard", data=YES)
    after = words(owner.get(f"/review/{WEEK}/{at}"))
    assert "Ines: 4 yes, 1 no (Calm and plain). Cause: Too curt." in after
    assert "Bram: 5 yes." in words(lead.get(f"/review/{WEEK}/{at}"))


def test_the_first_readers_marks_say_nothing_of_the_second_until_both_are_in(lead: FlaskClient, shop: Shop) -> None:
    at = place(shop, twice=True)
    lead.post(f"/review/{WEEK}/{at}/scorecard", data=YES)
    text = words(lead.get(f"/review/{WEEK}/{at}"))
    assert "A second person reads this one too." in text
    assert "Bram" not in text


def test_why_a_hunt_was_picked_is_shown_only_after_marking(lead: FlaskClient, shop: Shop) -> None:
    at = place(shop, kind="hunt")
    assert "words were edited." not in words(lead.get(f"/review/{WEEK}/{at}"))
    lead.post(f"/review/{WEEK}/{at}/scorecard", data=YES)
    assert "Picked because" in words(lead.get(f"/review/{WEEK}/{at}"))


def test_submitting_leads_to_the_next_unread_one_and_from_the_last_to_the_closing_screen(
    lead: FlaskClient, shop: Shop
) -> None:
    total = len(items(shop))
    for at in range(1, total + 1):
        lead.get(f"/review/{WEEK}/{at}")
        answer = lead.post(f"/review/{WEEK}/{at}/scorecard", data=YES)
        following = f"/review/{WEEK}/{at + 1}" if at < total else f"/review/{WEEK}"
        assert (answer.status_code, answer.location) == (303, following)
    assert all(state.cards[0].opened_at is not None for state in items(shop))


def test_a_missing_mark_is_named_and_the_others_are_kept(lead: FlaskClient, shop: Shop) -> None:
    form = YES | {"mark-promise": "no", "mark-tone": "", "cause": "<b>the rule</b>"}
    answer = lead.post(f"/review/{WEEK}/1/scorecard", data=form)
    assert answer.status_code == 400
    text = words(answer)
    assert "Your marks are not saved yet: each criterion needs one." in text
    assert text.count("Choose yes, no or not applicable.") == 1
    assert len(re.findall(r'name="mark-promise" value="no" required checked', answer.text)) == 1
    assert "&lt;b&gt;the rule&lt;/b&gt;" in answer.text
    assert items(shop)[0].cards == ()


def test_submitting_twice_is_a_conflict_and_changes_nothing(lead: FlaskClient, shop: Shop) -> None:
    lead.post(f"/review/{WEEK}/1/scorecard", data=YES)
    answer = lead.post(f"/review/{WEEK}/1/scorecard", data=YES | {"mark-tone": "no"})
    assert answer.status_code == 409
    assert items(shop)[0].cards[0].marks["tone"] == "yes"


def test_replacing_needs_a_reason_and_is_counted_on_the_page(lead: FlaskClient, shop: Shop) -> None:
    at = place(shop, kind="routine")
    before = items(shop)[at - 1].item.conversation_id
    assert lead.post(f"/review/{WEEK}/{at}/replacement", data={"reason": ""}).status_code == 400
    answer = lead.post(f"/review/{WEEK}/{at}/replacement", data={"reason": "Spam."})
    assert (answer.status_code, answer.location) == (303, f"/review/{WEEK}/{at}")
    assert items(shop)[at - 1].item.conversation_id != before
    assert "1 replaced this week" in words(lead.get(f"/review/{WEEK}/{at}"))


def test_the_closing_screen_shows_counts_with_intervals_and_takes_one_decision(lead: FlaskClient, shop: Shop) -> None:
    counted = [state.item.position for state in items(shop) if state.item.kind != "hunt"]
    for state in items(shop):
        at = state.item.position
        marks = all_marked("no") if state.item.kind == "hunt" else all_marked()
        read(shop, at, all_marked(first_sentence="no", tone="na") if at == counted[0] else marks)
    text = words(lead.get(f"/review/{WEEK}"))
    assert "all read. One thing to decide." in text
    assert "First sentence answers 1 of 9 (2-43 %) 1 of 9 (2-43 %) 1 of 9 (2-43 %)" in text
    assert "Amounts and dates right critical 0 of 9 (0-30 %)" in text
    assert "Calm and plain 0 of 8 (0-32 %)" in text
    assert "1 “not applicable” leaves its row." in text
    assert "Hunts, not counted: H1 has “no” for first sentence answers, amounts and dates right," in text
    assert "2 wait for a second reader; closing the week ends that." in text
    refused = lead.post(f"/review/{WEEK}/decision", data={"decision": "keep", "reason": ""})
    assert refused.status_code == 400
    assert "Say why, in one sentence." in words(refused)
    answer = lead.post(f"/review/{WEEK}/decision", data={"decision": "keep", "reason": "Wait for the trial."})
    assert answer.status_code == 303
    closed = words(lead.get(f"/review/{WEEK}"))
    assert "Week 12 is closed: keep as it is." in closed
    assert "Keep as it is: “Wait for the trial.” Ines, today," in closed
    assert "2 were closed without a second reader." in closed
    assert lead.post(f"/review/{WEEK}/decision", data={"decision": "keep", "reason": "x"}).status_code == 409
    assert "Week 12 is closed: keep as it is. The next draw is Monday 30 Mar" in words(lead.get("/review"))


def test_after_a_first_scorecard_the_week_shows_counts_with_intervals(lead: FlaskClient, shop: Shop) -> None:
    assert words(lead.get(f"/review/{WEEK}")).count("none yet") == 15
    lead.post(f"/review/{WEEK}/{place(shop, kind='routine')}/scorecard", data=YES | {"mark-tone": "no"})
    text = words(lead.get(f"/review/{WEEK}"))
    assert "Calm and plain 1 of 1 (21-100 %) too few" in text
    assert "Next action fits 0 of 1 (0-79 %) too few" in text
    assert "What waits for your marks is not in them yet." in text


def test_nothing_is_decided_while_something_is_unread(lead: FlaskClient, shop: Shop) -> None:
    text = words(lead.get(f"/review/{WEEK}"))
    assert f"0 of {len(items(shop))} read" in text
    assert "conversations are unread." in text
    answer = lead.post(f"/review/{WEEK}/decision", data={"decision": "keep", "reason": "x"})
    assert answer.status_code == 409


def test_a_small_week_says_beside_its_counts_that_they_are_too_few(database: Database, tmp_path: Path) -> None:
    shop = shop_after_week(database, routine=5)
    draw(shop)
    for state in items(shop):
        read(shop, state.item.position, all_marked(tone="no"))
    client = client_of(shop, tmp_path)
    text = words(client.get(f"/review/{WEEK}"))
    assert "Only 5 conversations were answered in week 12: all are drawn; fewer than 9 are too few to tell." in text
    assert "Calm and plain 5 of 5 (57-100 %) too few" in text
    client.application.extensions["supportbot"].database.dispose()


def test_customers_words_are_never_markup(database: Database, tmp_path: Path) -> None:
    shop = shop_after_week(database)
    answered(shop, edited="<script>alert(1)</script>")
    draw(shop)
    client = client_of(shop, tmp_path)
    page = client.get(f"/review/{WEEK}/1").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    client.application.extensions["supportbot"].database.dispose()
