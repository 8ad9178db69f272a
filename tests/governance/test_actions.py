"""Tests of storing policy versions and finding the active one."""

from datetime import UTC, datetime

import pytest

from supportbot.db import Database
from supportbot.errors import NotFound, PolicyError
from supportbot.governance.actions import activate_policy, approve_policy, ensure_first_policy, propose_policy
from supportbot.governance.queries import active_policy, find_active_policy, policy_document, policy_history
from supportbot.governance.tables import PolicyActivation
from supportbot.routing.policy import read_policy, shipped_document

AT = datetime(2026, 11, 11, 9, 42, tzinfo=UTC)
OWNER, AUTHOR = "owner@example.test", "admin@example.test"


def first(database: Database, *, document: str | None = None, author: str = AUTHOR, approver: str = OWNER) -> int:
    with database.transaction() as db:
        text = shipped_document() if document is None else document
        return ensure_first_policy(db, document=read_policy(text), author=author, approver=approver, at=AT)


def test_the_first_policy_is_approved_and_active(database: Database) -> None:
    number = first(database)

    with database.transaction(read_only=True) as db:
        active = active_policy(db)
        (version,) = policy_history(db)
    assert (number, active.number, active.document) == (1, 1, shipped_document())
    assert active.policy.owner == OWNER
    assert (version.state, version.author, version.approver, version.is_active) == ("approved", AUTHOR, OWNER, True)
    assert (version.approved_at, version.activated_at) == (AT, AT)


def test_a_second_start_keeps_the_policy_there_is(database: Database) -> None:
    first(database)

    assert first(database, document=f"{shipped_document()}\n# another text\n") == 1
    with database.transaction(read_only=True) as db:
        assert len(policy_history(db)) == 1


def test_nothing_is_active_before_the_first_policy(database: Database) -> None:
    with database.transaction(read_only=True) as db:
        assert find_active_policy(db) is None
        with pytest.raises(PolicyError, match="supportbot policy import"):
            active_policy(db)


@pytest.mark.parametrize(
    ("author", "approver", "said"),
    [(AUTHOR, "lead@example.test", "Only the owner"), (OWNER, OWNER, "cannot approve it as well")],
)
def test_only_the_owner_approves_and_never_their_own_text(
    database: Database, author: str, approver: str, said: str
) -> None:
    with pytest.raises(PolicyError, match=said):
        first(database, author=author, approver=approver)

    assert first(database) == 1


def test_a_document_with_problems_is_not_stored(database: Database) -> None:
    with pytest.raises(PolicyError):
        first(database, document=shipped_document().replace("risk: low", "risk: none", 1))

    with database.transaction(read_only=True) as db:
        assert policy_history(db) == []


def test_a_proposal_waits_and_the_active_policy_stays(database: Database) -> None:
    first(database)
    document = shipped_document().replace("deadline_s: 60", "deadline_s: 90")

    with database.transaction() as db:
        number = propose_policy(
            db, document=read_policy(document), problem="3 of 97 ran out of time.", author=AUTHOR, at=AT
        )

    with database.transaction(read_only=True) as db:
        assert active_policy(db).number == 1
        assert policy_document(db, number) == document
        assert [(row.number, row.state, row.is_active) for row in policy_history(db)] == [
            (2, "proposed", False),
            (1, "approved", True),
        ]


def test_a_proposal_needs_its_problem_in_words(database: Database) -> None:
    with database.transaction() as db, pytest.raises(PolicyError, match="problem in one sentence"):
        propose_policy(db, document=read_policy(shipped_document()), problem=" ", author=AUTHOR, at=AT)
    with database.transaction() as db, pytest.raises(PolicyError, match=r"501 characters; say it in 500"):
        propose_policy(db, document=read_policy(shipped_document()), problem="x" * 501, author=AUTHOR, at=AT)


def test_the_newest_activation_rules_at_once(database: Database) -> None:
    first(database)
    document = shipped_document().replace("deadline_s: 60", "deadline_s: 90")
    with database.transaction() as db:
        propose_policy(db, document=read_policy(document), problem="Too short.", author=AUTHOR, at=AT)
    with database.transaction(read_only=True) as db:
        before = active_policy(db)

    with database.transaction() as db:
        db.add(PolicyActivation(number=2, by=OWNER, at=AT))
    with database.transaction(read_only=True) as db:
        after = active_policy(db)
    with database.transaction() as db:
        db.add(PolicyActivation(number=1, by=OWNER, at=AT))

    with database.transaction(read_only=True) as db:
        back = active_policy(db)
        assert [row.is_active for row in policy_history(db)] == [False, True]
    assert (before.number, after.number, back.number) == (1, 2, 1)
    assert after.policy.call_rule("dispute_reply").deadline_s == 90
    assert back.policy is before.policy


def test_an_unknown_version_is_not_found(database: Database) -> None:
    with database.transaction(read_only=True) as db, pytest.raises(NotFound, match="no routing policy version 7"):
        policy_document(db, 7)


def test_the_author_never_approves_their_own_text_even_as_the_owner(database: Database) -> None:
    first(database)
    with database.transaction() as db:
        number = propose_policy(
            db, document=read_policy(shipped_document()), problem="Something is slow.", author=OWNER, at=AT
        )

    with pytest.raises(PolicyError, match="cannot approve it as well"), database.transaction() as db:
        approve_policy(db, number=number, approver=OWNER, at=AT)


def test_a_new_owner_needs_the_old_owners_approval(database: Database) -> None:
    first(database)
    document = shipped_document().replace(OWNER, "heir@example.test")
    with database.transaction() as db:
        number = propose_policy(db, document=read_policy(document), problem="The owner leaves.", author=AUTHOR, at=AT)

    with pytest.raises(PolicyError, match="Only the owner"), database.transaction() as db:
        approve_policy(db, number=number, approver="heir@example.test", at=AT)
    with database.transaction() as db:
        approve_policy(db, number=number, approver=OWNER, at=AT)
        activate_policy(db, number=number, by=OWNER, at=AT)
    with database.transaction(read_only=True) as db:
        assert active_policy(db).policy.owner == "heir@example.test"
