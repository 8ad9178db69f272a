"""One message, start to finish: what comes of it, however often and in whatever order the work runs."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlmodel import select

from supportbot.audit.types import SYSTEM
from supportbot.customers.site_settings import SiteChanges
from supportbot.customers.sites import NewSite, add_site
from supportbot.customers.tables import Customer
from supportbot.db import Database, change_rows
from supportbot.drafting.queries import desk_case
from supportbot.drafting.tables import DivergenceRow, Draft
from supportbot.gateway.providers.builtin import BuiltinProvider
from supportbot.gateway.providers.openai_wire import read_answer
from supportbot.gateway.tables import AttemptRow
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec
from supportbot.inbox.tables import Message
from tests.contract.factories import make_answer
from tests.factories import DISPUTE, ROUTINE, ScriptedProvider, make_shop


def test_a_routine_question_gets_one_ready_draft_from_the_article_and_the_record(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    assert (draft.state, draft.task, draft.outcome) == ("ready", "routine_reply", "answered")
    assert "INV-2026-0311" in (draft.reply or {})["answer"]
    assert [one["ref"] for one in draft.sources] == ["find-your-invoices#1"]
    # This shop's articles are shorter than the band.
    assert [check["rule"] for check in draft.checks if not check["passed"]] == ["length"]
    conversation = shop.conversation(draft.conversation_id)
    assert (conversation.work_state, conversation.hold_kind) == ("ready", None)


def test_a_dispute_is_held_with_both_drafts_and_the_divergence_is_logged(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, DISPUTE)
    drafts = shop.drafts(draft.message_id)
    assert (draft.task, draft.state, draft.hold_kind) == ("dispute_reply", "held", "money")
    assert drafts.compared is not None and drafts.compared.state == "compared"
    assert drafts.decision is not None and (drafts.decision.risk, drafts.decision.lane) == ("high", "reasoning")
    assert drafts.decision.topic in ("refund", "billing")
    outcome = next(one for one in drafts.divergences if one.field == "outcome")
    assert (outcome.before, outcome.after, outcome.severity) == ("refund_approved", "refund_needs_review", "S1")
    assert draft.facts["due_back_minor"] == 4_900
    assert draft.variants["approve_refund"]["promised_minor"] == 4_900
    assert "49.00" in draft.variants["approve_refund"]["reply"]["answer"]


def test_a_comparison_that_cannot_be_made_costs_the_dispute_nothing(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    class BrokenForRoutine(BuiltinProvider):
        def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
            if request.task == "routine_reply":
                raise ArithmeticError("my card is 4242 4242 4242 4242")
            return super().complete(spec, request)

    shop = make_shop(database, provider=BrokenForRoutine())

    draft = shop.drafted(shop.jonas_id, DISPUTE)

    compared = shop.drafts(draft.message_id).compared
    assert (draft.task, draft.state) == ("dispute_reply", "held")
    assert compared is not None
    assert (compared.state, compared.state_reason) == (
        "failed",
        "It could not be made (ArithmeticError); the log says where.",
    )
    assert [one.task for one in shop.drafts(draft.message_id).attempts] == ["dispute_reply"]
    assert "A draft for comparison could not be made." in caplog.text
    assert "4242 4242" not in caplog.text


def test_a_comparison_has_only_the_time_that_the_draft_left(database: Database) -> None:
    provider = ScriptedProvider([ModelAnswer("ok", text=make_answer())])
    shop = make_shop(database, provider=provider)
    first = shop.write(shop.jonas_id, DISPUTE)
    replace(shop.drafting, longest_s=5.0).draft_reply(first)
    second = shop.write(shop.jonas_id, "I was charged twice again, please refund me.")
    replace(shop.drafting, longest_s=0.0).draft_reply(second)

    tried = {request.task: request.timeout_s for request in provider.requests[:2]}
    main, compared = shop.drafts(second).main, shop.drafts(second).compared
    assert tried["dispute_reply"] > 5.0
    assert tried["routine_reply"] <= 5.0
    assert main is not None and main.state == "held"
    assert compared is not None and compared.state_reason == "No time was left to make it."


@pytest.mark.parametrize(
    ("status", "odd"),
    [
        (200, {"model": "a\0b", "system_fingerprint": "c\ud800"}),
        (200, {"usage": {"prompt_tokens": 3_000_000_000, "completion_tokens": 10**25}}),
        (400, {"error": {"code": "a\0b", "param": "\ud800"}}),
    ],
)
def test_what_no_database_stores_in_a_models_response_loses_no_draft(
    status: int, odd: dict[str, Any], database: Database
) -> None:
    choice = {"finish_reason": "stop", "message": {"content": make_answer()}}
    answer = read_answer(status, {}, json.dumps({"choices": [choice]} | odd).encode())
    shop = make_shop(database, provider=ScriptedProvider([answer]))

    draft = shop.drafted(shop.mira_id, ROUTINE)

    assert draft.state == ("ready" if status == 200 else "failed")
    assert [one.http_status for one in shop.drafts(draft.message_id).attempts] == [status]


def test_a_held_customer_is_told_at_once_and_once(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, DISPUTE)
    shop.write(shop.jonas_id, "Are you still there?")
    shop.work()
    with database.transaction(read_only=True) as db:
        notices = db.exec(select(Message).where(Message.role == "system")).all()
    assert len(notices) == 1
    assert notices[0].reply is not None
    assert "A person is looking at" in notices[0].reply["answer"]
    assert "tomorrow, 12:00" in notices[0].reply["details"]
    assert "49" not in json.dumps(notices[0].reply)
    assert shop.conversation(draft.conversation_id).hold_kind is not None


def test_running_a_draft_job_again_changes_nothing(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, DISPUTE)
    for _ in range(3):
        shop.drafting.draft_reply(draft.message_id)
    with database.transaction(read_only=True) as db:
        rows = db.exec(select(Draft).where(Draft.message_id == draft.message_id)).all()
    assert sorted((row.task, row.state) for row in rows) == [("dispute_reply", "held"), ("routine_reply", "compared")]
    assert len(shop.drafts(draft.message_id).attempts) == 2


def test_a_draft_for_an_overtaken_message_is_void_and_calls_no_model(database: Database) -> None:
    provider = ScriptedProvider([ModelAnswer("ok", text="{}")])
    shop = make_shop(database, provider=provider)
    first = shop.write(shop.mira_id, ROUTINE)
    shop.write(shop.mira_id, "And where do I change my card?")
    shop.drafting.draft_reply(first)
    main = shop.drafts(first).main
    assert main is not None and main.state == "void"
    assert provider.requests == []


def test_both_questions_are_answered_together_when_a_second_comes_before_the_reply(database: Database) -> None:
    provider = ScriptedProvider([ModelAnswer("ok", text="{}")])
    shop = make_shop(database, provider=provider)
    shop.write(shop.mira_id, ROUTINE)
    second = shop.write(shop.mira_id, "It is for February.")
    shop.drafting.draft_reply(second)
    assert provider.requests[0].material["question"] == f"{ROUTINE}\nIt is for February."


@pytest.mark.parametrize("answer", [ModelAnswer("timeout"), ModelAnswer("ok", text="Sure! Here you go.")])
def test_a_model_that_fails_leaves_a_failed_draft_with_the_reason_and_every_try(
    database: Database, answer: ModelAnswer
) -> None:
    shop = make_shop(database, provider=ScriptedProvider([answer]))
    draft = shop.drafted(shop.mira_id, ROUTINE)
    assert draft.state == "failed"
    assert draft.state_reason
    assert shop.conversation(draft.conversation_id).work_state == "failed"
    assert 2 <= len(shop.drafts(draft.message_id).attempts) <= 3


def test_drafts_are_written_all_or_none_when_one_was_given_up_meanwhile(database: Database) -> None:
    class GivesUpOne(BuiltinProvider):
        """While the second task's model thinks, the other draft is given up."""

        calls = 0

        def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
            self.calls += 1
            if self.calls == 2:
                with database.transaction() as db:
                    change_rows(db, Draft, {"task": "routine_reply"}, state="failed", state_reason="Given up.")
            return super().complete(spec, request)

    shop = make_shop(database, provider=GivesUpOne())
    message_id = shop.write(shop.jonas_id, DISPUTE)
    shop.work()

    with database.transaction(read_only=True) as db:
        rows = {row.task: row for row in db.exec(select(Draft).where(Draft.message_id == message_id))}
        tries = db.exec(select(AttemptRow).where(AttemptRow.message_id == message_id)).all()
        divergences = db.exec(select(DivergenceRow)).all()
    assert {task: row.state for task, row in rows.items()} == {"dispute_reply": "drafting", "routine_reply": "failed"}
    assert rows["dispute_reply"].reply is None
    assert (list(tries), list(divergences)) == ([], [])


def test_a_visitor_has_no_record_and_a_dispute_of_theirs_is_still_held(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.visitor_id, DISPUTE)
    assert draft.state == "held"
    assert "due_back_minor" not in draft.facts
    assert list(draft.variants) == ["as_drafted"]


def test_records_that_should_be_there_and_are_not_hold_a_routine_question(database: Database) -> None:
    shop = make_shop(database)
    with database.transaction() as db:
        unknown = Customer(
            site_id=shop.site_id, external_id="nobody", name="Someone New", locale="en", created_at=shop.clock()
        )
        db.add(unknown)
        db.flush()
        customer_id = unknown.id or 0
    draft = shop.drafted(customer_id, ROUTINE)
    assert (draft.state, draft.hold_kind) == ("held", "unsure")


def test_a_second_shops_customer_of_the_same_id_never_meets_the_records_of_the_first(database: Database) -> None:
    shop = make_shop(database)
    second = NewSite("kettles", "Kettles", "KE")
    site_id = shop.act(lambda db: add_site(db, shop.runtime, second, SiteChanges(), by=SYSTEM)).id or 0
    with database.transaction() as db:
        jonas = db.get_one(Customer, shop.jonas_id)
        stranger = Customer(
            site_id=site_id, external_id=jonas.external_id, name="Jonas Ek", locale="en", created_at=shop.clock()
        )
        db.add(stranger)
        db.flush()
        stranger_id = stranger.id or 0

    known, unknown = shop.drafted(shop.jonas_id, DISPUTE), shop.drafted(stranger_id, DISPUTE)

    assert (known.state, unknown.state) == ("held", "held")
    assert "due_back_minor" in known.facts and "due_back_minor" not in unknown.facts
    assert list(unknown.variants) == ["as_drafted"]
    with database.transaction(read_only=True) as db:
        cases = [desk_case(db, draft.conversation_id) for draft in (known, unknown)]
    assert (cases[0].account is None, cases[1].account is None) == (False, True)


def test_the_fast_task_is_given_no_billing_facts(database: Database) -> None:
    provider = ScriptedProvider([ModelAnswer("ok", text="{}")])
    shop = make_shop(database, provider=provider)
    shop.drafted(shop.jonas_id, DISPUTE)
    by_task = {request.task: request.material for request in provider.requests}
    assert by_task["dispute_reply"]["record"]["facts"] != []
    assert by_task["routine_reply"]["record"]["facts"] == []
    assert by_task["routine_reply"]["policy_passages"] == []
