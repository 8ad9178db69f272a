"""Tells the demo's story: `tell_story(now)` gives shop, articles, records and conversations with real dates.

Everything follows from `now` and the files in `content/`: two calls with one `now` are equal.

Articles are Markdown with YAML front matter between `---` lines:

    slug, title, kind (help), locale, topic     as in `types.py`
    short_answer         one sentence that answers; may hold the placeholders below
    short_answer_plain   the same without any placeholder; there if and only if `short_answer` has one
    actions              one to three next actions
    outcome              optional, `answered` unless given
    questions            phrasings that customers use
    body                 `## heading` sections of two to five sentences, the passages

Placeholders stand for facts of the customer's case; if one is unknown, the plain sentence is used:

    {newest_invoice} {newest_invoice_date} {newest_invoice_amount}   the latest invoice
    {month} {invoice_for_month}                                      the month named in the message
    {plan} {plan_price} {renews_at} {cancelled_at}                   the subscription
    {newest_order} {newest_order_date} {order_status} {tracking}     the latest parcel
    {card_last4} {email}                                             the customer
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from supportbot.contract.types import ActionId, Outcome
from supportbot.routing.types import Topic
from supportbot.seed.content import Script, read_markdown, read_yaml
from supportbot.seed.conversations import tell_conversations
from supportbot.seed.moments import Calendar
from supportbot.seed.records import tell_records
from supportbot.seed.types import HelpArticle, Locale, PolicyRules, RefundPolicy, Shop, Story


def tell_story(now: datetime) -> Story:
    """The whole story as it stands at `now`; every time in it is past, but for renewals and snoozing."""
    shop = read_yaml("shop.yaml", Shop)
    calendar = Calendar(now=now, zone=ZoneInfo(shop.time_zone))
    articles, records = tell_articles(calendar), tell_records(calendar, shop)
    return Story(
        told_at=now,
        shop=shop,
        articles=articles,
        policy=tell_policy(calendar),
        records=records,
        conversations=tell_conversations(calendar, shop, articles, records),
    )


def tell_articles(calendar: Calendar) -> tuple[HelpArticle, ...]:
    """The help articles, each published a day apart, well over a year ago."""
    return tuple(
        HelpArticle(
            slug=head.slug,
            title=head.title,
            locale=head.locale,
            topic=head.topic,
            short_answer=head.short_answer,
            short_answer_plain=head.short_answer_plain,
            actions=head.actions,
            outcome=head.outcome,
            questions=head.questions,
            passages=passages,
            published_at=calendar.moment("days-500 10:00") - timedelta(days=index),
            source=source,
        )
        for index, (head, passages, source) in enumerate(read_markdown("articles", _ArticleHead))
    )


def tell_policy(calendar: Calendar) -> RefundPolicy:
    """The refund policy, with the rules that code relies on."""
    ((head, passages, source),) = read_markdown("policy", _PolicyHead)
    return RefundPolicy(
        slug=head.slug,
        title=head.title,
        locale=head.locale,
        version=head.version,
        currency=head.currency,
        rules=PolicyRules(**head.rules.model_dump(), passages=tuple(head.passages.items())),
        passages=passages,
        published_at=calendar.moment(head.published),
        source=source,
    )


class _ArticleHead(Script):
    slug: str
    title: str
    kind: str
    locale: Locale
    topic: Topic
    short_answer: str
    short_answer_plain: str | None = None
    actions: tuple[ActionId, ...]
    outcome: Outcome = "answered"
    questions: tuple[str, ...]


class _Rules(Script):
    refund_window_days: int
    double_charge_days: int
    chargeback_stops_refund: bool
    person_confirms_every_amount: bool


class _PolicyHead(Script):
    slug: str
    title: str
    kind: str
    locale: Locale
    version: int
    published: str
    currency: str
    rules: _Rules
    passages: dict[str, str]
