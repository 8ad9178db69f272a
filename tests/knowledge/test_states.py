"""An article's way from draft over reviewed to published, and what drafts make of it."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from supportbot.audit.actions import AuditLog
from supportbot.audit.tables import AuditEntry
from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.errors import Conflict, NotFound
from supportbot.knowledge.actions import find_version, import_articles, publish_reviewed, review_article
from supportbot.knowledge.queries import published_library
from supportbot.knowledge.usage import Use, count_uses, gap_counts, newest_gaps, note_gap, uses_by_article, uses_of
from tests.factories import DISPUTE, ROUTINE, make_shop
from tests.knowledge.test_full_text import ARTICLES

NOW = datetime(2026, 4, 10, 8, 0, tzinfo=UTC)
AUDIT = AuditLog("k" * 32, FixedClock(NOW))


@pytest.fixture
def drafts(database: Database) -> Database:
    with database.transaction() as db:
        import_articles(db, ARTICLES, at=NOW, publish=False, audit=AUDIT)
    return database


def test_only_what_was_reviewed_is_published_and_only_that_is_used(drafts: Database) -> None:
    with drafts.transaction() as db:
        with pytest.raises(Conflict, match="Version 1 of 'invoices' was not reviewed yet"):
            publish_reviewed(db, "invoices", 1, at=NOW, audit=AUDIT)
        reviewed = review_article(db, "invoices", 1, by="Ines", at=NOW, audit=AUDIT)
        assert (reviewed.state, reviewed.reviewed_by, reviewed.reviewed_at) == ("reviewed", "Ines", NOW)
        assert published_library(db).articles == ()
        publish_reviewed(db, "invoices", 1, at=NOW, audit=AUDIT)
        assert [one.slug for one in published_library(db).articles] == ["invoices"]
        actions = [entry.action for entry in db.exec(select(AuditEntry).order_by(col(AuditEntry.seq)))]

    assert actions[-2:] == ["article.review", "article.publish"]


def test_each_step_is_taken_once(drafts: Database) -> None:
    with drafts.transaction() as db:
        review_article(db, "invoices", 1, by="Ines", at=NOW, audit=AUDIT)
        with pytest.raises(Conflict, match="Version 1 of 'invoices' is reviewed, no draft any more"):
            review_article(db, "invoices", 1, by="Bram", at=NOW, audit=AUDIT)
        publish_reviewed(db, "invoices", 1, at=NOW, audit=AUDIT)
        with pytest.raises(Conflict, match="is published. Only a reviewed version is published"):
            publish_reviewed(db, "invoices", 1, at=NOW, audit=AUDIT)
        with pytest.raises(NotFound, match="no version 9"):
            review_article(db, "invoices", 9, by="Ines", at=NOW, audit=AUDIT)
        assert find_version(db, "invoices", 1).reviewed_by == "Ines"


def test_citations_are_counted_for_each_passage_and_article(database: Database) -> None:
    later = NOW + timedelta(hours=1)
    with database.transaction() as db:
        count_uses(db, ["a#1", "a#2", "a#1"], conversation_id=7, at=NOW)
        count_uses(db, ["a#1", "b#1"], conversation_id=8, at=later)
        count_uses(db, [], conversation_id=9, at=later)
    with database.transaction(read_only=True) as db:
        assert uses_of(db, ["a#1", "a#2", "c#1"]) == {"a#1": Use(2, later, 8), "a#2": Use(1, NOW, 7)}
        assert uses_by_article(db) == {"a": Use(3, later, 8), "b": Use(1, later, 8)}


def test_a_question_without_an_article_is_a_gap_once(database: Database) -> None:
    with database.transaction() as db:
        for message, topic, locale in (
            (1, "billing", "en"),
            (1, "billing", "en"),
            (2, "billing", "en"),
            (3, "refund", "de"),
        ):
            note_gap(db, message, 7, topic=topic, locale=locale, at=NOW)
            db.flush()
    with database.transaction(read_only=True) as db:
        assert [gap.message_id for gap in newest_gaps(db)] == [3, 2, 1]
        assert [gap.message_id for gap in newest_gaps(db, before_id=3, limit=1)] == [2]
        assert gap_counts(db, since=NOW) == {("billing", "en"): 2, ("refund", "de"): 1}
        assert gap_counts(db, since=NOW + timedelta(days=1)) == {}


def test_drafting_counts_what_it_cites_and_notes_what_it_misses(database: Database) -> None:
    shop = make_shop(database)
    cited = shop.drafted(shop.mira_id, ROUTINE)
    dispute = shop.drafted(shop.jonas_id, DISPUTE)
    shop.drafted(shop.visitor_id, "How do I change my password?")

    with database.transaction(read_only=True) as db:
        uses = uses_by_article(db)
        gaps = newest_gaps(db)
    assert cited.sources and uses["find-your-invoices"] == Use(1, shop.clock(), cited.conversation_id)
    assert uses["refunds"].times == len({source["ref"] for source in dispute.sources if source["kind"] == "policy"})
    assert [(gap.topic, gap.locale) for gap in gaps] == [("account_howto", "en")]
