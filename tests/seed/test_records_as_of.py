"""The records at an earlier moment."""

from datetime import datetime, timedelta

import pytest

from supportbot.seed import types
from supportbot.seed.records_as_of import as_of
from tests.seed.tellings import MOMENTS, NOW, told
from tests.seed.test_billing import read


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_the_records_of_now_are_the_storys_own(now: datetime) -> None:
    assert as_of(told(now), now) == told(now)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_nothing_of_later_is_known_a_fortnight_before(now: datetime) -> None:
    at = now - timedelta(days=14)
    records = as_of(told(now), at).records

    assert max(one.issued_at for one in records.invoices) <= at
    assert max(one.charged_at for one in records.charges) <= at
    assert [one.id for one in records.refunds if one.refunded_at > at] == []
    assert [one.id for one in records.orders if (one.delivered_at or one.shipped_at or at) > at] == []
    assert [one.id for one in records.charges if (one.disputed_at or at) > at] == []
    assert [one.id for one in records.subscriptions if (one.cancelled_at or at) > at] == []
    assert [one.id for one in records.subscriptions if one.cancelled_at is None and one.renews_at <= at] == []


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_a_refund_that_was_approved_last_week_was_due_when_it_was_asked_for(now: datetime) -> None:
    story = told(now)
    due = {}
    for one in story.conversations:
        if any(turn.variant == "approve_refund" for turn in one.turns):
            record = read(as_of(story, one.created_at), one.customer or "", one.turns[0].text)
            due[one.customer] = record.due_back.minor if record.due_back else 0

    assert due == {"ola": 4900, "bea": 4900, "vaclav": 2900}


def test_jonas_had_a_running_plan_when_he_asked_how_to_cancel() -> None:
    (asked,) = [one for one in told(NOW).conversations if "before I move" in one.subject]

    before, after = (plan(as_of(told(NOW), at)) for at in (asked.created_at, asked.created_at + timedelta(days=7)))

    assert (before.cancelled_at, before.renews_at.month) == (None, 3)
    assert after.cancelled_at is not None


def plan(story: types.Story) -> types.Subscription:
    """Jonas's subscription."""
    (found,) = [one for one in story.records.subscriptions if one.customer == "jonas"]
    return found
