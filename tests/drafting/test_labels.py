"""What people's acts prove about messages, and what saying "wrong route" does at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import col, select

from supportbot.accounts.types import Person
from supportbot.db import Database
from supportbot.drafting.actions import corrections, decisions, dispatch, edits, redrafts
from supportbot.drafting.actions.edits import split_text
from supportbot.drafting.rules.label_evidence import approval_proof, release_proof
from supportbot.drafting.tables import Draft
from supportbot.errors import Conflict, Forbidden, InvalidInput, NotFound
from supportbot.inbox.tables import Message, Outgoing
from supportbot.training.tables import TriageLabel
from supportbot.triage.types import Proof
from tests.factories import DISPUTE, ROUTINE, Shop, make_shop

UNSURE = "qwrt zxcv plmk bgtr hjkl vbnm"


def current(shop: Shop, message_id: int) -> TriageLabel | None:
    with shop.database.transaction(read_only=True) as db:
        query = select(TriageLabel).where(TriageLabel.message_id == message_id, col(TriageLabel.is_current))
        return db.exec(query).one_or_none()


def labels(shop: Shop) -> list[TriageLabel]:
    with shop.database.transaction(read_only=True) as db:
        return list(db.exec(select(TriageLabel).order_by(col(TriageLabel.id))))


def approve(shop: Shop, draft: Draft) -> Outgoing:
    shown = draft.content_hash or ""
    return shop.act(lambda db: decisions.approve(db, shop.runtime, draft.id or 0, content_hash=shown, by=shop.agent))


def release(shop: Shop, draft: Draft, *, variant: str = "as_drafted", by: Person | None = None) -> Outgoing:
    shown = draft.variants[variant]["content_hash"]
    person = by or shop.lead
    return shop.act(
        lambda db: decisions.release(db, shop.runtime, draft.id or 0, content_hash=shown, variant=variant, by=person)
    )


def wrong_route(shop: Shop, message_id: int, *, by: Person | None = None) -> TriageLabel:
    return shop.act(lambda db: corrections.say_wrong_route(db, shop.runtime, message_id, by=by or shop.agent))


def correct(shop: Shop, message_id: int, topic: str, *, by: Person | None = None) -> TriageLabel:
    return shop.act(lambda db: corrections.correct_topic(db, shop.runtime, message_id, topic, by=by or shop.agent))


def told(shop: Shop) -> list[Message]:
    with shop.database.transaction(read_only=True) as db:
        return list(db.exec(select(Message).where(Message.role == "system")))


def sent(shop: Shop) -> list[Message]:
    with shop.database.transaction(read_only=True) as db:
        return list(db.exec(select(Message).where(Message.role == "agent")))


def test_an_approval_says_low_risk_and_topic_right_with_who_when_and_under_what(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)

    approve(shop, draft)

    label = current(shop, draft.message_id)
    assert label is not None
    assert (label.true_topic, label.true_risk, label.source) == ("billing", "low", "approval")
    assert (label.said_topic, label.said_risk, label.said_hold) == ("billing", "low", False)
    assert (label.by_id, label.created_at, label.language) == (shop.agent.id, shop.clock(), "en")
    assert label.policy_version == 1


def test_undo_takes_the_label_back_and_a_second_approval_gives_it_again(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    outgoing = approve(shop, draft)

    shop.act(lambda db: dispatch.undo(db, shop.runtime, outgoing.id or 0, by=shop.agent))

    assert current(shop, draft.message_id) is None
    approve(shop, draft)
    assert current(shop, draft.message_id) is not None


def test_a_money_release_says_high_and_an_edited_draft_says_nothing(database: Database) -> None:
    shop = make_shop(database)
    dispute = shop.drafted(shop.jonas_id, DISPUTE)
    routine = shop.drafted(shop.mira_id, ROUTINE)

    release(shop, dispute)
    written = split_text("Your invoice is in your account.")
    shop.act(
        lambda db: edits.send_edited(
            db, shop.runtime, routine.id or 0, written, content_hash=routine.content_hash or "", by=shop.agent
        )
    )

    label = current(shop, dispute.message_id)
    assert label is not None
    assert (label.true_risk, label.source) == ("high", "release")
    assert current(shop, routine.message_id) is None


def test_a_release_of_what_was_only_unsure_says_low_unless_the_reply_leaves_it_to_a_person() -> None:
    answered = release_proof(topic="account_howto", hold_kind="unsure", outcome="answered", layers={"unsure"})
    referred = release_proof(topic="account_howto", hold_kind="unsure", outcome="escalated", layers={"unsure"})

    assert answered == Proof("release", topic="account_howto", risk="low")
    assert referred is None


def test_approving_a_reply_that_leaves_it_to_a_person_proves_no_low_risk() -> None:
    assert approval_proof(topic="billing", outcome="charge_needs_review") is None
    assert approval_proof(topic="billing", outcome="answered") is not None


def test_releasing_what_a_person_held_repeats_nobody(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    wrong_route(shop, draft.message_id)
    shop.work()
    held = shop.drafts(draft.message_id).main
    assert held is not None

    release(shop, held)

    label = current(shop, draft.message_id)
    assert label is not None
    assert label.source == "wrong_route"


def test_holding_a_ready_draft_for_a_lead_is_a_label_too(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)

    shop.act(lambda db: decisions.hold(db, shop.runtime, draft.id or 0, by=shop.agent))

    label = current(shop, draft.message_id)
    assert label is not None
    assert (label.true_topic, label.true_risk, label.source) == (None, "high", "escalation")


def test_wrong_route_holds_a_fast_message_at_once_and_drafts_it_for_the_one_who_decides(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    assert draft.state == "ready"

    wrong_route(shop, draft.message_id)

    conversation = shop.conversation(draft.conversation_id)
    assert (conversation.hold_kind, conversation.hold_label) == ("money", "wrong route")
    assert [message.external_id for message in told(shop)] == [f"notice:{draft.message_id}"]
    with pytest.raises(Conflict):
        approve(shop, draft)
    shop.work()
    again = shop.drafts(draft.message_id)
    assert again.main is not None
    assert again.decision is not None
    assert (again.main.state, again.main.task, again.decision.lane) == ("held", "dispute_reply", "reasoning")
    assert again.decision.reasons[0]["layer"] == "person"
    assert len(told(shop)) == 1
    shop.pass_time(60)
    assert sent(shop) == []


def test_wrong_route_stops_a_reply_that_is_about_to_leave(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    outgoing = approve(shop, draft)

    wrong_route(shop, draft.message_id, by=shop.lead)
    shop.pass_time(60)

    assert sent(shop) == []
    with shop.database.transaction(read_only=True) as db:
        assert db.get_one(Outgoing, outgoing.id).state == "void"
    assert shop.draft(draft.id).state == "void"
    assert shop.conversation(draft.conversation_id).work_state == "held"


def test_wrong_route_on_an_answered_message_is_noted_and_changes_nothing_else(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    approve(shop, draft)
    shop.pass_time(11)

    label = wrong_route(shop, draft.message_id)

    assert (label.true_risk, label.true_topic) == ("high", "billing")
    conversation = shop.conversation(draft.conversation_id)
    assert (conversation.work_state, conversation.hold_kind) == ("answered", None)


def test_wrong_route_on_a_held_message_says_low_and_lets_nothing_go(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, DISPUTE)

    label = wrong_route(shop, draft.message_id)

    assert label.true_risk == "low"
    assert shop.draft(draft.id).state == "held"
    shop.act(lambda db: redrafts.regenerate(db, shop.runtime, draft.id or 0, by=shop.lead))
    shop.work()
    again = shop.drafts(draft.message_id).main
    assert again is not None
    assert again.state == "held"


def test_what_an_unsure_message_is_about_can_be_corrected_without_making_it_a_money_case(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, UNSURE)

    correct(shop, draft.message_id, "account_howto")
    shop.work()

    again = shop.drafts(draft.message_id)
    assert again.main is not None
    assert again.decision is not None
    assert (again.main.state, again.main.hold_kind, again.decision.topic) == ("held", "unsure", "account_howto")


def test_a_corrected_topic_is_written_into_the_draft_and_kept_by_the_approval(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)

    correct(shop, draft.message_id, "account_howto")
    shop.work()

    again = shop.drafts(draft.message_id).main
    assert again is not None
    assert again.id != draft.id
    assert shop.conversation(draft.conversation_id).topic == "account_howto"
    assert (again.reply or {})["case_fields"][1] != (draft.reply or {})["case_fields"][1]
    approve(shop, again)
    label = current(shop, draft.message_id)
    assert label is not None
    assert (label.said_topic, label.true_topic, label.true_risk) == ("billing", "account_howto", "low")


def test_taking_back_brings_the_word_before_and_belongs_to_who_said_it(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, DISPUTE)
    first = correct(shop, draft.message_id, "refund")
    second = wrong_route(shop, draft.message_id)
    assert (second.true_topic, second.true_risk) == ("refund", "low")

    with pytest.raises(Forbidden):
        shop.act(lambda db: corrections.take_back(db, shop.runtime, second.id or 0, by=shop.lead))
    shop.act(lambda db: corrections.take_back(db, shop.runtime, second.id or 0, by=shop.agent))

    label = current(shop, draft.message_id)
    assert label is not None
    assert label.id == first.id
    with pytest.raises(Conflict):
        shop.act(lambda db: corrections.take_back(db, shop.runtime, second.id or 0, by=shop.agent))


def test_what_a_reply_proved_is_taken_back_by_undoing_it_alone(database: Database) -> None:
    shop = make_shop(database)
    approve(shop, shop.drafted(shop.mira_id, ROUTINE))
    (proved,) = labels(shop)

    with pytest.raises(Conflict, match="undoing the reply"):
        shop.act(lambda db: corrections.take_back(db, shop.runtime, proved.id or 0, by=shop.agent))

    assert labels(shop)[0].is_current


def test_what_cannot_be_labelled_is_refused_with_the_way_on(database: Database) -> None:
    shop = make_shop(database)
    waiting = shop.write(shop.mira_id, ROUTINE)

    with pytest.raises(Conflict, match="not decided"):
        wrong_route(shop, waiting)
    with pytest.raises(NotFound):
        wrong_route(shop, waiting + 1000)
    shop.work()
    with pytest.raises(InvalidInput, match="account_howto"):
        correct(shop, waiting, "invoices")
    assert labels(shop) == []


def test_many_people_who_label_one_message_at_once_leave_one_current_label(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, DISPUTE)
    topics = ["refund", "billing", "cancellation", "refund", "billing", "cancellation", "refund", "billing"]

    with ThreadPoolExecutor(len(topics)) as pool:
        said = list(pool.map(lambda topic: correct(shop, draft.message_id, topic, by=shop.lead), topics))

    stored = labels(shop)
    assert len(stored) == len(said) == len(topics)
    newest = current(shop, draft.message_id)
    assert newest is not None
    assert newest.id == stored[-1].id


def test_a_draft_under_way_when_somebody_said_wrong_route_is_never_offered(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    shop.act(lambda db: redrafts.regenerate(db, shop.runtime, draft.id or 0, by=shop.agent))

    wrong_route(shop, draft.message_id)
    shop.work()

    states = {row.state for row in _drafts(shop, draft.message_id)}
    assert "ready" not in states
    assert shop.conversation(draft.conversation_id).work_state == "held"


def _drafts(shop: Shop, message_id: int) -> list[Draft]:
    with shop.database.transaction(read_only=True) as db:
        return list(db.exec(select(Draft).where(Draft.message_id == message_id)))
