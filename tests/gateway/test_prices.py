"""What a call costs, and when nobody knows."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from supportbot.gateway.prices import load_prices
from supportbot.gateway.providers import anthropic_wire, openai_wire
from supportbot.gateway.types import ModelAnswer, PriceOverride, ProviderName, Tokens
from supportbot.routing.policy import parse_policy, shipped_document
from tests.gateway.factories import make_spec
from tests.gateway.recorded import Recorded, recorded

READ: dict[str, Callable[..., ModelAnswer]] = {
    "openai_compatible": openai_wire.read_answer,
    "anthropic": anthropic_wire.read_answer,
}


def test_every_price_says_where_and_when_it_was_read() -> None:
    table = load_prices()
    assert table.as_of >= date(2026, 1, 1)
    assert len(table.prices) > 20
    for name, price in table.prices.items():
        assert "http" in price.source or "github.com" in price.source, name
        assert "; read on 2026-" in price.source, name


def test_a_cache_read_is_cheaper_and_a_cache_write_dearer_than_input_wherever_they_are_listed() -> None:
    for name, price in load_prices().prices.items():
        assert price.cache_read_usd is None or 0 < price.cache_read_usd < price.input_usd, name
        assert price.cache_write_usd in (None, price.input_usd * Decimal("1.25")), name


def test_a_call_costs_its_tokens_at_the_price_of_the_model_that_answered() -> None:
    table, tokens = load_prices(), Tokens(1_000, 0, 0, 500)
    assert table.cost_microusd(make_spec(model="gpt-4.1-mini"), None, tokens) == 400 + 800
    assert table.cost_microusd(make_spec(model="gpt-4.1-mini"), "gpt-4.1-2026-04-14", tokens) == 2_000 + 4_000
    assert table.cost_microusd(make_spec(model="claude-haiku-4-5"), "claude-haiku-4-5-20251001", tokens) == 3_500


def test_a_dated_model_costs_as_its_family_unless_it_has_a_price_of_its_own() -> None:
    table, tokens = load_prices(), Tokens(1_000, 0, 0, 0)
    assert table.cost_microusd(make_spec(model="gpt-4o"), "gpt-4o-2024-08-06", tokens) == 2_500
    assert table.cost_microusd(make_spec(model="gpt-4o"), "gpt-4o-2024-05-13", tokens) == 5_000


def test_each_of_the_four_kinds_of_tokens_has_its_own_price() -> None:
    spec, table = make_spec(model="claude-opus-5"), load_prices()
    kinds = [Tokens(1_000, 0, 0, 0), Tokens(0, 1_000, 0, 0), Tokens(0, 0, 1_000, 0), Tokens(0, 0, 0, 1_000)]
    assert [table.cost_microusd(spec, None, kind) for kind in kinds] == [5_000, 500, 6_250, 25_000]


def body_of(api: str, name: str) -> Recorded:
    return next(one for one in recorded(api) if one.name == name)


@pytest.mark.parametrize(
    ("api", "name", "model"),
    [
        ("openai_compatible", "openai_ok", "gpt-4.1"),
        ("anthropic", "ok", "claude-opus-5"),
        ("anthropic", "ok_cache_written", "claude-opus-5"),
    ],
)
def test_recorded_usage_of_either_api_is_counted_once_and_costs_the_sum_of_its_kinds(
    api: str, name: str, model: str
) -> None:
    said = body_of(api, name)
    tokens = READ[api](said.status, said.headers, said.body).tokens
    price = load_prices().prices[model]
    parts = (
        (tokens.input_uncached, price.input_usd),
        (tokens.cache_read, price.cache_read_usd),
        (tokens.cache_write, price.cache_write_usd),
        (tokens.output, price.output_usd),
    )
    summed = sum((count or 0) * (usd or 0) for count, usd in parts)
    assert load_prices().cost_microusd(make_spec(model=model), None, tokens) == round(summed)


@pytest.mark.parametrize("api", ["openai_compatible", "anthropic"])
def test_the_same_prompt_costs_the_same_whether_the_api_counts_cached_tokens_in_or_out(api: ProviderName) -> None:
    said = {
        "openai_compatible": b'{"choices": [{"message": {"content": "{}"}}], "usage": {"prompt_tokens": 1000, '
        b'"completion_tokens": 10, "prompt_tokens_details": {"cached_tokens": 700, "cache_write_tokens": 100}}}',
        "anthropic": b'{"type": "message", "content": [], "stop_reason": "end_turn", "usage": {"input_tokens": 200, '
        b'"output_tokens": 10, "cache_read_input_tokens": 700, "cache_creation_input_tokens": 100}}',
    }[api]
    tokens = READ[api](200, {}, said).tokens
    assert tokens == Tokens(input_uncached=200, cache_read=700, cache_write=100, output=10)
    assert load_prices().cost_microusd(make_spec(model="claude-opus-5"), None, tokens) == 1_000 + 350 + 625 + 250


def test_an_unknown_price_or_count_is_unknown_and_never_zero() -> None:
    table, tokens = load_prices(), Tokens(1_000, 0, 0, 500)
    assert table.cost_microusd(make_spec(model="somebody-elses"), None, tokens) is None
    assert table.cost_microusd(make_spec(model="gpt-4.1-mini"), "somebody-elses", tokens) is None
    assert table.cost_microusd(make_spec(model="gpt-4.1-mini"), None, Tokens()) is None
    assert table.cost_microusd(make_spec(model="gpt-4o-2024-05-13"), None, Tokens(1, 5_000, 0, 1)) is None


def test_a_prompt_longer_than_its_listed_price_covers_costs_nobody_knows_what() -> None:
    table, spec = load_prices(), make_spec(model="claude-haiku-5-5")
    assert table.cost_microusd(spec, None, Tokens(99_000, 500, 500, 100)) is not None
    assert table.cost_microusd(spec, None, Tokens(99_000, 500, 501, 100)) is None
    assert table.worst_microusd(spec, input_tokens=100_000, output_tokens=1) is not None
    assert table.worst_microusd(spec, input_tokens=100_001, output_tokens=1) is None


def test_the_worst_case_takes_the_dearest_kind_of_input_and_rounds_up() -> None:
    table, spec = load_prices(), make_spec(model="claude-opus-5")
    assert table.worst_microusd(spec, input_tokens=1_001, output_tokens=100) == 6_257 + 2_500


def test_the_policy_may_name_a_price_and_the_built_in_provider_costs_nothing() -> None:
    table = load_prices()
    own = make_spec(model="mine", price=PriceOverride(1.0, 2.0, 0.1, 1.25))
    assert table.cost_microusd(own, None, Tokens(1_000, 1_000, 1_000, 1_000)) == 1_000 + 100 + 1_250 + 2_000
    assert table.cost_microusd(make_spec(provider="builtin", model="extractive"), None, Tokens(0, 0, 0, 0)) == 0


def test_a_price_in_the_policy_overrules_the_table_down_to_each_kind() -> None:
    entry = (
        'fast: {provider: anthropic, model: claude-opus-5, api_key_env: A_KEY, job: "Drafts.", '
        "price: {input_usd: 1, output_usd: 2, cache_read_usd: 0.5}}"
    )
    text = shipped_document().replace(
        'fast: {provider: builtin, model: extractive, job: "Drafts routine replies from help articles."}', entry
    )
    spec, table = parse_policy(text).model_specs()["fast"], load_prices()
    assert table.cost_microusd(spec, "claude-opus-5", Tokens(1_000, 1_000, 0, 1_000)) == 1_000 + 500 + 2_000
    assert table.cost_microusd(spec, "claude-opus-5", Tokens(1_000, 0, 1, 1_000)) is None
