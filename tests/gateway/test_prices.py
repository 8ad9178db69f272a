"""What a call costs, and when nobody knows."""

from datetime import date

from supportbot.gateway.prices import load_prices
from supportbot.gateway.types import PriceOverride, Tokens
from tests.gateway.factories import make_spec


def test_the_table_says_when_and_where_its_prices_come_from() -> None:
    table = load_prices()
    assert table.as_of >= date(2026, 1, 1)
    assert table.source
    assert table.prices


def test_a_call_costs_its_tokens_at_the_price_of_the_model_that_answered() -> None:
    table, tokens = load_prices(), Tokens(1_000, 0, 0, 500)
    assert table.cost_microusd(make_spec(model="gpt-4.1-mini"), None, tokens) == 400 + 800
    assert table.cost_microusd(make_spec(model="gpt-4.1-mini"), "gpt-4.1-2026-04-14", tokens) == 2_000 + 4_000


def test_an_unknown_price_or_count_is_unknown_and_never_zero() -> None:
    table, tokens = load_prices(), Tokens(1_000, 0, 0, 500)
    assert table.cost_microusd(make_spec(model="somebody-elses"), None, tokens) is None
    assert table.cost_microusd(make_spec(model="gpt-4.1-mini"), "somebody-elses", tokens) is None
    assert table.cost_microusd(make_spec(model="gpt-4.1-mini"), None, Tokens()) is None
    assert table.cost_microusd(make_spec(model="gpt-4.1-mini"), None, Tokens(1, 5_000, 0, 1)) is None


def test_the_policy_may_name_a_price_and_the_built_in_provider_costs_nothing() -> None:
    table = load_prices()
    own = make_spec(model="mine", price=PriceOverride(1.0, 2.0, 0.1, 1.25))
    assert table.cost_microusd(own, None, Tokens(1_000, 1_000, 1_000, 1_000)) == 1_000 + 100 + 1_250 + 2_000
    assert table.cost_microusd(make_spec(provider="builtin", model="extractive"), None, Tokens(0, 0, 0, 0)) == 0
