"""Importing and publishing articles, and the library that is read of them, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.audit.actions import AuditLog
from supportbot.audit.tables import AuditEntry
from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.errors import Conflict, InvalidInput, NotFound
from supportbot.knowledge.actions import ArticleImport, find_version, import_articles, publish_article
from supportbot.knowledge.queries import published_library
from supportbot.knowledge.tables import Article, Passage
from tests.knowledge.library import PUBLISHED, shop_files

NOW = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
AUDIT = AuditLog("k" * 32, FixedClock(NOW))
PARCEL = """---
slug: parcel
title: Your parcel
kind: help
locale: en
topic: order_shipping
short_answer: It is on its way.
actions: [track_order]
---
## Follow it
Open Orders.
"""


def load(db: Session, *texts: str, publish: bool = True, at: datetime = NOW) -> ArticleImport:
    files = [(f"{place}.md", text) for place, text in enumerate(texts)]
    return import_articles(db, files, at=at, publish=publish, audit=AUDIT)


def load_shop(db: Session) -> ArticleImport:
    return import_articles(db, shop_files(), at=NOW, publish=True, audit=AUDIT, published_at={"refunds": PUBLISHED})


def test_a_second_import_of_the_same_files_changes_nothing(database: Database) -> None:
    with database.transaction() as db:
        first = load_shop(db)
    with database.transaction() as db:
        second = load_shop(db)
        rows = db.exec(select(sa.func.count()).select_from(Article)).one()
        entries = db.exec(select(sa.func.count()).select_from(AuditEntry)).one()

    assert len(first.added) == len(first.published) == rows == entries == len(shop_files())
    assert (second.added, second.changed, second.published) == ((), (), ())
    assert len(second.unchanged) == len(shop_files())


def test_a_changed_text_is_the_next_version_and_replaces_the_published_one(database: Database) -> None:
    with database.transaction() as db:
        load(db, PARCEL)
    with database.transaction() as db:
        done = load(db, PARCEL.replace("Open Orders.", "Open Account, then Orders."))
    with database.transaction(read_only=True) as db:
        rows = db.exec(select(Article).order_by(col(Article.version))).all()
        library = published_library(db)

    assert (done.added, done.changed, done.published) == ((), ("parcel",), ("parcel",))
    assert [(row.version, row.state) for row in rows] == [(1, "retired"), (2, "published")]
    passage = library.passage("parcel#1")
    assert passage is not None
    assert (passage.text, passage.version, passage.published_at) == ("Open Account, then Orders.", 2, NOW)


def test_a_draft_is_not_found_until_it_is_published(database: Database) -> None:
    with database.transaction() as db:
        load(db, PARCEL, publish=False)
        before = published_library(db).search("parcel", locale="en")
        row = find_version(db, "parcel", 1)
        publish_article(db, row, at=NOW, audit=AUDIT)
        after = published_library(db).search("parcel", locale="en")
        actions = [entry.action for entry in db.exec(select(AuditEntry).order_by(col(AuditEntry.seq)))]

    assert before == ()
    assert [hit.slug for hit in after] == ["parcel"]
    assert actions == ["article.import", "article.publish"]


def test_importing_a_draft_again_with_publish_makes_it_live(database: Database) -> None:
    with database.transaction() as db:
        load(db, PARCEL, publish=False)
    with database.transaction() as db:
        done = load(db, PARCEL)

    assert (done.unchanged, done.published) == (("parcel",), ("parcel",))


def test_one_bad_file_keeps_every_other_out(database: Database) -> None:
    with database.transaction() as db:
        with pytest.raises(InvalidInput, match=r"1\.md, line 6"):
            load(db, PARCEL, PARCEL.replace("slug: parcel", "slug: box").replace("order_shipping", "boxes"))
        assert db.exec(select(Article)).all() == []


def test_a_version_that_exists_with_another_text_is_refused_and_the_next_is_taken(database: Database) -> None:
    numbered = PARCEL.replace("title:", "version: 7\ntitle:")
    changed = numbered.replace("Orders", "Parcels")
    with database.transaction() as db:
        load(db, numbered)
    with database.transaction() as db, pytest.raises(Conflict, match=r"Raise the version to 8"):
        load(db, changed)
    with database.transaction() as db:
        load(db, changed.replace("version: 7", "version: 8"))
        assert find_version(db, "parcel", 8).state == "published"
        with pytest.raises(NotFound):
            find_version(db, "parcel", 6)


def test_the_library_is_read_anew_only_when_something_published_changes(database: Database) -> None:
    with database.transaction() as db:
        load(db, PARCEL)
    with database.transaction(read_only=True) as db:
        first = published_library(db)
        statements = _count_statements(database)
        second = published_library(db)
        assert (second is first, len(statements)) == (True, 1)
    with database.transaction() as db:
        load(db, PARCEL.replace("It is on", "Your parcel is on"), at=NOW + timedelta(minutes=1))
        third = published_library(db)

    assert third is not first
    assert third.articles[0].short_answer == "Your parcel is on its way."


def test_the_policy_gives_its_rules_and_passages_with_version_and_day(database: Database) -> None:
    with database.transaction() as db:
        load_shop(db)
        library = published_library(db)
    policy = library.refund_policy()
    passages = library.policy_passages(["refunds#4.2", "refunds#4.5"])

    assert policy is not None
    assert (policy.currency, policy.refund_window_days, policy.double_charge_days) == ("EUR", 30, 7)
    assert policy.passage("charged_after_cancelling") == "refunds#4.2"
    assert [(one.number, one.heading, one.version, one.published_at) for one in passages] == [
        ("4.2", "4.2 Charged after cancelling", 7, PUBLISHED),
        ("4.5", "4.5 Charged twice", 7, PUBLISHED),
    ]
    assert passages[0].article == "Refunds and cancellations"
    assert len(library.policy_passages()) == 7


def test_passages_stand_in_their_order(database: Database) -> None:
    with database.transaction() as db:
        load_shop(db)
        places = db.exec(select(Passage.position).order_by(col(Passage.id)).limit(3)).all()
        hit = published_library(db).search("Where is my invoice?", locale="en")[0]

    assert places == [1, 2, 3]
    assert [one.ref for one in hit.passages] == [f"find-your-invoices#{place}" for place in (1, 2, 3)]


def _count_statements(database: Database) -> list[str]:
    seen: list[str] = []

    @sa.event.listens_for(database.engine, "before_cursor_execute")
    def _note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    return seen
