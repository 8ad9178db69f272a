"""Released schemas never change, and two versions of one schema live side by side."""

import hashlib
import json
from dataclasses import replace
from typing import Any

import pytest

from supportbot.contract import schema_version
from supportbot.contract.reply import v1, v2
from supportbot.contract.reply.registry import SCHEMAS
from supportbot.contract.voice.normaliser import ASK_LIMIT, DETAILS_LIMIT
from supportbot.contract.voice.render import content_hash, from_json, to_json
from supportbot.errors import ContractError
from tests.contract.factories import make_answer, make_fields, make_rendered, normalise

# sha256 of each released schema. A line here is never changed: write the next version.
RELEASED = {
    "reply/1": "bab20a8a5112f235ac905ff2108e24242bac9e82ad36069efa9e8ba44efeca40",
    "reply/2": "7011540527d152b7fd628c73f2fece7647ed2e9534ab06bbd76e9971d23675ee",
    "summary/1": "a8f526e4e1befe791742033fbd444e2917fb57575eceb5110fe62e471e35f8d9",
    "fields/1": "525ff3b9aac13eb9bf2acd79df0fb2e2aac3d9b894fb3df4b5bf12c763451023",
    "triage/1": "d90031c67a3107d4e7e06f2c1f364209fca39154210be35410d8ece9f6c091cb",
}
ASK = "Which of your two orders do you mean?"


def digest(schema: Any) -> str:
    return hashlib.sha256(json.dumps(schema, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def test_every_schema_is_the_one_that_was_released() -> None:
    assert {name: digest(one.schema) for name, one in SCHEMAS.items()} == RELEASED


@pytest.mark.parametrize("name", [name for name in RELEASED if name.startswith("reply/")])
def test_a_reply_schema_stays_in_what_every_provider_accepts(name: str) -> None:
    schema = schema_version(name).schema
    assert schema["additionalProperties"] is False
    assert schema["required"] == list(schema["properties"])
    kept = {"type", "items", "enum", "description"}
    assert all(set(one) <= kept for one in schema["properties"].values())


def test_each_version_reads_its_own_answers_and_refuses_the_other_one_s() -> None:
    assert v2.parse(make_answer(ask=ASK)) == replace(make_fields(), ask=ASK)
    assert v1.parse(make_answer()).ask == ""
    with pytest.raises(ContractError, match=r"reply/2: ask: Field required"):
        v2.parse(make_answer())
    with pytest.raises(ContractError, match=r"reply/1: ask: Extra inputs"):
        v1.parse(make_answer(ask=ASK))


def test_a_question_back_ends_the_details_in_the_same_frame() -> None:
    first, second = make_rendered(), make_rendered(make_fields(ask=ASK))
    assert second.details == f"{first.details} {ASK}"
    assert replace(second, details=first.details) == first
    assert set(to_json(second)) == set(to_json(first))
    assert from_json(to_json(second)) == second


def test_a_reply_without_a_question_has_the_same_bytes_by_either_version() -> None:
    one = make_rendered(v1.parse(make_answer()))
    two = make_rendered(v2.parse(make_answer(ask="")))
    assert content_hash(one) == content_hash(two)


@pytest.mark.parametrize(
    ("asked", "kept"),
    [
        (ASK, ASK),
        ("Sure! **Which order** do you mean", "Which order do you mean?"),
        ("Which one? And when? Please say.", "Which one?"),
        ("I can't help with that.", ""),
        ("...", ""),
        ("أي طلب تقصد؟", "أي طلب تقصد؟"),
    ],
)
def test_what_is_asked_back_is_one_question_with_its_mark(asked: str, kept: str) -> None:
    assert normalise(make_fields(ask=asked))[0].ask == kept


def test_a_long_question_and_long_details_stay_within_the_band_together() -> None:
    fields, _ = normalise(make_fields(details="This is one of many sentences. " * 60, ask="Which of them, " * 40))
    assert len(fields.ask) <= ASK_LIMIT
    assert len(make_rendered(fields).details) <= DETAILS_LIMIT


def test_a_question_that_the_details_end_with_already_is_asked_once() -> None:
    fields, rules = normalise(make_fields(details=f"There are two. {ASK}", ask=ASK))
    assert (fields.details, fields.ask) == ("There are two.", ASK)
    assert "not_twice" in rules
