"""Training triage from labels: when it is due, what it compares, and how it comes into force and leaves again."""

from itertools import count
from pathlib import Path

import pytest
from sqlmodel import Session, select

from supportbot.audit.types import SYSTEM
from supportbot.db import Database
from supportbot.drafting.triage_training import count_labels, read_lessons, train_if_due
from supportbot.errors import Conflict, NotFound, PolicyError
from supportbot.governance.actions import activate_policy, propose_policy
from supportbot.governance.queries import active_policy, policy_history
from supportbot.governance.tables import TriageWeights
from supportbot.inbox.tables import Conversation, Message
from supportbot.routing.policy import parse_policy, read_policy, shipped_document, shipped_policy
from supportbot.routing.tables import Decision
from supportbot.routing.weights_name import with_weights
from supportbot.training.candidates import activate_candidate, decline_candidate, due_at, next_at, voices_words
from supportbot.training.tables import TriageLabel
from supportbot.triage.weight_store import weights_named
from tests.cli.operator import operator
from tests.factories import ROUTINE, Shop, make_shop
from tests.training.test_fine_tune import HIGH, LOW

OWNER = "owner@example.test"
_numbers = count(1)


def label(shop: Shop, texts: list[str], risk: str) -> None:
    """Messages with labels, as people's acts leave them."""

    def write(db: Session) -> None:
        for text in texts:
            number = next(_numbers)
            conversation = Conversation(
                site_id=shop.site_id,
                customer_id=shop.mira_id,
                case_number=f"HL-9{number:05}",
                channel="widget",
                subject=text[:80],
                last_message_at=shop.clock(),
                created_at=shop.clock(),
            )
            db.add(conversation)
            db.flush()
            message = Message(
                conversation_id=conversation.id,
                customer_id=shop.mira_id,
                role="customer",
                text=text,
                channel="widget",
                external_id=f"l-{number}",
                sent_at=shop.clock(),
            )
            db.add(message)
            db.flush()
            db.add(
                TriageLabel(
                    message_id=message.id,
                    conversation_id=conversation.id,
                    said_topic="account_howto",
                    said_risk="low",
                    said_hold=False,
                    weights="shipped",
                    policy_version=1,
                    true_topic="refund" if risk == "high" else "account_howto",
                    true_risk=risk,
                    source="wrong_route",
                    language="en",
                    by_id=shop.agent.id,
                    created_at=shop.clock(),
                )
            )

    shop.act(write)


def fifty(shop: Shop) -> None:
    label(shop, HIGH, "high")
    label(shop, [f"{text} Number {number}." for number in range(4) for text in LOW][:38], "low")


def stored_weights(shop: Shop) -> list[TriageWeights]:
    with shop.database.transaction(read_only=True) as db:
        return list(db.exec(select(TriageWeights)))


def activate(shop: Shop, candidate_id: int | None, *, by: str = OWNER) -> int:
    return shop.act(
        lambda db: activate_candidate(db, shop.runtime.audit, candidate_id or 0, by=by, actor=SYSTEM, at=shop.clock())
    )


def weights_in_force(shop: Shop) -> str:
    with shop.database.transaction(read_only=True) as db:
        return active_policy(db).policy.triage.weights


@pytest.mark.parametrize(
    ("voices", "words"),
    [
        (None, ""),
        ([["Noor", 20], ["Ines", 15]], "Labels by Noor (20), Ines (15)."),
        ([["A", 5], ["B", 4], ["C", 3], ["D", 2], ["E", 1]], "Labels by A (5), B (4), C (3), D (2) and 1 more."),
        (
            [["Noor", 41], ["Ines", 9]],
            "Labels by Noor (41), Ines (9). Most are of one person: the figures above say how well the weights agree "
            "with Noor.",
        ),
    ],
)
def test_a_candidate_says_whose_labels_it_learned_from(voices: list[list[object]] | None, words: str) -> None:
    assert voices_words({} if voices is None else {"voices": voices}) == words


@pytest.mark.parametrize(
    ("labels", "due", "next_one"),
    [
        (0, None, 50),
        (49, None, 50),
        (50, 50, 200),
        (199, 50, 200),
        (200, 200, 700),
        (699, 200, 700),
        (1_201, 1_200, 1_700),
    ],
)
def test_training_is_due_at_50_at_200_and_then_each_500(labels: int, due: int | None, next_one: int) -> None:
    assert (due_at(labels), next_at(labels)) == (due, next_one)


def test_nothing_is_trained_before_there_are_fifty_labels(sqlite_database_url: str) -> None:
    shop = make_shop(Database(sqlite_database_url))
    label(shop, HIGH, "high")

    assert train_if_due(shop.database, shop.runtime) is False
    assert stored_weights(shop) == []


def test_at_fifty_labels_a_candidate_is_trained_compared_and_activated_and_a_rollback_brings_the_old_back(
    database: Database,
) -> None:
    shop = make_shop(database)
    fifty(shop)

    assert train_if_due(shop.database, shop.runtime) is True
    assert train_if_due(shop.database, shop.runtime) is False

    (row,) = stored_weights(shop)
    assert (row.state, row.labels, row.due_at) == ("candidate", 50, 50)
    report = row.report or {}
    assert report["candidate"]["high_held"][1] == report["in_use"]["high_held"][1] == 12
    assert report["candidate"]["low_held"][1] == 38
    assert "of 38 routine ones" in report["words"]
    assert weights_in_force(shop) == "shipped"
    with pytest.raises(PolicyError, match="Only the owner"):
        activate(shop, row.id, by="ines@shop.example")

    number = activate(shop, row.id)

    assert weights_in_force(shop) == row.name
    with shop.database.transaction(read_only=True) as db:
        version = policy_history(db)[0]
    assert (version.number, version.author, version.approver) == (number, "training of triage", OWNER)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    with shop.database.transaction(read_only=True) as db:
        assert db.exec(select(Decision.weights).where(Decision.message_id == draft.message_id)).one() == row.name
    with pytest.raises(Conflict, match="activated already"):
        activate(shop, row.id)
    shop.act(lambda db: activate_policy(db, number=1, by=OWNER, at=shop.clock()))
    assert weights_in_force(shop) == "shipped"


def test_a_declined_candidate_stays_out(sqlite_database_url: str) -> None:
    shop = make_shop(Database(sqlite_database_url))
    fifty(shop)
    train_if_due(shop.database, shop.runtime)
    (row,) = stored_weights(shop)

    shop.act(lambda db: decline_candidate(db, shop.runtime.audit, row.id or 0, by=OWNER, actor=SYSTEM, at=shop.clock()))

    with pytest.raises(Conflict, match="declined"):
        activate(shop, row.id)
    with pytest.raises(NotFound):
        activate(shop, 999)
    assert weights_in_force(shop) == "shipped"


def test_a_training_without_enough_disputes_fails_in_words_and_is_tried_again_with_more_labels(
    sqlite_database_url: str,
) -> None:
    shop = make_shop(Database(sqlite_database_url))
    label(shop, [f"{text} Number {number}." for number in range(5) for text in LOW][:50], "low")

    assert train_if_due(shop.database, shop.runtime) is True
    (row,) = stored_weights(shop)
    assert row.state == "failed"
    assert "0 labels of high and" in (row.state_reason or "")
    assert train_if_due(shop.database, shop.runtime) is False
    label(shop, HIGH, "high")
    assert train_if_due(shop.database, shop.runtime) is True
    (row,) = stored_weights(shop)
    assert row.state == "candidate"


def test_a_training_whose_worker_died_is_taken_up_again(sqlite_database_url: str) -> None:
    shop = make_shop(Database(sqlite_database_url))
    fifty(shop)
    left = TriageWeights(
        due_at=50, state="training", base="shipped", labels=50, newest_label_id=0, started_at=shop.clock()
    )
    shop.act(lambda db: db.add(left))

    assert train_if_due(shop.database, shop.runtime) is False
    shop.pass_time(11 * 60)
    assert train_if_due(shop.database, shop.runtime) is True


def test_a_lesson_is_the_whole_open_question_as_triage_read_it(sqlite_database_url: str) -> None:
    shop = make_shop(Database(sqlite_database_url))
    label(shop, ["I have a question."], "low")

    def extend(db: Session) -> None:
        first = db.exec(select(TriageLabel)).one()
        message = Message(
            conversation_id=first.conversation_id,
            customer_id=shop.mira_id,
            role="customer",
            text="Where is it?",
            channel="widget",
            external_id="second",
            sent_at=shop.clock(),
        )
        db.add(message)
        db.flush()
        first.message_id = message.id
        db.add(first)

    shop.act(extend)
    with shop.database.transaction(read_only=True) as db:
        ((_, lesson),) = read_lessons(db)
        assert count_labels(db) == 1
    assert lesson.text == "I have a question.\nWhere is it?"


def test_the_operator_lists_activates_and_declines_from_the_command_line(
    sqlite_database_url: str, tmp_path: Path
) -> None:
    shop = make_shop(Database(sqlite_database_url))
    desk = operator(sqlite_database_url, tmp_path)
    assert "Nobody has said anything" in desk.said("triage", "labels")
    assert "Nothing was trained yet" in desk.said("triage", "candidates")
    fifty(shop)
    assert "the training at 50 is due within minutes" in desk.said("triage", "labels")
    train_if_due(shop.database, shop.runtime)

    assert "the next training is at 200" in desk.said("triage", "labels")
    assert "Labels by Noor (50). Most are of one person" in desk.said("triage", "candidates")
    counted = desk.read("triage", "labels")
    assert (counted["labels"], counted["next_training_at"]) == (50, 200)
    assert counted["high_risk_held"] == {"hits": 0, "total": 12}
    listed = desk.read("triage", "candidates")
    assert (listed["in_force"], listed["candidates"][0]["state"]) == ("shipped", "candidate")
    number = str(listed["candidates"][0]["id"])
    assert "Only the owner" in desk.refused("triage", "activate", number, "--by", "ines@shop.example")
    assert "policy version 2" in desk.said("triage", "activate", number, "--by", OWNER)
    assert desk.read("triage", "candidates")["candidates"][0]["in_force"] is True
    assert "activated already" in desk.refused("triage", "decline", number, "--by", OWNER)
    desk.said("policy", "rollback", "--by", OWNER)
    assert weights_in_force(shop) == "shipped"


def test_a_policy_that_names_weights_nobody_trained_here_is_refused(sqlite_database_url: str) -> None:
    shop = make_shop(Database(sqlite_database_url))
    document = with_weights(shipped_document(), f"sha256:{'0' * 64}")

    with pytest.raises(PolicyError, match="not stored here"):
        shop.act(
            lambda db: propose_policy(
                db, document=read_policy(document), problem="x y", author="x@y.example", at=shop.clock()
            )
        )
    with shop.database.transaction(read_only=True) as db, pytest.raises(PolicyError, match="policy rollback"):
        weights_named(db, f"sha256:{'0' * 64}")


def test_naming_weights_changes_one_line_and_nothing_else_of_the_text() -> None:
    name = f"sha256:{'a' * 64}"

    named = with_weights(shipped_document(), name)

    assert [line for line in named.splitlines() if line not in shipped_document().splitlines()] == [
        f"  weights: {name}"
    ]
    assert with_weights(named, "shipped").count("weights:") == 1
    assert parse_policy(with_weights(named, "shipped")) == shipped_policy()
    without_block = shipped_document()[: shipped_document().index("\ntriage:\n") + 1]
    assert parse_policy(with_weights(without_block, name)).triage.weights == name
