"""What leaves for a model: no personal data, whoever wrote it; and what comes back is whole again."""

import json
from dataclasses import replace
from typing import Any

import pytest

from supportbot.db import Database
from supportbot.drafting.flow import Drafting
from supportbot.drafting.model_risk_check import check_risk
from supportbot.drafting.queries import read_case
from supportbot.gateway import Gateway
from supportbot.gateway.types import ModelAnswer
from supportbot.governance.queries import active_policy
from supportbot.governance.types import ActivePolicy
from supportbot.prompting.types import INPUTS
from supportbot.routing.policy import Retry, TaskRule, shipped_policy
from supportbot.routing.types import Triage
from tests.contract.factories import make_answer
from tests.factories import ScriptedProvider, Shop, make_shop

CARD, EMAIL, PHONE = "4111 1111 1111 1111", "mira.haddad@mail.example", "+44 20 7946 0958"
TEXT = f"Where is my invoice? I am {EMAIL}, {PHONE}, and I paid with {CARD}."


def make_outside_shop(database: Database, answer: str) -> tuple[Shop, ScriptedProvider]:
    """A shop whose policy names models outside this process; they answer `answer`."""
    shop = make_shop(database)
    provider = ScriptedProvider([ModelAnswer("ok", text=answer)])
    with database.transaction(read_only=True) as db:
        active = active_policy(db)
    outside = {
        key: entry.model_copy(update={"provider": "openai_compatible", "base_url": "http://127.0.0.1:1/v1"})
        for key, entry in shipped_policy().models.items()
    }
    policy = replace(active, policy=active.policy.model_copy(update={"models": outside}))
    use(shop, provider, policy)
    return shop, provider


def use(shop: Shop, provider: ScriptedProvider, policy: ActivePolicy) -> None:
    gateway = Gateway({"openai_compatible": provider}, clock=shop.clock, sleep=lambda _: None)
    shop.drafting = Drafting(shop.database, shop.runtime, gateway, policy)


def draft(shop: Shop, text: str) -> Any:
    message_id = shop.write(shop.mira_id, text)
    shop.drafting.draft_reply(message_id)
    return shop.drafts(message_id).main


def test_no_personal_data_leaves_and_the_answer_comes_back_whole(database: Database) -> None:
    answer = make_answer(answer="We have sent it to [email_1].", details="", sources=[])
    shop, provider = make_outside_shop(database, answer)

    made = draft(shop, TEXT)

    sent = provider.requests[0].user
    assert "[email_1]" in sent and "[phone_1]" in sent and "[card_1]" in sent
    assert [value for value in (CARD, EMAIL, PHONE, "4111", "7946") if value in sent] == []
    assert made.reply["answer"] == f"We have sent it to {EMAIL}."
    assert made.proposed["answer"] == f"We have sent it to {EMAIL}."


@pytest.mark.parametrize("invented", ["[card_2]", "[card 1]", "card_1"])
def test_a_placeholder_that_the_model_made_up_blocks_the_draft_by_name(database: Database, invented: str) -> None:
    shop, _ = make_outside_shop(database, make_answer(answer=f"We have charged {invented}.", details="", sources=[]))

    made = draft(shop, TEXT)

    failed = [check["rule"] for check in made.checks if not check["passed"] and check["severity"] == "block"]
    assert CARD not in made.reply["answer"]
    assert "placeholders" in failed


def test_earlier_messages_and_replies_leave_without_personal_data_too(database: Database) -> None:
    shop, provider = make_outside_shop(database, make_answer(details="", sources=[]))
    first = shop.write(shop.mira_id, f"Where is my invoice? {EMAIL}")
    conversation_id = shop.drafts(first).main.conversation_id if shop.drafts(first).main else 1
    shop.send_by_hand(conversation_id, f"It went to {EMAIL}. Is {PHONE} still right?")

    draft(shop, f"Yes, {PHONE}. Where is my invoice?")

    sent = provider.requests[-1].user
    assert sent.count("[email_1]") >= 2 and sent.count("[phone_1]") >= 2
    assert EMAIL not in sent and "7946" not in sent


def test_the_built_in_provider_reads_the_material_as_it_is(database: Database) -> None:
    provider = ScriptedProvider(
        [ModelAnswer("ok", text=make_answer(answer="Noted: [email_1].", details="", sources=[]))]
    )
    shop = make_shop(database, provider=provider)

    made = draft(shop, TEXT)

    assert provider.requests[0].material["question"] == TEXT
    assert made.reply["answer"] == "Noted: [email_1]."


def test_a_second_reading_leaves_without_personal_data_too(database: Database) -> None:
    shop, provider = make_outside_shop(
        database, json.dumps({"topic": "billing", "risk": "low", "reason": "an invoice"})
    )
    with database.transaction(read_only=True) as db:
        case = read_case(db, shop.write(shop.mira_id, TEXT), now=shop.clock())
    rule = TaskRule(
        problem="Disguised disputes.",
        model="fast",
        prompt="triage/2",
        schema="triage/1",
        retry=Retry(on=frozenset(), times=0),
        deadline_s=0.5,
        try_timeout_s=0.5,
    )
    assert shop.drafting.policy is not None
    policy = shop.drafting.policy.policy
    policy = policy.model_copy(update={"tasks": {**policy.tasks, "triage": rule}})

    check_risk(shop.drafting.gateway, policy, case, Triage("billing", "low", unsure=False, reasons=()))

    sent = provider.requests[0].user
    assert "[email_1]" in sent and EMAIL not in sent and "4111" not in sent


def test_the_material_of_a_case_has_just_the_inputs_that_prompts_may_name(database: Database) -> None:
    shop, provider = make_outside_shop(database, make_answer(details="", sources=[]))

    draft(shop, TEXT)

    assert {*provider.requests[0].material, "left_out"} == INPUTS
