"""The conversations: every state is there, last week is big enough to review, and nobody did what they may not."""

from collections import Counter
from datetime import timedelta
from itertools import pairwise

import pytest

from supportbot.clock import iso_week
from supportbot.errors import InvalidInput
from supportbot.seed import types
from supportbot.seed.drafts import fill
from tests.seed.tellings import AMSTERDAM, MOMENTS, NOW, told


@pytest.fixture(scope="module", params=MOMENTS, ids=str)
def story(request: pytest.FixtureRequest) -> types.Story:
    return told(request.param)


@pytest.fixture(scope="module")
def today() -> types.Story:
    return told(NOW)


def test_last_week_has_enough_to_review(story: types.Story) -> None:
    week = iso_week(story.told_at.astimezone(AMSTERDAM) - timedelta(weeks=1))
    answered = [
        one
        for one in story.conversations
        if any(turn.role == "agent" and iso_week(turn.at.astimezone(AMSTERDAM)) == week for turn in one.turns)
    ]
    held = [one for one in answered if one.hold_kind]

    assert len(answered) >= 70
    assert len(held) >= 12
    assert {one.hold_kind for one in held} == {"money", "risk", "unsure"}
    assert len([one for one in answered if not one.hold_kind]) >= 58


def test_last_week_was_answered_in_working_hours(story: types.Story) -> None:
    week = iso_week(story.told_at.astimezone(AMSTERDAM) - timedelta(weeks=1))
    outside = []
    for _, turn in agent_turns(story):
        at = turn.at.astimezone(AMSTERDAM)
        if iso_week(at) == week and story.told_at - turn.at > timedelta(days=5):
            outside += [at] if at.weekday() > 4 or not 8 <= at.hour < 18 else []

    assert outside == []


def test_every_state_is_there(today: types.Story) -> None:
    states = Counter((one.status, one.work_state) for one in today.conversations)

    assert states["open", "ready"] >= 10
    assert states["open", "held"] >= 9
    assert states["open", "failed"] == 2
    assert states["open", "drafting"] == 3
    assert states["snoozed", "answered"] == states["pending", "answered"] == 2
    assert states["resolved", "answered"] >= 100
    assert {one.hold_label for one in today.conversations if one.work_state == "held"} == {
        "double charge",
        "chargeback",
        "refund dispute",
        "refund request",
        "legal threat",
        "unsure",
    }


def test_what_waits_is_partly_assigned_and_speaks_five_languages(today: types.Story) -> None:
    waiting = [one for one in today.conversations if one.waiting_since]

    assert {one.locale for one in waiting} == {"en", "de", "es", "fr", "ar"}
    assert {one.assignee for one in waiting} == {None, "noor", "bram", "ines"}
    assert len([one for one in waiting if one.visitor]) == 2


def test_the_shop_pages_customers_have_a_past_and_nothing_open(today: types.Story) -> None:
    for key in today.shop.shop_customers:
        statuses = [one.status for one in today.conversations if one.customer == key]

        assert len(statuses) >= 2
        assert set(statuses) == {"resolved"}


def test_a_customer_has_one_conversation_at_a_time(story: types.Story) -> None:
    for key in {one.customer or one.visitor for one in story.conversations}:
        theirs = [one for one in story.conversations if key in (one.customer, one.visitor)]

        for earlier, later in pairwise(theirs):
            assert earlier.resolved_at is not None, (earlier.key, later.key)
            assert earlier.resolved_at < later.created_at, (earlier.key, later.key)


def test_keys_numbers_and_external_ids_are_unique(story: types.Story) -> None:
    said = [turn for one in story.conversations for turn in one.turns if turn.role == "customer"]

    assert len({one.key for one in story.conversations}) == len(story.conversations)
    assert len({turn.external_id for turn in said}) == len(said)
    assert len({turn.text for turn in said}) == len(said)
    assert [one.case_number for one in story.conversations][-1] == "HL-4808"
    assert len({one.case_number for one in story.conversations}) == len(story.conversations)


def test_every_reference_of_a_conversation_holds(story: types.Story) -> None:
    customers = {one.key for one in story.records.customers}
    agents = {one.key for one in story.shop.agents}
    passages = {f"{one.slug}#{part.number}" for one in story.articles for part in one.passages}
    passages |= {f"{story.policy.slug}#{part.number}" for part in story.policy.passages}

    for one in story.conversations:
        assert (one.customer in customers) != (one.visitor is not None)
        assert {one.assignee, *(turn.author for turn in one.turns)} <= agents | {None}
        for draft in drafts(one):
            assert set(draft.reply.sources if draft.reply else ()) <= passages


def test_turns_and_drafts_follow_in_time(story: types.Story) -> None:
    for one in story.conversations:
        moments = [turn.at for turn in one.turns]
        assert moments == sorted(moments), one.key
        for draft in drafts(one):
            steps = [draft.created_at, draft.finished_at, draft.shown_at, draft.closed_at]
            known = [step for step in steps if step]
            assert known == sorted(known), one.key
            assert (draft.closed_by is None) == (draft.closed_at is None)


def test_nothing_that_a_customer_sees_has_a_placeholder_left(story: types.Story) -> None:
    texts = [turn.text for one in story.conversations for turn in one.turns]
    texts += [one.subject for one in story.conversations]
    texts += [
        draft.reply.answer + draft.reply.details for one in story.conversations for draft in drafts(one) if draft.reply
    ]

    assert [text for text in texts if "{" in text or "}" in text] == []


def test_only_leads_and_the_owner_released_money_and_within_their_limit(story: types.Story) -> None:
    roles = {agent.key: agent for agent in story.shop.agents}
    approved = []
    for one, turn in agent_turns(story):
        assert turn.author is not None
        if one.hold_kind in ("money", "risk"):
            assert roles[turn.author].role in ("lead", "owner"), one.key
        if turn.variant == "approve_refund":
            (amount,) = [draft.amount_minor for draft in drafts(one) if draft.amount_minor]
            limit = roles[turn.author].refund_limit_minor
            assert limit is None or amount <= limit
            approved.append((one.customer, amount))

    assert sorted(approved) == [("bea", 4900), ("ola", 4900), ("vaclav", 2900)]


def test_an_approved_refund_went_back_when_it_was_approved(story: types.Story) -> None:
    went_back = {(one.customer, one.amount_minor, one.refunded_at, one.by) for one in story.records.refunds}

    for one, turn in agent_turns(story):
        if turn.variant == "approve_refund":
            (amount,) = [draft.amount_minor for draft in drafts(one) if draft.amount_minor]
            assert (one.customer, amount, turn.at, turn.author) in went_back


def test_what_the_open_disputes_say_is_due_is_what_the_records_give(story: types.Story) -> None:
    due = {one.customer: one.due_minor for one in story.records.disputes}

    for one in story.conversations:
        if one.work_state == "held" and one.hold_kind == "money":
            (draft,) = [draft for draft in drafts(one) if draft.task == "dispute_reply"]
            assert draft.amount_minor == due[one.customer or ""], one.key
            assert draft.reply is not None
            if draft.amount_minor:
                assert f"{draft.amount_minor // 100}.00 EUR" in draft.reply.answer + draft.reply.details


def test_a_held_message_has_both_drafts_and_routing_changed_some_decisions(story: types.Story) -> None:
    changed = []
    for one in story.conversations:
        if one.hold_kind:
            fast, dispute = drafts(one)[:2]
            assert (fast.task, fast.state, dispute.task) == ("routine_reply", "compared", "dispute_reply")
            assert fast.reply is not None
            assert dispute.reply is not None
            changed.append((fast.reply.outcome, dispute.reply.outcome))

    assert changed.count(("refund_approved", "refund_needs_review")) >= 3
    assert "refund_approved" not in {after for _, after in changed}


def test_agents_edited_and_rejected_some_drafts_and_one_was_approved_in_a_blink(today: types.Story) -> None:
    variants = Counter(turn.variant for _, turn in agent_turns(today))
    closed = [draft for one in today.conversations for draft in drafts(one) if draft.state in ("sent", "rejected")]
    rejected = [draft for draft in closed if draft.state == "rejected"]
    blinks = [one for one in closed if one.closed_at and one.shown_at and seconds(one) < 2]

    assert variants["edited"] >= 12
    assert variants["written"] == len(rejected) == 5
    assert {draft.reject_reason for draft in rejected} == {"does_not_answer", "wrong_fact", "wrong_tone"}
    assert len(blinks) == 1


def test_waiting_since_is_the_first_word_without_an_answer(today: types.Story) -> None:
    (nina,) = [one for one in today.conversations if one.customer == "nina" and one.status == "open"]
    (per,) = [one for one in today.conversations if one.customer == "per" and one.status == "open"]

    assert NOW - (nina.waiting_since or NOW) == timedelta(hours=2, minutes=31)
    assert per.waiting_since == per.turns[-1].at


def test_a_fact_that_is_not_known_is_refused_and_a_known_one_filled() -> None:
    assert fill("Due {day}.", {"day": "Monday"}) == "Due Monday."
    with pytest.raises(InvalidInput, match="day"):
        fill("Due {day}.", {})


def drafts(conversation: types.Conversation) -> list[types.Draft]:
    return [draft for turn in conversation.turns for draft in turn.drafts]


def agent_turns(story: types.Story) -> list[tuple[types.Conversation, types.Turn]]:
    return [(one, turn) for one in story.conversations for turn in one.turns if turn.role == "agent"]


def seconds(draft: types.Draft) -> float:
    assert draft.closed_at is not None
    assert draft.shown_at is not None
    return (draft.closed_at - draft.shown_at).total_seconds()
