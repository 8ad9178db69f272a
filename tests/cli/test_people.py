"""`supportbot user` and `supportbot token`: people come, go and come back; tokens are made, listed and ended."""

import re
from pathlib import Path

import pytest

from supportbot.accounts.queries import people, person_by_token
from supportbot.db import Database
from tests.cli.operator import Operator, operator

MAIL = "noor@shop.example"


@pytest.fixture
def desk(database_url: str, tmp_path: Path) -> Operator:
    return operator(database_url, tmp_path, SUPPORTBOT_PASSWORD="a long password")


def accepts(desk: Operator, token: str) -> bool:
    opened = Database(desk.env["SUPPORTBOT_DATABASE_URL"])
    with opened.transaction(read_only=True) as db:
        found = person_by_token(db, token)
    opened.dispose()
    return found is not None


def test_whoever_is_added_is_listed_with_their_role(desk: Operator) -> None:
    assert "Nobody yet" in desk.said("user", "list")

    said = desk.said("user", "add", MAIL, "--name", "Noor Aziz", "--role", "lead", "--limit", "10000")

    assert said == f"{MAIL} is in, as lead.\n"
    assert desk.said("user", "list") == f"{MAIL}  lead  Noor Aziz\n"
    assert desk.read("user", "list") == [{"email": MAIL, "name": "Noor Aziz", "role": "lead", "disabled": False}]


def test_a_limit_below_zero_is_wrong_use_and_an_owner_has_none(desk: Operator) -> None:
    result = desk.run("user", "add", MAIL, "--limit", "-5", code=2)
    assert "-5 is not in the range" in result.stderr
    desk.said("user", "add", "bram@shop.example", "--role", "owner", "--limit", "5")

    opened = Database(desk.env["SUPPORTBOT_DATABASE_URL"])
    with opened.transaction(read_only=True) as db:
        known = {person.email: person.release_limit_minor for person in people(db)}
    opened.dispose()
    assert known == {"bram@shop.example": None}


def test_what_will_not_do_is_refused_with_its_reason(desk: Operator) -> None:
    short = Operator(desk.env | {"SUPPORTBOT_PASSWORD": "short"})
    desk.said("user", "add", MAIL)

    assert "has 5 characters; use at least 10" in short.refused("user", "add", "ines@shop.example")
    assert "'noor' is not an e-mail address" in desk.refused("user", "add", "noor")
    assert f"{MAIL} is already there" in desk.refused("user", "add", MAIL)
    assert "Nobody here has the address ines@shop.example" in desk.refused("user", "password", "ines@shop.example")
    assert desk.run("user", "add", "x@y.example", "--role", "king", code=2).stdout == ""


def test_whoever_is_shut_out_can_be_let_in_again_and_does_nothing_in_between(desk: Operator) -> None:
    desk.said("user", "add", MAIL)
    token = desk.said("token", "create", MAIL).strip()
    assert accepts(desk, token)

    assert desk.said("user", "disable", MAIL) == f"{MAIL} is shut out.\n"

    assert not accepts(desk, token)
    for words in (("token", "create", MAIL), ("user", "password", MAIL), ("user", "add", MAIL)):
        assert f"supportbot user enable {MAIL}" in desk.refused(*words)
    assert desk.read("user", "list") == []
    assert desk.said("user", "list", "--all") == f"{MAIL}  agent  {MAIL}  (shut out)\n"
    assert desk.said("user", "enable", MAIL) == f"{MAIL} is let in again.\n"
    assert accepts(desk, token)
    assert "is not shut out" in desk.refused("user", "enable", MAIL)


def test_a_token_is_shown_once_listed_by_its_id_and_ended_by_it(desk: Operator) -> None:
    desk.said("user", "add", MAIL)
    assert "None. Make one" in desk.said("token", "list")
    kept, leaked = (desk.read("token", "create", MAIL, "--name", name)["token"] for name in ("reports", "laptop"))
    listed = desk.read("token", "list")
    assert [(one["email"], one["name"]) for one in listed] == [(MAIL, "reports"), (MAIL, "laptop")]
    assert leaked not in desk.said("token", "list")

    ended = str(listed[1]["id"])
    assert desk.said("token", "revoke", ended) == f"Token {ended} is revoked.\n"

    assert (accepts(desk, kept), accepts(desk, leaked)) == (True, False)
    assert [one["name"] for one in desk.read("token", "list")] == ["reports"]
    assert f"Token {ended} was revoked on" in desk.refused("token", "revoke", ended)
    assert "There is no token 99" in desk.refused("token", "revoke", "99")
    assert desk.run("token", "revoke", "0", code=2).stdout == ""


def test_the_log_says_who_came_and_went(desk: Operator) -> None:
    desk.said("user", "add", MAIL)
    desk.said("user", "disable", MAIL)
    desk.said("user", "enable", MAIL)
    assert re.fullmatch(
        r"3 entries, and every one fits the one before\. Head: 3\.[0-9a-f]{16}\n", desk.said("audit", "verify")
    )
