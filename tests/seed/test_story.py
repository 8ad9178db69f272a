"""The story as a whole: deterministic, complete, and valid whenever it is told."""

from collections import Counter
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import get_args

import pytest

from supportbot.knowledge.ranking import THRESHOLD
from supportbot.routing.types import Topic
from supportbot.seed import types
from supportbot.seed.story import tell_story
from tests.seed.library import library
from tests.seed.tellings import AMSTERDAM, MOMENTS, NOW, told

AHEAD = {"renews_at", "snoozed_until", "ended_at"}


@pytest.fixture(scope="module")
def story() -> types.Story:
    return told(NOW)


def test_two_tellings_are_equal(story: types.Story) -> None:
    assert tell_story(NOW) == story


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_nothing_lies_ahead_of_now_but_renewals_and_snoozing(now: datetime) -> None:
    ahead = [(path, at) for path, at in times(told(now)) if at > now]

    assert ahead == []


def test_days_over_two_years_give_a_story_with_the_famous_case() -> None:
    for day in range(0, 731, 43):
        now = NOW + timedelta(days=day, hours=day % 24)
        jonas = [charge for charge in told(now).records.charges if charge.customer == "jonas"]
        famous = {charge.id: charge.charged_at.astimezone(AMSTERDAM) for charge in jonas[-2:]}

        assert [(at.month, at.day) for at in famous.values()] == [(3, 14), (3, 15)]
        assert list(famous) == ["ch_8841", "ch_8846"]
        assert now - famous["ch_8846"] < timedelta(days=385)


def test_march_is_the_latest_one_that_is_wholly_past() -> None:
    def march(now: datetime) -> int:
        (charge,) = [one for one in told(now).records.charges if one.id == "ch_8841"]
        return charge.charged_at.year

    assert march(datetime(2026, 3, 31, 23, 50, tzinfo=AMSTERDAM)) == 2025
    assert march(datetime(2026, 4, 1, 0, 10, tzinfo=AMSTERDAM)) == 2026


def test_every_topic_has_an_english_article(story: types.Story) -> None:
    topics = {article.topic for article in story.articles if article.locale == "en"}

    assert topics == set(get_args(Topic))


def test_articles_are_many_and_speak_five_languages(story: types.Story) -> None:
    locales = Counter(article.locale for article in story.articles)

    assert locales["en"] >= 25
    assert (locales["de"], locales["es"], locales["fr"], locales["ar"]) == (5, 3, 3, 1)


def test_slugs_name_their_files_and_actions_are_one_to_three(story: types.Story) -> None:
    content = Path(types.__file__).parent / "content" / "articles"

    assert {article.slug for article in story.articles} == {path.stem for path in content.glob("*.md")}
    assert all(1 <= len(article.actions) <= 3 for article in story.articles)
    assert all(3 <= len(article.questions) <= 6 for article in story.articles)


def test_a_plain_answer_stands_where_and_only_where_facts_are_asked_for(story: types.Story) -> None:
    for article in story.articles:
        assert ("{" in article.short_answer) == (article.short_answer_plain is not None), article.slug
        assert "{" not in (article.short_answer_plain or ""), article.slug


def test_one_article_promises_and_no_other_does(story: types.Story) -> None:
    promise = ("approved", "refunded", "guarantee", "on their way back")
    promising = [article.slug for article in story.articles if any(word in article.source for word in promise)]

    assert promising == ["a-charge-appears-twice"]
    assert [one.slug for one in story.articles if one.outcome == "refund_approved"] == promising


def test_no_article_names_an_amount_because_amounts_come_from_records(story: types.Story) -> None:
    assert [one.slug for one in story.articles if "EUR" in one.source or "€" in one.source] == []


def test_every_sample_question_finds_its_own_article(story: types.Story) -> None:
    found = library(story.articles)
    lost = []
    for article in story.articles:
        for question in article.questions:
            best = found.search(question, locale=article.locale)[0]
            lost += [(question, best.slug)] if best.slug != article.slug else []

    assert lost == []


@pytest.mark.parametrize(
    ("message", "slug"),
    [
        ("Where is my invoice?", "find-your-invoices"),
        ("Hi, where is my invoice for October? I need it for my bookkeeping.", "invoice-of-a-month"),
        ("I was billed twice in March and I cancelled before the renewal.", "a-charge-appears-twice"),
        (
            "I was billed twice in March and I cancelled before the renewal. Please sort this out.",
            "a-charge-appears-twice",
        ),
        ("Where is my parcel?", "where-is-my-parcel"),
        ("How do I change or pause my box?", "pause-or-skip"),
        ("I have a question about a charge", "question-about-a-charge"),
        ("Do you ship to Norway?", "shipping-countries"),
    ],
)
def test_the_messages_of_the_demo_find_their_article(story: types.Story, message: str, slug: str) -> None:
    best = library(story.articles).search(message, locale="en")[0]

    assert best.slug == slug
    assert best.score > THRESHOLD


def test_what_waits_is_drafted_from_an_article_near_the_question(story: types.Story) -> None:
    found = library(story.articles)
    far = []
    for one in story.conversations:
        said = [turn for turn in one.turns if turn.role == "customer"][-1]
        if one.waiting_since and one.work_state == "ready":
            near = [hit.slug for hit in found.search(said.text, locale=one.locale)]
            far += [(said.text, near) for draft in said.drafts if draft.article not in near]

    assert far == []


def test_every_rule_of_the_policy_points_at_a_passage(story: types.Story) -> None:
    numbers = {passage.number for passage in story.policy.passages}

    assert story.policy.rules.refund_window_days == 30
    assert story.policy.rules.double_charge_days == 7
    assert dict(story.policy.rules.passages)["double_charge_days"] == "4.5"
    assert {number for _, number in story.policy.rules.passages} <= numbers
    assert {dispute.passage for dispute in story.records.disputes} <= numbers


def test_the_shop_has_the_three_who_answer_and_three_who_sign_in(story: types.Story) -> None:
    roles = {agent.key: (agent.role, agent.refund_limit_minor) for agent in story.shop.agents}
    by_key = {customer.key: customer for customer in story.records.customers}

    assert roles == {"ines": ("lead", 10000), "bram": ("owner", None), "noor": ("agent", 0)}
    assert [by_key[key].locale for key in story.shop.shop_customers] == ["en", "en", "de"]
    assert len(story.shop.usual_questions) == 4


def times(value: object, path: str = "story") -> list[tuple[str, datetime]]:
    """Every moment inside a frozen value, with its path, but for those that may lie ahead."""
    if isinstance(value, datetime):
        return [(path, value)]
    if isinstance(value, tuple):
        return [found for index, one in enumerate(value) for found in times(one, f"{path}[{index}]")]
    if not is_dataclass(value):
        return []
    return [
        found
        for field in fields(value)
        if field.name not in AHEAD
        for found in times(getattr(value, field.name), f"{path}.{field.name}")
    ]
