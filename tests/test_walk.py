"""The way of a customer's text from POST to draft, as it runs: down one line of modules, none entered over and over."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from types import FrameType
from typing import Any

import pytest
from pydantic import BaseModel

from supportbot.accounts.types import ShopUser
from supportbot.customers.identity import sign_identity, site_secret
from supportbot.db import Database
from supportbot.routing.summary import title
from tests.factories import SECRET_KEY, Office, make_office

ROUTINE = "Where is my zanzibar invoice?"
DISPUTE = "I was charged twice for my zanzibar order. I want my money back."
WORD = "zanzibar"  # follows the text wherever it is carried, cut or folded
# The line down which a text goes. Values and text primitives belong to everybody.
_VALUES = ("types", "tables")
_DEEPEST = 5


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    made = make_office(database)
    yield made
    made.close()


def carries(value: object, depth: int = 0) -> bool:
    """Whether a value holds the customer's text, itself or in a part."""
    if isinstance(value, str):
        return WORD in value.lower()
    if depth > _DEEPEST:
        return False
    if isinstance(value, (tuple, list, set, frozenset)):
        return any(carries(part, depth + 1) for part in value)
    if isinstance(value, dict):
        return any(carries(part, depth + 1) for part in value.values())
    if isinstance(value, BaseModel):
        return any(carries(part, depth + 1) for _, part in value)
    if is_dataclass(value) and not isinstance(value, type):
        return any(carries(getattr(value, part.name, None), depth + 1) for part in fields(value))
    return False


def entries(doing: Callable[[], object]) -> Counter[str]:
    """How often each module is handed the text by another package; inside drafting, by another file."""
    found: Counter[str] = Counter()

    def watch(frame: FrameType, event: str, _: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event != "call" or not module.startswith("supportbot.") or frame.f_code.co_name.startswith("<"):
            return
        if _is_counted(_caller(frame), module) and any(carries(value) for value in list(frame.f_locals.values())):
            found[module.removeprefix("supportbot.")] += 1

    sys.setprofile(watch)
    try:
        doing()
    finally:
        sys.setprofile(None)
    return found


def _caller(frame: FrameType) -> str:
    """The module of ours that called, past every library in between."""
    back = frame.f_back
    while back is not None:
        name = str(back.f_globals.get("__name__", ""))
        if name.startswith("supportbot."):
            return name
        back = back.f_back
    return ""


def _is_counted(caller: str, module: str) -> bool:
    package, last = module.split(".")[1], module.rpartition(".")[2]
    if caller == module or package == "language" or last in _VALUES:
        return False
    return package == "drafting" or caller.split(".")[1:2] != [package]


def post(office: Office, text: str) -> int:
    """A signed-in customer's message over HTTP; gives its id."""
    client, now = office.app.test_client(), office.shop.clock()
    proof = sign_identity(ShopUser("jonas", "Jonas"), secret=site_secret(SECRET_KEY, "harbour-lane", 1), now=now)
    opened = client.post("/widget/v1/sessions", json={"site_key": "harbour-lane", "identity_token": proof})
    header = {"Authorization": f"Bearer {opened.json['session_token']}"}
    answer = client.post(
        "/widget/v1/messages", json={"client_message_id": f"m-{len(text)}", "text": text}, headers=header
    )
    assert answer.status_code == 202, answer.text
    return int(answer.json["message_id"])


def walked(office: Office, text: str) -> Counter[str]:
    """The way of a text, POST and draft; a held case's summary is another job's way."""
    return entries(lambda: office.shop.drafting.draft_reply(post(office, text)))


def test_a_routine_text_enters_no_module_more_than_twice(office: Office) -> None:
    found = walked(office, ROUTINE)

    assert {module: times for module, times in found.items() if times > 2} == {}
    assert found["drafting.pipeline"] == 2  # planned, then drafted
    assert found["drafting.rules.grounding"] == found["gateway.gateway"] == 1


def test_a_dispute_with_its_comparison_comes_back_to_no_module_more_than_twice(office: Office) -> None:
    found = walked(office, DISPUTE)

    assert {module: times for module, times in found.items() if times > 3} == {}
    assert found["drafting.rules.grounding"] == 1
    assert found["gateway.gateway"] == found["drafting.rules.compose"] == 2


def test_the_line_is_the_one_that_is_told(office: Office) -> None:
    found = walked(office, ROUTINE)

    line = ["channels.widget", "inbox.actions.incoming", "drafting.pipeline", "triage.rules", "drafting.ask_model"]
    assert [module for module in found if module in line] == line


def test_a_text_that_is_handed_to_a_module_three_times_is_seen() -> None:
    found = entries(lambda: [title(text) for text in (WORD, WORD, WORD)])

    assert found == {"routing.summary": 3}
