"""Reading articles from Markdown: what is taken, and that every problem is named with its line."""

from datetime import UTC, datetime

import pytest

from supportbot.errors import InvalidInput
from supportbot.knowledge.article_files import ArticleSource, parse_articles
from tests.knowledge.library import PUBLISHED, shop_files, shop_sources

HELP = """---
slug: find-invoices
title: Find your invoices
kind: help
locale: en
topic: billing
short_answer: Your invoice {newest_invoice} is ready.
short_answer_plain: Every invoice is ready.
actions: [open_invoices]
questions: ["Where is my invoice?"]
---
## Where
Open Account,
then Invoices.

- newest first
- as a PDF

## By e-mail
We send it too.
"""


def parse(text: str) -> ArticleSource:
    return parse_articles([("one.md", text)])[0]


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        parse(text)
    return caught.value.message.splitlines()[1:]


def test_an_article_is_read_with_its_passages() -> None:
    article = parse(HELP)

    assert (article.slug, article.topic, article.version, article.published_at) == (
        "find-invoices",
        "billing",
        None,
        None,
    )
    assert [(one.ref, one.heading, one.text) for one in article.passages] == [
        ("find-invoices#1", "Where", "Open Account, then Invoices.\n- newest first\n- as a PDF"),
        ("find-invoices#2", "By e-mail", "We send it too."),
    ]
    assert article.meta["actions"] == ["open_invoices"]


def test_a_policys_passages_are_cited_by_the_number_in_their_heading() -> None:
    policy = next(source for source in shop_sources() if source.kind == "policy")

    assert [one.ref for one in policy.passages] == [f"refunds#4.{number}" for number in range(1, 8)]
    assert policy.passages[1].heading == "4.2 Charged after cancelling"
    assert (policy.version, policy.published_at) == (7, PUBLISHED)


def test_every_article_of_the_demo_shop_is_valid() -> None:
    assert len(shop_sources()) == len(shop_files()) > 40


def test_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    assert parse("\ufeff" + HELP.replace("\n", "\r\n")).source_hash == parse(HELP).source_hash


def test_text_before_the_first_heading_stands_under_the_title() -> None:
    article = parse(HELP.replace("## Where\n", "# Find your invoices\n"))

    assert article.passages[0].heading == "Find your invoices"
    assert article.passages[0].text.startswith("Open Account")


def test_a_number_in_a_help_heading_is_only_a_word() -> None:
    article = parse(HELP.replace("## By e-mail", "## 1 way more"))

    assert [one.ref for one in article.passages] == ["find-invoices#1", "find-invoices#2"]


def test_a_heading_inside_a_code_fence_is_text() -> None:
    article = parse(HELP + "\n```\n## not a heading\n```\n")

    assert len(article.passages) == 2


def test_a_day_of_publishing_is_a_moment_in_utc() -> None:
    assert parse(HELP.replace("topic:", "published: 2026-02-02\ntopic:")).published_at == datetime(
        2026, 2, 2, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("slug: find-invoices", "slug: Find it"), "one.md, line 2: slug is 'Find it': String should match"),
        (("kind: help", "kind: blog"), "one.md, line 4: Input tag 'blog'"),
        (("topic: billing", "topic: bills"), "one.md, line 6: topic is 'bills': Input should be 'billing', "),
        (("topic: billing\n", ""), "one.md, line 2: topic is missing."),
        (("{newest_invoice}", "{invoice}"), "one.md, line 7: short_answer names {invoice}, which no record fills."),
        (("short_answer_plain: Every invoice is ready.\n", ""), "one.md, line 7: short_answer names a fact, so"),
        (("Every invoice", "Every {plan}"), "one.md, line 8: short_answer_plain must not name a fact"),
        (("[open_invoices]", "[]"), "one.md, line 9: actions is []: "),
        (("[open_invoices]", "[refund_now]"), "one.md, line 9: actions.0 is 'refund_now': "),
        (("questions:", "question:"), "one.md, line 10: question is not known here."),
        (("locale: en", "locale: en\npublished: soon"), "one.md, line 6: published is 'soon': give a day such as"),
        (("locale: en", "locale: en\nversion: 0"), "one.md, line 6: version is 0: "),
        (("title: Find your invoices", "title: [x"), "one.md, line 4: "),
        (("locale: en", "slug: again\nlocale: en"), "one.md, line 5: 'slug' is given twice."),
        (("title: Find your invoices", "title: &a x\nlocale2: *a"), "one.md, line 4: an alias (*name) is not allowed"),
        (("## By e-mail\nWe send it too.", "## By e-mail\n"), "one.md, line 19: the passage 'By e-mail' has no text."),
    ],
)
def test_a_problem_is_named_with_file_line_and_value(change: tuple[str, str], expected: str) -> None:
    assert change[0] in HELP
    found = problems(HELP.replace(*change))

    assert len(found) == 1
    assert found[0].startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "one.md, line 1: must be ---, the start of the front matter."),
        ("---\nslug: x\n", "one.md, line 1: the front matter has no closing --- line."),
        ("---\n- a\n---\n", "one.md, line 2: the front matter must be lines such as title: Find your invoices."),
        (HELP.split("## Where")[0], "one.md, line 12: there is no passage below the front matter."),
        ("x" * 200_001, "one.md: has 200001 characters; at most 200000 are read."),
        ("---\n" + "[" * 5000 + "\n---\n", "one.md, line "),
    ],
)
def test_a_file_that_is_no_article_says_why(text: str, expected: str) -> None:
    assert problems(text)[0].startswith(expected)


def test_every_problem_of_every_file_is_listed() -> None:
    bad = HELP.replace("topic: billing", "topic: bills").replace("locale: en", "locale: English!")
    with pytest.raises(InvalidInput) as caught:
        parse_articles([("one.md", bad), ("two.md", ""), ("three.md", HELP), ("four.md", HELP)])

    lines = caught.value.message.splitlines()[1:]
    assert [line.split(":")[0] for line in lines] == [
        "one.md, line 5",
        "one.md, line 6",
        "two.md, line 1",
        "four.md",
    ]
    assert lines[-1] == "four.md: the slug 'find-invoices' is also that of three.md."


def test_a_policy_must_hold_the_passages_that_its_rules_name() -> None:
    text = "---\nslug: refunds\ntitle: R\nkind: policy\nlocale: en\ncurrency: EUR\n{}---\n## 4.1 Window\nThirty days.\n"
    rules = 'rules: {{refund_window_days: 30}}\npassages: {{refund_window_days: "{}"}}\n'

    assert parse(text.format(rules.format("4.1"))).meta["rules"]["refund_window_days"] == 30
    assert problems(text.format(rules.format("4.2"))) == ["one.md: passages names 4.2, but no heading begins with 4.2."]
    assert problems(text.format("") + "## 4.1 Again\nText.\n") == [
        "one.md, line 10: a second passage would be refunds#4.1; number headings once each."
    ]
    assert problems(text.replace("currency: EUR\n", "").format(rules.format("4.1"))) == [
        "one.md, line 6: rules need a currency, such as EUR."
    ]
