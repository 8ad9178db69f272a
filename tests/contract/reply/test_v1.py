"""Reading a model's answer: strict, and never crashing."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.contract.reply.v1 import SCHEMA, parse
from supportbot.contract.types import ACTIONS, OUTCOMES
from supportbot.errors import ContractError
from tests.contract.factories import make_answer, make_fields


def test_a_plain_answer_is_read() -> None:
    assert parse(make_answer()) == make_fields()


@pytest.mark.parametrize(
    "wrapped",
    [
        "<think>the answer is {easy}</think>\n{body}",
        "Well. <think>the answer is {easy}</think> And <thinking>{more}</thinking>\n{body}",
        "```json\n{body}\n```",
        "Here is the JSON you asked for:\n{body}\nI hope that helps.",
    ],
)
def test_text_around_the_object_is_dropped(wrapped: str) -> None:
    assert parse(wrapped.replace("{body}", make_answer())) == make_fields()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"mood": "sunny"}, "mood"),
        ({"outcome": "refund_granted"}, "outcome"),
        ({"next_actions": ["rate_this_chat"]}, "next_actions.0"),
        ({"next_actions": list(ACTIONS[:4])}, "next_actions"),
        ({"answer": ""}, "answer"),
        ({"answer": " \n "}, "answer"),
        ({"answer": 7}, "answer"),
        ({"answer": "x" * 5_000}, "answer"),
        ({"details": None}, "details"),
        ({"details": "x" * 13_000}, "details"),
        ({"confidence": 1.2}, "confidence"),
        ({"confidence": True}, "confidence"),
        ({"confidence": "0.9"}, "confidence"),
        ({"sources": ["x" * 300]}, "sources.0"),
        ({"facts_used": "f1"}, "facts_used"),
    ],
)
def test_anything_off_the_schema_is_refused_with_its_field(change: dict[str, Any], field: str) -> None:
    with pytest.raises(ContractError) as refused:
        parse(make_answer(**change))
    assert field in refused.value.fields


@pytest.mark.parametrize("name", list(SCHEMA["required"]))
def test_every_field_is_required(name: str) -> None:
    data = json.loads(make_answer())
    del data[name]
    with pytest.raises(ContractError) as refused:
        parse(json.dumps(data))
    assert name in refused.value.fields


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I think you should open your account.",
        "[1, 2]",
        '{"answer": "half a',
        make_answer() + make_answer(),
        make_answer(confidence=math.nan),
        make_answer(confidence=math.inf),
        make_answer().replace('"details"', '"answer"'),
        make_answer(answer="\ud800 lone"),
        '{"a":' * 1_000 + "1" + "}" * 1_000,
        '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
        '{"confidence": ' + "9" * 10_000 + "}",
        "<think>" * 20_000,
        "{" * 200_000,
        make_answer(details="x" * 5_000_000),
    ],
)
def test_what_is_no_reply_is_refused_and_nothing_crashes(text: str) -> None:
    with pytest.raises(ContractError) as refused:
        parse(text)
    assert len(refused.value.message) < 2_000


@settings(max_examples=200, deadline=None)
@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_no_text_crashes_the_parser(text: str) -> None:
    with pytest.raises(ContractError):
        parse(text)


def test_the_schema_stays_in_the_subset_that_every_provider_takes() -> None:
    assert SCHEMA["additionalProperties"] is False
    assert SCHEMA["required"] == list(SCHEMA["properties"])
    assert SCHEMA["properties"]["outcome"]["enum"] == list(OUTCOMES)
    keywords = {"type", "enum", "items", "description"}
    assert all(set(part) <= keywords for part in SCHEMA["properties"].values())


def test_an_answer_without_a_next_action_leads_to_a_person() -> None:
    assert parse(make_answer(next_actions=[])).next_actions == ("talk_to_person",)
