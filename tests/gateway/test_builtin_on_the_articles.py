"""The demo's own articles, asked their own questions: what the built-in provider makes of them passes the contract."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from supportbot.contract.checks.draft_checks import check_reply
from supportbot.contract.reply.v1 import parse
from supportbot.contract.rules import decided_outcome
from supportbot.contract.types import Finding
from supportbot.gateway.providers.builtin_routine import draft_routine
from supportbot.language.amounts import amounts_in
from supportbot.language.extract_values import ids_in
from supportbot.seed.story import tell_story
from supportbot.seed.types import HelpArticle
from tests.contract.factories import make_allowed, make_rendered, normalise
from tests.prompting.test_prompting import make_material

ARTICLES = tell_story(datetime(2026, 11, 23, 9, 0, tzinfo=UTC)).articles
WRONG = "a-charge-appears-twice"
VALUES = {
    "newest_invoice": "INV-2026-1107",
    "newest_invoice_date": "7 November 2026",
    "newest_invoice_amount": "49.00 EUR",
    "month": "February",
    "invoice_for_month": "INV-2026-0207",
    "plan": "Roaster’s box",
    "plan_price": "49.00 EUR",
    "renews_at": "7 December 2026",
    "cancelled_at": "1 March 2026",
    "newest_order": "ORD-20469",
    "newest_order_date": "7 November 2026",
    "order_status": "on its way",
    "tracking": "JVGL0162094011",
    "carrier": "PostNL",
    "card_last4": "4417",
    "email": "mira@haddad-studio.example",
}
DATES = frozenset({date(2026, 11, 7), date(2026, 12, 7), date(2026, 3, 1)})


def as_material(article: HelpArticle, question: str) -> dict[str, Any]:
    passages = [
        {"ref": f"{article.slug}#{number}", "heading": passage.heading, "text": passage.text}
        for number, passage in enumerate(article.passages, start=1)
    ]
    hit = {
        "slug": article.slug,
        "title": article.title,
        "locale": article.locale,
        "topic": article.topic,
        "short_answer": article.short_answer,
        "short_answer_plain": article.short_answer_plain or article.short_answer,
        "actions": list(article.actions),
        "outcome": article.outcome,
        "score": 0.9,
        "margin": 0.5,
        "passages": passages,
    }
    return make_material(articles=[hit], locale=article.locale, question=question, record={"values": VALUES})


def failures(article: HelpArticle, question: str) -> list[Finding]:
    material = as_material(article, question)
    fields, _ = normalise(parse(json.dumps(draft_routine(material))), locale=article.locale)
    texts = [*VALUES.values(), article.short_answer, *(passage.text for passage in article.passages)]
    allowed = make_allowed(
        amounts=frozenset(amount for text in texts for amount in amounts_in(text, "EUR")),
        dates=DATES,
        ids=frozenset(name for text in texts for name in ids_in(text)) | {VALUES["tracking"], VALUES["email"]},
        link_hosts=frozenset(),
        sources=frozenset(passage["ref"] for passage in material["articles"][0]["passages"]),
        named="\n".join(texts),
    )
    outcome = decided_outcome(fields.outcome, lane="fast", hold_kind=None)
    reply = replace(make_rendered(fields, outcome=outcome, locale=article.locale), locale=article.locale)
    return [finding for finding in check_reply(reply, fields, allowed) if not finding.passed]


@pytest.mark.parametrize(
    "article", [article for article in ARTICLES if article.slug != WRONG], ids=lambda one: one.slug
)
def test_every_article_makes_drafts_that_pass_every_check(article: HelpArticle) -> None:
    for question in (*article.questions, "Anything else"):
        assert failures(article, question) == []


def test_the_article_that_promises_a_refund_is_blocked_whatever_is_asked() -> None:
    (article,) = (article for article in ARTICLES if article.slug == WRONG)
    for question in article.questions:
        assert {finding.rule for finding in failures(article, question)} == {"outcome", "promise"}
