"""Full-text search over passages: the same answers on both databases."""

from datetime import UTC, datetime

import pytest

from supportbot.audit.actions import AuditLog
from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.knowledge.actions import import_articles
from supportbot.knowledge.full_text import search_passages

NOW = datetime(2026, 4, 10, 8, 0, tzinfo=UTC)
AUDIT = AuditLog("k" * 32, FixedClock(NOW))


def article(slug: str, title: str, body: str, locale: str = "en") -> tuple[str, str]:
    text = f"""---
slug: {slug}
title: {title}
kind: help
locale: {locale}
topic: billing
short_answer: It is there.
actions: [open_invoices]
---
{body}
"""
    return f"{slug}.md", text


ARTICLES = (
    article("invoices", "Find your invoices", "## Where\n\nOpen Account, then Invoices.\n\n## As a file\n\nPress PDF."),
    article("cafes", "Paying in cafés", "## Überweisung\n\nŁatwo: pay 4.2 EUR by transfer; it's FREE.", "de"),
    article("arabic", "الفواتير", "## أين\n\nافتح الحساب ثم الفواتير.", "ar"),
)


@pytest.fixture
def filled(database: Database) -> Database:
    with database.transaction() as db:
        import_articles(db, ARTICLES, at=NOW, publish=True, audit=AUDIT)
        import_articles(
            db, [article("later", "Later", "## Soon\n\nInvoices by post.")], at=NOW, publish=False, audit=AUDIT
        )
    return database


def found(database: Database, text: str, **options: object) -> list[str]:
    with database.transaction(read_only=True) as db:
        return [one.ref for one in search_passages(db, text, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "refs"),
    [
        ("invoices", ["invoices#2", "invoices#1"]),  # the title counts for each passage; the newest first
        ("INVOICES account", ["invoices#1"]),
        ("invo", ["invoices#2", "invoices#1"]),
        ("invo account", []),  # only the last word may be unfinished
        ("account invo", ["invoices#1"]),
        ("cafes", ["cafes#1"]),
        ("Cafés uberweis", ["cafes#1"]),
        ("latwo", ["cafes#1"]),
        ("4.2 EUR", ["cafes#1"]),
        ("its free", ["cafes#1"]),
        ("الفواتير", ["arabic#1"]),
        ("", []),
        ("?! --", []),
        ('"invoices" OR NEAR(account) * : - ( ^', []),
        ("invoices'); DROP TABLE passage; --", []),
        ("a & b | !c <-> d:*", []),
        ("word " * 500, []),
    ],
)
def test_passages_are_found_by_every_word_newest_first(filled: Database, text: str, refs: list[str]) -> None:
    assert found(filled, text) == refs


def test_only_the_states_asked_for_are_looked_through_and_pages_go_on(filled: Database) -> None:
    assert found(filled, "invoices", states=("draft",)) == ["later#1"]
    assert found(filled, "invoices", states=("draft", "published"), limit=2) == ["later#1", "invoices#2"]
    with filled.transaction(read_only=True) as db:
        first = search_passages(db, "invoices", limit=1)
        rest = search_passages(db, "invoices", before_id=first[0].passage_id)

    assert [one.ref for one in (*first, *rest)] == ["invoices#2", "invoices#1"]
    assert (first[0].slug, first[0].title, first[0].version, first[0].state) == (
        *("invoices", "Find your invoices", 1, "published"),
    )


def test_a_retired_version_is_not_found(filled: Database) -> None:
    changed = article("invoices", "Find your invoices", "## Where\n\nOpen the shop.")
    with filled.transaction() as db:
        import_articles(db, [changed], at=NOW, publish=True, audit=AUDIT)

    assert found(filled, "account") == []
    assert found(filled, "invoices") == ["invoices#1"]
