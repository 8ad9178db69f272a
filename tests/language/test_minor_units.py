"""Decimals of currencies, and amounts in plain figures."""

import pytest
from babel.numbers import get_currency_precision
from hypothesis import given
from hypothesis import strategies as st

from supportbot.language.money import minor_digits, plain_amount


@pytest.mark.parametrize(
    ("minor", "currency", "figures"),
    [
        (4900, "EUR", "49.00"),
        (-5, "EUR", "−0.05"),
        (4900, "JPY", "4900"),
        (-4900, "KRW", "−4900"),
        (4900, "KWD", "4.900"),
        (7, "BHD", "0.007"),
        (4900, "HUF", "49.00"),
    ],
)
def test_an_amount_is_written_with_the_decimals_of_its_currency(minor: int, currency: str, figures: str) -> None:
    assert plain_amount(minor, currency) == figures


@pytest.mark.parametrize(
    "currency", ["EUR", "USD", "JPY", "KRW", "KWD", "BHD", "OMR", "TND", "CLP", "ISK", "VND", "CHF"]
)
def test_the_table_agrees_with_cldr_where_cldr_means_records(currency: str) -> None:
    assert minor_digits(currency) == get_currency_precision(currency)


@given(st.integers(-(10**15), 10**15), st.sampled_from(["EUR", "JPY", "KWD", "CLF"]))
def test_figures_lose_nothing(minor: int, currency: str) -> None:
    digits = plain_amount(minor, currency).replace(".", "").replace("−", "-")

    assert int(digits) == minor
