"""`supportbot site`: a shop is added, its pages may carry the chat, and its customers are those it signs."""

import hashlib
import hmac
import time
from pathlib import Path

import jwt
import pytest

from supportbot.app import create_app
from supportbot.engine import MemoryEngine
from supportbot.settings import load_settings
from tests.cli.operator import Operator, operator

HARBOUR = ("harbour", "--name", "Harbour Lane", "--prefix", "HL")


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Operator:
    return operator(database_url, tmp_path)


def identity(secret: str, user_id: str = "user-17") -> str:
    """What the example in docs/widget.md makes."""
    return jwt.encode({"sub": user_id, "name": "Mira", "exp": time.time() + 600}, secret, "HS256")


def ask_widget(desk: Operator, method: str, path: str, **given: object) -> object:
    app = create_app(load_settings(desk.env), engine=MemoryEngine())
    answer = app.test_client().open(path, method=method, **given)
    app.extensions["supportbot"].database.dispose()
    return answer


def status_of_session(desk: Operator, **proof: str) -> int:
    body = {"site_key": "harbour", **proof}
    return ask_widget(desk, "POST", "/widget/v1/sessions", json=body).status_code  # type: ignore[attr-defined]


def test_an_added_site_is_listed_and_says_what_is_still_missing(desk: Operator) -> None:
    assert "None yet" in desk.said("site", "list")

    said = desk.said("site", "add", *HARBOUR, "--time-zone", "Europe/Amsterdam")

    assert "supportbot site secret harbour" in said
    assert "supportbot site set harbour --origin https://shop.example" in said
    assert desk.said("site", "list") == "harbour  Harbour Lane  no page yet\n"
    (row,) = desk.read("site", "list")
    assert (row["time_zone"], row["currency"], row["sign_off"], row["uses_records"]) == (
        "Europe/Amsterdam",
        "EUR",
        "Harbour Lane",
        True,
    )


def test_its_pages_alone_may_carry_the_chat(desk: Operator) -> None:
    desk.said("site", "add", *HARBOUR, "--origin", "https://shop.example/", "--origin", "http://localhost:3000")
    frame = ask_widget(desk, "GET", "/widget/frame?site=harbour")
    policy = frame.headers["Content-Security-Policy"]  # type: ignore[attr-defined]
    assert policy.partition("frame-ancestors ")[2].split()[1:] == [
        "http://127.0.0.1:8000",
        "http://localhost:3000",
        "https://shop.example",
    ]


def test_a_customer_signed_with_its_secret_is_let_in_until_the_secret_is_rotated(desk: Operator) -> None:
    desk.said("site", "add", *HARBOUR)
    secret = desk.said("site", "secret", "harbour").strip()
    user_hash = hmac.new(secret.encode(), b"user-17", hashlib.sha256).hexdigest()
    assert status_of_session(desk, identity_token=identity(secret)) == 201
    assert status_of_session(desk, user_id="user-17", user_hash=user_hash) == 201
    assert status_of_session(desk, identity_token=identity("x" * 64)) == 401

    new = desk.read("site", "secret", "harbour", "--rotate")

    assert (new["version"], new["secret"] == secret) == (2, False)
    assert desk.said("site", "secret", "harbour").strip() == new["secret"]
    assert status_of_session(desk, identity_token=identity(secret)) == 401
    assert status_of_session(desk, identity_token=identity(new["secret"])) == 201


def test_settings_are_changed_one_by_one_and_forgotten_by_an_empty_value(desk: Operator) -> None:
    desk.said("site", "add", *HARBOUR, "--origin", "https://shop.example", "--question", "Where is my parcel?")
    desk.said("site", "set", "harbour", "--verified-only", "--hours", "mon-fri 09:00-18:00", "--accent", "#1F5F5B")
    (row,) = desk.read("site", "list")
    assert (row["origins"], row["verified_only"]) == (["https://shop.example"], True)
    assert status_of_session(desk) == 401

    desk.said("site", "set", "harbour", "--origin", "", "--visitors")

    (row,) = desk.read("site", "list")
    assert (row["origins"], row["verified_only"]) == ([], False)
    assert status_of_session(desk) == 201
    assert "Name a setting to change" in desk.run("site", "set", "harbour", code=2).stderr


def test_a_second_site_reads_no_billing_records_unless_that_is_said(desk: Operator) -> None:
    desk.said("site", "add", *HARBOUR)
    desk.said("site", "add", "kettles", "--name", "Kettles", "--prefix", "KE")
    assert [row["uses_records"] for row in desk.read("site", "list")] == [True, False]
    desk.said("site", "set", "kettles", "--records")
    assert [row["uses_records"] for row in desk.read("site", "list")] == [True, True]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (("--prefix", "hl4"), "case prefix 'hl4': give 1 to 6 letters A-Z"),
        (("--time-zone", "Amsterdam"), "time zone 'Amsterdam'"),
        (("--currency", "euro"), "currency 'euro'"),
        (("--name", "  "), "name '  '"),
        (("--origin", "https://*.shop.example"), "origins 'https://*.shop.example'"),
        (("--origin", "https://shop.example/page"), "scheme and host alone"),
        (("--accent", "teal"), "accent 'teal'"),
        (("--accent", "#ffee88"), "has a contrast of"),
        (("--hours", "fri-mon 09:00-18:00"), "hours 'fri-mon 09:00-18:00'"),
        (("--hours", "mon 18:00-09:00"), "hours 'mon 18:00-09:00'"),
        (("--hours", "mon 09:00-25:00"), "hours 'mon 09:00-25:00'"),
        (("--usual-reply-minutes", "-1"), "usual reply minutes -1"),
        (("--question", "x" * 121), "questions give 6 at most"),
    ],
)
def test_what_will_not_do_is_refused_with_its_value_and_nothing_is_added(
    sqlite_database_url: str, tmp_path: Path, options: tuple[str, ...], problem: str
) -> None:
    desk = operator(sqlite_database_url, tmp_path)
    assert problem in desk.refused("site", "add", *HARBOUR, *options)
    assert desk.read("site", "list") == []


def test_a_key_or_a_prefix_belongs_to_one_site(desk: Operator) -> None:
    desk.said("site", "add", *HARBOUR)
    assert "key 'harbour'" in desk.refused("site", "add", "harbour", "--name", "Other", "--prefix", "OT")
    assert "case prefix 'HL'" in desk.refused("site", "add", "other", "--name", "Other", "--prefix", "HL")
    for words in (("secret", "nope"), ("secret", "nope", "--rotate"), ("set", "nope", "--visitors")):
        assert "There is no site 'nope'" in desk.refused("site", *words)
