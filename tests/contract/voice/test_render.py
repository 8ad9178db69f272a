"""Frame, rendering and what code decides."""

import json
from datetime import timedelta
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.contract.reply.registry import schema_version
from supportbot.contract.rules import DECISIONS, allowed_outcomes, decided_actions, decided_outcome
from supportbot.contract.types import ACTIONS, CASE_KEYS, OUTCOMES
from supportbot.contract.voice.frame import case_frame, held_notice, next_update_words
from supportbot.contract.voice.render import content_hash, from_json, refund_approved_reply, to_json, to_text
from supportbot.errors import ContractError
from supportbot.language.money import Money
from tests.contract.factories import BERLIN, NOON, make_answer, make_fields, make_rendered, normalise


@pytest.mark.parametrize("outcome", OUTCOMES)
def test_every_frame_has_the_six_case_fields_in_order_and_none_is_empty(outcome: str) -> None:
    frame = case_frame(
        case_number="HL-1", topic=None, plan_or_order=None, amount=None, outcome=outcome, next_update=None,  # type: ignore[arg-type]
        zone=BERLIN, locale="en",
    )  # fmt: skip
    assert tuple(field.key for field in frame.case_fields) == CASE_KEYS
    assert all(field.value for field in frame.case_fields)
    assert frame.sign_off == "The support team"


def test_the_case_block_reads_as_designed() -> None:
    reply = make_rendered(outcome="refund_needs_review", amount=Money(4900, "EUR"), next_update=NOON)
    assert [field.value for field in reply.case_fields] == [
        "HL-4812", "Billing", "Roaster’s box", "49.00 EUR", "With a person", "Tue 24 Nov, 12:00",
    ]  # fmt: skip


def test_a_held_case_is_told_the_time_in_words_and_never_an_amount() -> None:
    notice = held_notice(
        topic="billing", by=NOON, zone=BERLIN, case_number="HL-4809", locale="en", now=NOON - timedelta(days=1)
    )
    assert notice.answer == "A person is looking at your billing question."
    assert notice.details == "You will hear from us by tomorrow, 12:00. There is nothing you need to do."
    assert [field.value for field in notice.case_fields] == ["HL-4809", "With a person", "Tue 24 Nov, 12:00"]


def test_a_draft_names_the_full_date_so_that_it_stays_true_when_released_later() -> None:
    before = NOON - timedelta(days=1)
    assert next_update_words(NOON, now=before, zone=BERLIN, locale="en") == "Tuesday, 24 November, 12:00"
    assert next_update_words(None, now=before, zone=BERLIN, locale="en") == ""
    assert next_update_words(before, now=NOON, zone=BERLIN, locale="en") == ""


def test_the_approved_refund_is_written_by_code() -> None:
    reply = refund_approved_reply(
        Money(4900, "EUR"), case_number="HL-4809", topic="refund", plan_or_order=None, zone=BERLIN, locale="en"
    )
    assert reply.answer == "Your refund of 49.00 EUR is approved."
    assert reply.outcome == "refund_approved"
    assert {field.key: field.value for field in reply.case_fields}["amount_in_question"] == "49.00 EUR"


@settings(max_examples=100, deadline=None)
@given(st.text(min_size=1, max_size=50), st.text(max_size=50))
def test_rendering_what_was_parsed_is_stable(answer: str, details: str) -> None:
    fields, _ = normalise(make_fields(answer=answer, details=details))
    reply = make_rendered(fields)
    stored = json.loads(json.dumps(to_json(reply)))
    assert from_json(stored) == reply
    assert content_hash(from_json(stored)) == content_hash(reply)


def test_the_hash_changes_with_every_part() -> None:
    replies = [
        make_rendered(),
        make_rendered(make_fields(answer="Your March invoice is ready.")),
        make_rendered(make_fields(details="")),
        make_rendered(make_fields(next_actions=("track_order",))),
        make_rendered(outcome="needs_information"),
        make_rendered(case_number="HL-4813"),
        make_rendered(sign_off="Somebody else"),
    ]
    assert len({content_hash(reply) for reply in replies}) == len(replies)


def test_stored_data_of_another_shape_is_refused() -> None:
    with pytest.raises(ContractError):
        from_json({**to_json(make_rendered()), "extra": 1, "outcome": "unheard_of"})


def test_plain_text_has_every_part_in_order() -> None:
    text = to_text(make_rendered())
    parts = ["Your February invoice", "Open Account", "Case number: HL-4812", "Open invoices", "Harbour Lane support"]
    assert [text.index(part) for part in parts] == sorted(text.index(part) for part in parts)


@pytest.mark.parametrize(
    ("proposed", "lane", "hold"), [*product(OUTCOMES, ("fast", "reasoning"), (None, "money", "unsure"))]
)
def test_no_draft_decides_whatever_a_model_proposed(proposed: str, lane: str, hold: str | None) -> None:
    decided = decided_outcome(proposed, lane=lane, hold_kind=hold)  # type: ignore[arg-type]
    assert decided not in DECISIONS
    if proposed in DECISIONS:
        assert (decided == "escalated") == (lane == "fast" and hold is None)
    else:
        assert decided == proposed


def test_an_outcome_outside_the_allowed_ones_goes_to_a_person() -> None:
    assert decided_outcome("answered", lane="fast", hold_kind=None, allowed=frozenset({"escalated"})) == "escalated"
    assert decided_outcome("answered", lane="fast", hold_kind=None, allowed=allowed_outcomes()) == "answered"


@settings(max_examples=100, deadline=None)
@given(st.lists(st.sampled_from(ACTIONS), max_size=9), st.sampled_from(OUTCOMES))
def test_a_person_is_always_within_reach_and_at_most_three_actions_show(actions: list[str], outcome: str) -> None:
    decided = decided_actions(actions, outcome=outcome)  # type: ignore[arg-type]
    assert decided[-1] == "talk_to_person"
    assert len(set(decided)) == len(decided) <= 3


def test_a_refund_review_shows_the_review_and_a_person_on_every_route() -> None:
    for proposed in (("open_invoices", "manage_plan"), ("talk_to_person",)):
        assert decided_actions(proposed, outcome="refund_needs_review") == ("refund_review", "talk_to_person")


def test_schemas_are_found_by_name_and_unknown_ones_are_named() -> None:
    assert schema_version("reply/1").parse(make_answer()) == make_fields()
    with pytest.raises(ContractError, match="Known: reply/1"):
        schema_version("reply/9")
