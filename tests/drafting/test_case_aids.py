"""Summaries and numbers for the person who takes a case: when they are made, and that nothing waits for them."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlmodel import col, select

from supportbot.contract.reply.task_schemas import ExtractedFields
from supportbot.db import Database
from supportbot.drafting.case_aids import make_aid
from supportbot.drafting.flow import Drafting
from supportbot.drafting.queries import drafts_of, read_case
from supportbot.drafting.rules.case_aids import named_values
from supportbot.drafting.tables import CaseAid
from supportbot.gateway.providers.builtin import BuiltinProvider
from supportbot.gateway.tables import AttemptRow
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec
from supportbot.governance.queries import active_policy
from supportbot.inbox import actions as inbox
from supportbot.inbox.tables import Message
from tests.drafting.test_ask_model import make_outside_shop
from tests.factories import DISPUTE, ROUTINE, Shop, make_shop

NUMBERLESS = "I was charged twice, 49.00 EUR on 14 March and 12.00 EUR on 3 January. Please refund me."


class OneTaskFails:
    """The built-in provider, but for one task, which answers as told."""

    def __init__(self, schema: str, answer: ModelAnswer) -> None:
        self.inner, self.schema, self.answer = BuiltinProvider(), schema, answer

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        return self.answer if request.schema_name == self.schema else self.inner.complete(spec, request)

    def close(self) -> None:
        """There is nothing to close."""


def aids(shop: Shop) -> dict[str, CaseAid]:
    with shop.database.transaction(read_only=True) as db:
        return {row.task: row for row in db.exec(select(CaseAid).order_by(col(CaseAid.id)))}


def attempts(shop: Shop) -> Sequence[str]:
    with shop.database.transaction(read_only=True) as db:
        return db.exec(select(AttemptRow.task).order_by(col(AttemptRow.id))).all()


def test_a_routine_draft_runs_neither_and_a_hold_runs_the_summary(database: Database) -> None:
    shop = make_shop(database)

    routine = shop.drafted(shop.mira_id, ROUTINE)
    nothing = aids(shop)
    held = shop.drafted(shop.jonas_id, "Order HL-20991: " + DISPUTE)

    assert (routine.state, nothing) == ("ready", {})
    assert (held.state, list(aids(shop))) == ("held", ["case_summary"])
    made = aids(shop)["case_summary"]
    assert (made.state, made.prompt, made.output_schema) == ("done", "case_summary/2", "summary/1")
    assert "Order HL-20991" in made.result["summary"] or "billed twice" in made.result["summary"]
    assert attempts(shop).count("case_summary") == 1


def test_a_dispute_without_a_number_has_its_values_read_and_checked_against_the_records(database: Database) -> None:
    shop = make_shop(database)

    shop.drafted(shop.jonas_id, NUMBERLESS)

    named = {one["value"]: one["known"] for one in aids(shop)["field_extraction"].result["named"]}
    assert named == {"49.00 EUR": True, "14 March": True, "12.00 EUR": False, "3 January": False}


def test_a_number_that_nobody_wrote_is_left_out_and_an_unknown_one_is_never_known(database: Database) -> None:
    shop = make_shop(database)
    text = "Refund invoice inv-2026-0313 and INV-9999-0001 please, you took 49 twice"
    message_id = shop.write(shop.jonas_id, text)
    with database.transaction(read_only=True) as db:
        case = read_case(db, message_id, now=shop.clock())
    fields = ExtractedFields(
        ("ch_0000",), ("inv-2026-0313", "INV-9999-0001", "INV-2026-0313-made-up"), ("500.00 EUR",), ()
    )

    named = named_values(fields, case)

    assert named == [
        {"kind": "invoice", "value": "inv-2026-0313", "known": True},
        {"kind": "invoice", "value": "INV-9999-0001", "known": False},
    ]
    assert [one["known"] for one in named_values(fields, replace(case, record=None))] == [False, False]


@pytest.mark.parametrize(
    "answer", [ModelAnswer("timeout"), ModelAnswer("refused"), ModelAnswer("ok", text="{}"), ModelAnswer("auth")]
)
def test_a_summary_that_fails_leaves_hold_draft_and_notice_as_they_are(database: Database, answer: ModelAnswer) -> None:
    shop = make_shop(database, provider=OneTaskFails("summary/1", answer))

    held = shop.drafted(shop.jonas_id, DISPUTE)

    made = aids(shop)["case_summary"]
    assert held.state == "held" and held.reply is not None
    assert (made.state, made.result) == ("failed", {})
    assert made.state_reason
    assert shop.conversation(held.conversation_id).work_state == "held"


def test_a_placeholder_that_the_model_made_up_is_no_summary(database: Database) -> None:
    text = json.dumps({"summary": "Call [phone_3].", "open_points": []})
    shop = make_shop(database, provider=OneTaskFails("summary/1", ModelAnswer("ok", text=text)))

    shop.drafted(shop.jonas_id, DISPUTE)

    assert aids(shop)["case_summary"].state_reason == "The model made up a placeholder: [phone_3]."


def test_the_draft_is_saved_before_its_summary_is_asked_for(database: Database) -> None:
    shop = make_shop(database)
    message_id = shop.write(shop.jonas_id, DISPUTE)

    shop.drafting.draft_reply(message_id)

    main = shop.drafts(message_id).main
    assert main is not None and main.state == "held"
    assert aids(shop) == {}
    shop.work()
    assert "case_summary" in aids(shop)


def test_a_case_that_changes_hands_is_summarised_up_to_its_newest_message(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    shop.send_by_hand(draft.conversation_id, "It is in your account.")
    for person in (shop.agent, shop.agent, shop.lead):
        before = aids(shop)
        shop.act(lambda db, to=person: inbox.assign(db, shop.runtime, draft.conversation_id, to.id, by=shop.agent))
        shop.work()

    assert before == {}
    made = aids(shop)["case_summary"]
    assert "1 message from the customer, 1 reply sent." in made.result["summary"]
    assert made.result["open_points"] == []


def test_running_it_again_keeps_one_and_calls_no_model(database: Database) -> None:
    shop = make_shop(database)
    shop.drafted(shop.jonas_id, DISPUTE)
    made = aids(shop)["case_summary"]

    make_aid(shop.drafting, made.conversation_id, "case_summary", upto_id=made.upto_id)

    assert attempts(shop).count("case_summary") == 1
    with database.transaction(read_only=True) as db:
        assert len(db.exec(select(CaseAid).where(CaseAid.task == "case_summary")).all()) == 1


def test_a_policy_without_the_tasks_works_as_before(database: Database) -> None:
    shop = make_shop(database)
    with database.transaction(read_only=True) as db:
        active = active_policy(db)
    tasks = {
        name: rule for name, rule in active.policy.tasks.items() if name not in ("case_summary", "field_extraction")
    }
    without = replace(active, policy=active.policy.model_copy(update={"tasks": tasks}))
    bare = Drafting(database, shop.runtime, shop.drafting.gateway, without)

    message_id = shop.write(shop.jonas_id, NUMBERLESS)
    bare.draft_reply(message_id)
    for task in ("case_summary", "field_extraction"):
        make_aid(bare, 1, task, upto_id=message_id)

    main = shop.drafts(message_id).main
    assert main is not None and main.state == "held"
    assert aids(shop) == {}


def test_the_tries_of_a_summary_are_not_shown_as_the_drafts(database: Database) -> None:
    shop = make_shop(database)
    held = shop.drafted(shop.jonas_id, DISPUTE)

    with database.transaction(read_only=True) as db:
        shown = {attempt.task for attempt in drafts_of(db, held.message_id).attempts}

    assert shown == {"dispute_reply", "routine_reply"}
    assert "case_summary" in attempts(shop)


def test_a_summary_by_an_outside_model_leaves_masked_and_comes_back_whole(database: Database) -> None:
    answer = json.dumps({"summary": "Write to [email_1].", "open_points": ["Call [phone_1]."]})
    shop, provider = make_outside_shop(database, answer)
    message_id = shop.write(shop.mira_id, "I am mira@mail.example, +44 20 7946 0958. Where is my parcel?")
    with database.transaction(read_only=True) as db:
        conversation_id = db.get_one(Message, message_id).conversation_id

    make_aid(shop.drafting, conversation_id, "case_summary", upto_id=message_id)

    sent = provider.requests[0].user
    assert "mira@mail.example" not in sent and "7946" not in sent
    assert aids(shop)["case_summary"].result == {
        "summary": "Write to mira@mail.example.",
        "open_points": ["Call +44 20 7946 0958."],
    }
