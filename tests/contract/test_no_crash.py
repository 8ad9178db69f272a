"""Nothing that a model can send crashes what reads it, and what was read renders the same however often."""

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.contract.checks.draft_checks import check_reply
from supportbot.contract.reply import v1, v2
from supportbot.contract.types import ACTIONS, OUTCOMES, ReplyFields
from supportbot.contract.voice.render import content_hash, from_json, to_json, to_text
from supportbot.errors import ContractError
from tests.contract.factories import make_allowed, make_answer, make_rendered, normalise

_LEAF = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
_JSON = st.recursive(
    _LEAF,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
_NAMES = st.sampled_from(["answer", "details", "outcome", "next_actions", "facts_used", "sources", "confidence", "ask"])
_WORDS = st.text(min_size=1, max_size=60).filter(lambda text: any(mark.isalnum() for mark in text))


@st.composite
def _answers(draw: st.DrawFn) -> dict[str, Any]:
    """An answer on the schema, with any text in it."""
    return {
        "answer": draw(_WORDS),
        "details": draw(st.text(max_size=200)),
        "outcome": draw(st.sampled_from(OUTCOMES)),
        "next_actions": draw(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3)),
        "facts_used": draw(st.lists(st.text(min_size=1, max_size=10), max_size=3)),
        "sources": draw(st.lists(st.text(min_size=1, max_size=10), max_size=3)),
        "confidence": draw(st.floats(min_value=0, max_value=1)),
    }


def read(text: str) -> ReplyFields | None:
    try:
        return v1.parse(text)
    except ContractError:
        return None


@settings(max_examples=100, deadline=None)
@given(_answers(), st.sampled_from(["en", "de", "ar"]))
def test_what_is_parsed_renders_stably_and_is_checked_without_a_crash(answer: dict[str, Any], locale: str) -> None:
    fields = read(json.dumps(answer))
    if fields is None:
        return
    fields, _ = normalise(fields, locale=locale)
    reply = make_rendered(fields, locale=locale)
    again = from_json(json.loads(json.dumps(to_json(reply))))
    assert (again, content_hash(again), to_text(again)) == (reply, content_hash(reply), to_text(reply))
    assert make_rendered(normalise(fields, locale=locale)[0], locale=locale) == reply
    findings = check_reply(reply, fields, make_allowed())
    assert [one.rule for one in findings if one.rule in ("schema", "case_fields", "actions") and not one.passed] == []


@settings(max_examples=200, deadline=None)
@given(_answers(), st.dictionaries(_NAMES, _JSON, max_size=3), st.sampled_from([v1.parse, v2.parse]))
def test_an_answer_with_anything_in_its_fields_is_read_or_refused(
    answer: dict[str, Any], changes: dict[str, Any], parse: Any
) -> None:
    with suppress(ContractError):
        fields = parse(json.dumps(answer | changes))
        assert fields.outcome in OUTCOMES
        assert 1 <= len(fields.next_actions) <= 3 and set(fields.next_actions) <= set(ACTIONS)
        assert 0 <= fields.confidence <= 1 and fields.answer.strip()


@pytest.mark.parametrize("read", [v1.parse, v2.parse])
@pytest.mark.parametrize("odd", ["a\0b", "\ud800"])
def test_what_no_database_stores_is_off_the_contract_and_words_about_it_are_not(odd: str, read: Any) -> None:
    answer = json.loads(make_answer()) | ({"ask": ""} if read is v2.parse else {})
    for changes in ({"answer": odd}, {"sources": [odd]}, {odd: 1}):
        with pytest.raises(ContractError):
            read(json.dumps(answer | changes))
    assert read(json.dumps(answer | {"details": "Leave \\u0000 out."})).details == "Leave \\u0000 out."


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(min_value=0, max_value=300))
def test_bytes_and_cut_answers_are_read_or_refused(noise: bytes, cut: int) -> None:
    whole = make_answer()
    assert read(noise.decode("utf-8", "surrogateescape")) is None
    assert read(noise.decode("latin-1") + whole + noise.decode("latin-1")) in (None, read(whole))
    assert (read(whole[:cut]) is None) == (cut < len(whole))


@pytest.mark.parametrize("depth", [1_000, 90_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_depth_is_refused(depth: int, opening: str, closing: str) -> None:
    nested = opening * depth + "1" + closing * depth
    assert read(nested) is None
    assert read(make_answer().replace('"answered"', nested)) is None


@pytest.mark.parametrize(
    "body",
    [
        "x" * 5_000_000,
        "{" * 5_000_000,
        "<think>" * 700_000,
        make_answer(details="y" * 5_000_000),
        make_answer(confidence=10**4_000),
        '{"answer": ' + "9" * 100_000 + "}",
        "<think>" * 28_000 + make_answer(),
    ],
    ids=["letters", "braces", "thoughts", "long details", "long number", "longer number", "thoughts before"],
)
def test_a_huge_body_is_refused_at_once(body: str) -> None:
    assert read(body) is None
