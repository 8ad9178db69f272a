"""What people may do with a draft, and what nobody may."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlmodel import Session, select

from supportbot.db import Database
from supportbot.drafting.actions import decisions, dispatch, edits, redrafts
from supportbot.drafting.tables import Draft
from supportbot.errors import Conflict, Forbidden, InvalidInput, SupportbotError
from supportbot.inbox.tables import Message, Outgoing
from tests.factories import DISPUTE, ROUTINE, Shop, make_shop

UNSURE = "qwrt zxcv plmk bgtr hjkl vbnm"


def approve(shop: Shop, draft: Draft, *, content_hash: str | None = None) -> Outgoing:
    shown = content_hash or draft.content_hash or ""
    return shop.act(lambda db: decisions.approve(db, shop.runtime, draft.id or 0, content_hash=shown, by=shop.agent))


def release(shop: Shop, draft: Draft, *, by: str, variant: str = "as_drafted") -> Outgoing:
    person = {"agent": shop.agent, "lead": shop.lead, "owner": shop.owner}[by]
    shown = draft.variants[variant]["content_hash"]
    return shop.act(
        lambda db: decisions.release(db, shop.runtime, draft.id or 0, content_hash=shown, variant=variant, by=person)
    )


def sent(shop: Shop) -> list[Message]:
    with shop.database.transaction(read_only=True) as db:
        return list(db.exec(select(Message).where(Message.role == "agent")))


def test_an_approved_draft_leaves_after_ten_seconds_exactly_as_shown(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    outgoing = approve(shop, draft)
    shop.pass_time(9)
    assert sent(shop) == []
    shop.pass_time(2)
    (message,) = sent(shop)
    assert message.reply == draft.reply
    assert outgoing.content_hash == draft.content_hash
    assert shop.draft(draft.id).state == "sent"
    conversation = shop.conversation(draft.conversation_id)
    assert (conversation.status, conversation.waiting_since, conversation.assignee_id) == (
        "pending",
        None,
        shop.agent.id,
    )


def test_undo_puts_the_draft_back_as_it_was_and_nothing_leaves(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    outgoing = approve(shop, draft)
    shop.act(lambda db: dispatch.undo(db, shop.runtime, outgoing.id or 0, by=shop.agent))
    shop.pass_time(60)
    assert sent(shop) == []
    assert shop.draft(draft.id).state == "ready"
    approve(shop, draft)
    shop.pass_time(11)
    assert len(sent(shop)) == 1


def test_only_who_let_a_reply_go_takes_it_back_and_not_after_it_left(database: Database) -> None:
    shop = make_shop(database)
    outgoing = approve(shop, shop.drafted(shop.mira_id, ROUTINE))
    with pytest.raises(Forbidden):
        shop.act(lambda db: dispatch.undo(db, shop.runtime, outgoing.id or 0, by=shop.lead))
    shop.pass_time(11)
    with pytest.raises(Conflict, match="left already"):
        shop.act(lambda db: dispatch.undo(db, shop.runtime, outgoing.id or 0, by=shop.agent))


def test_a_newer_message_stops_an_approved_reply_on_its_way(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    approve(shop, draft)
    shop.write(shop.mira_id, "Never mind, I found it.")
    shop.pass_time(11)
    assert sent(shop) == []
    assert shop.draft(draft.id).state == "void"


def test_a_draft_that_answers_an_older_message_cannot_be_approved(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    shop.write(shop.mira_id, "I mean the one of February.")
    with pytest.raises(Conflict, match="out of date"):
        approve(shop, draft)


def test_an_approval_of_other_bytes_than_shown_is_refused(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    with pytest.raises(Conflict) as refused:
        approve(shop, draft, content_hash="0" * 64)
    assert refused.value.code == "changed"
    approve(shop, draft)


def test_fifty_parallel_approvals_send_one_reply(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)

    def one(_: int) -> bool:
        try:
            approve(shop, draft)
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        won = sum(pool.map(one, range(50)))
    shop.pass_time(11)
    assert won == 1
    assert len(sent(shop)) == 1


def test_an_agent_cannot_approve_or_release_a_held_dispute_and_a_lead_can(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, DISPUTE)
    with pytest.raises(Forbidden):
        approve(shop, draft)
    with pytest.raises(Forbidden, match="released by a lead"):
        release(shop, draft, by="agent")
    release(shop, draft, by="lead")
    shop.pass_time(11)
    assert len(sent(shop)) == 1


@pytest.mark.parametrize(("limit", "may"), [(4_899, False), (4_900, True)])
def test_a_lead_approves_money_up_to_their_limit(database: Database, limit: int, may: bool) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, DISPUTE)
    shop.lead = type(shop.lead)(shop.lead.id, shop.lead.name, shop.lead.email, "lead", limit)
    if may:
        release(shop, draft, by="lead", variant="approve_refund")
    else:
        with pytest.raises(Forbidden, match="Your limit is 48.99 EUR"):
            release(shop, draft, by="lead", variant="approve_refund")
        release(shop, draft, by="owner", variant="approve_refund")
    shop.pass_time(11)
    (message,) = sent(shop)
    assert message.reply is not None
    assert message.reply["outcome"] == "refund_approved"


def test_an_agent_releases_a_hold_that_is_only_unsure_and_promises_nothing(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.visitor_id, UNSURE)
    assert (draft.state, draft.hold_kind) == ("held", "unsure")
    release(shop, draft, by="agent")
    shop.pass_time(11)
    assert len(sent(shop)) == 1


def test_a_draft_made_for_comparison_is_never_approved_released_or_edited(database: Database) -> None:
    shop = make_shop(database)
    main = shop.drafted(shop.jonas_id, DISPUTE)
    compared = shop.drafts(main.message_id).compared
    assert compared is not None
    written = edits.Written("Your invoice is in your account.", "")
    shown = compared.content_hash or ""
    tries: list[Callable[[Session], object]] = [
        lambda db: decisions.approve(db, shop.runtime, compared.id or 0, content_hash=shown, by=shop.owner),
        lambda db: decisions.release(
            db, shop.runtime, compared.id or 0, content_hash=shown, variant="as_drafted", by=shop.owner
        ),
        lambda db: edits.send_edited(db, shop.runtime, compared.id or 0, written, content_hash=shown, by=shop.owner),
    ]
    for one in tries:
        with pytest.raises(Conflict) as refused:
            shop.act(one)
        assert refused.value.code == "compared"


def test_an_unknown_variant_is_named_as_such(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, DISPUTE)
    with pytest.raises(InvalidInput, match="'free_money'"):
        shop.act(
            lambda db: decisions.release(
                db, shop.runtime, draft.id or 0, content_hash="", variant="free_money", by=shop.owner
            )
        )


def test_a_rejected_draft_keeps_its_reason_and_asks_for_a_written_reply(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    shop.act(
        lambda db: decisions.reject(db, shop.runtime, draft.id or 0, reason="wrong_fact", note="April", by=shop.agent)
    )
    kept = shop.draft(draft.id)
    assert (kept.state, kept.reject_reason, kept.reject_note) == ("rejected", "wrong_fact", "April")
    assert shop.conversation(draft.conversation_id).work_state == "manual"
    with pytest.raises(Conflict):
        approve(shop, draft)


def test_an_edited_draft_keeps_the_frame_and_sends_the_new_words(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    written = edits.Written("Your invoice is at the top of the list in your account.", "")
    shop.act(
        lambda db: edits.send_edited(
            db, shop.runtime, draft.id or 0, written, content_hash=draft.content_hash or "", by=shop.agent
        )
    )
    shop.pass_time(11)
    (message,) = sent(shop)
    assert message.reply is not None and draft.reply is not None
    assert message.reply["answer"] == written.answer
    assert message.reply["case_fields"] == draft.reply["case_fields"]
    assert shop.draft(draft.id).edited


def test_an_edit_with_an_amount_from_nowhere_is_refused_with_the_field(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    written = edits.Written("Your invoice is over 77.00 EUR.", "")
    with pytest.raises(InvalidInput) as refused:
        shop.act(
            lambda db: edits.send_edited(
                db, shop.runtime, draft.id or 0, written, content_hash=draft.content_hash or "", by=shop.agent
            )
        )
    assert "77.00" in " ".join(refused.value.fields.values())


@pytest.mark.parametrize("text", ["Your refund of 49.00 EUR is approved.", "We guarantee it, you get the money back."])
def test_an_agent_cannot_write_a_promise_by_hand_and_a_lead_can(database: Database, text: str) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    with pytest.raises(Forbidden):
        shop.act(
            lambda db: edits.write_reply(db, shop.runtime, draft.conversation_id, edits.split_text(text), by=shop.agent)
        )
    shop.act(
        lambda db: edits.write_reply(db, shop.runtime, draft.conversation_id, edits.split_text(text), by=shop.lead)
    )


def test_a_lead_cannot_promise_more_than_their_limit_by_hand(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    written = edits.split_text("Your refund of 240.00 EUR is approved.")
    with pytest.raises(Forbidden, match="100.00 EUR"):
        shop.act(lambda db: edits.write_reply(db, shop.runtime, draft.conversation_id, written, by=shop.lead))
    shop.act(lambda db: edits.write_reply(db, shop.runtime, draft.conversation_id, written, by=shop.owner))


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("We will refund five hundred euros.", "cannot be read: “five hundred euros”"),
        ("We will refund the whole amount.", "cannot be read: “the whole amount”"),
        ("We will refund you 500.", "500.00 EUR"),
        ("We will refund 60 EUR and another 60 EUR.", "120.00 EUR"),
        ("We will refund 90 US dollars.", "90.00 USD"),
        ("We will re\u200bfund 240 EUR.", "240.00 EUR"),
        ("We will refund it. That is 240.00 EUR.", "240.00 EUR"),
    ],
)
def test_a_limit_holds_however_the_amount_is_written(database: Database, text: str, refusal: str) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    written = edits.split_text(text)
    with pytest.raises(Forbidden, match=refusal):
        shop.act(lambda db: edits.write_reply(db, shop.runtime, draft.conversation_id, written, by=shop.lead))
    with pytest.raises(Forbidden):
        shop.act(
            lambda db: edits.send_edited(
                db, shop.runtime, draft.id or 0, written, content_hash=draft.content_hash or "", by=shop.lead
            )
        )
    shop.act(lambda db: edits.write_reply(db, shop.runtime, draft.conversation_id, written, by=shop.owner))


def test_an_agent_who_promises_is_told_who_decides_and_not_what_amount_would_pass(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    written = edits.split_text("We refund you 20.00 EUR.")
    with pytest.raises(Forbidden, match="released by a lead"):
        shop.act(
            lambda db: edits.send_edited(
                db, shop.runtime, draft.id or 0, written, content_hash=draft.content_hash or "", by=shop.agent
            )
        )


@pytest.mark.parametrize("text", ["\u200b\u200b", "\u2060", "\u3164", "\u2800 \u2800", "\u180e", "\U000e0020"])
def test_a_reply_of_characters_that_nobody_sees_is_refused(database: Database, text: str) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    with pytest.raises(InvalidInput):
        shop.act(
            lambda db: edits.write_reply(
                db, shop.runtime, draft.conversation_id, edits.Written(text, ""), by=shop.agent
            )
        )


def test_an_agent_cannot_answer_a_held_case_around_the_draft(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, DISPUTE)
    written = edits.split_text("All is well with your account.")
    with pytest.raises(Forbidden):
        shop.act(lambda db: edits.write_reply(db, shop.runtime, draft.conversation_id, written, by=shop.agent))


def test_a_hand_written_reply_voids_the_open_draft(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    written = edits.split_text("Please look under Account. It is the first entry.")
    shop.act(lambda db: edits.write_reply(db, shop.runtime, draft.conversation_id, written, by=shop.agent))
    shop.pass_time(11)
    assert shop.draft(draft.id).state == "void"
    (message,) = sent(shop)
    assert message.reply is not None and message.reply["sign_off"] == "Harbour Lane support"


def test_an_agent_holds_a_ready_draft_and_only_a_lead_lets_it_go(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    held = shop.act(lambda db: decisions.hold(db, shop.runtime, draft.id or 0, by=shop.agent))
    with pytest.raises(Forbidden):
        release(shop, held, by="agent")
    release(shop, held, by="lead")


def test_regenerating_makes_a_new_generation_and_voids_the_old(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    shop.act(lambda db: redrafts.regenerate(db, shop.runtime, draft.id or 0, by=shop.agent))
    shop.work()
    newest = shop.drafts(draft.message_id).main
    assert newest is not None and (newest.generation, newest.state) == (2, "ready")
    assert shop.draft(draft.id).state == "void"


def test_every_act_is_in_the_audit_log_and_the_chain_fits(database: Database) -> None:
    shop = make_shop(database)
    approve(shop, shop.drafted(shop.mira_id, ROUTINE))
    shop.pass_time(11)
    with database.transaction(read_only=True) as db:
        report = shop.runtime.audit.verify(db, in_use_at=None)
        from supportbot.audit.tables import AuditEntry

        acts = [entry.action for entry in db.exec(select(AuditEntry).order_by(AuditEntry.seq))]  # type: ignore[arg-type]
    assert report.problem is None
    for act in ("message.received", "draft.saved", "draft.approved", "reply.queued", "reply.sent"):
        assert act in acts


def test_no_message_stays_without_an_outcome_when_its_job_is_lost(database: Database) -> None:
    from supportbot.jobs.sweeper import sweep

    shop = make_shop(database)
    message_id = shop.write(shop.mira_id, ROUTINE)
    shop.clock.move(timedelta(seconds=95))
    assert shop.act(lambda db: sweep(db, shop.runtime)) == {"retried": 1, "given_up": 0}
    shop.clock.move(timedelta(seconds=30))
    assert shop.act(lambda db: sweep(db, shop.runtime)) == {"retried": 0, "given_up": 1}
    main = shop.drafts(message_id).main
    assert main is not None and main.state == "failed"
    assert shop.conversation(main.conversation_id).work_state == "failed"
    shop.work()
    assert shop.draft(main.id).state == "failed"


def test_refused_acts_change_nothing(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, DISPUTE)
    before = shop.draft(draft.id).model_dump()
    for variant in ("as_drafted", "approve_refund"):
        with pytest.raises(SupportbotError):
            release(shop, draft, by="agent", variant=variant)
    assert shop.draft(draft.id).model_dump() == before
    shop.pass_time(60)
    assert sent(shop) == []
