"""Finding what a text states."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.language.amounts import amounts_in
from supportbot.language.extract_values import dates_in, ids_in, long_numbers_in
from supportbot.language.links import emails_in, links_in
from supportbot.language.money import Money, format_money, read_minor


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("49.00 EUR", ["49.00 EUR"]),
        ("49,00 € and €49", ["49.00 EUR", "49.00 EUR"]),
        ("$1,299.50 or 1.299,50 USD or 1 299,50 dollars", ["1299.50 USD"] * 3),
        ("a refund of 98.00.", ["98.00 EUR"]),
        ("４９ € or ٤٩ يورو or 49\u202f€", ["49.00 EUR"] * 3),
        ("at 12:00, policy 4.2, 0.9 l, 25.00 %, on 24.11.2026", []),
        ("try 3 times, 5 minutes, INV-2026-0207", []),
    ],
)
def test_amounts_are_found_however_they_are_written(text: str, amounts: list[str]) -> None:
    assert [str(amount) for amount in amounts_in(text, "EUR")] == amounts


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 10**11),
    st.sampled_from(["en_GB", "de", "fr", "es", "it", "pl", "tr", "ar", "pt", "nl"]),
    st.sampled_from(["EUR", "JPY", "KRW", "KWD", "BHD", "HUF", "ISK"]),
)
def test_money_never_gains_or_loses_a_cent(minor: int, locale: str, currency: str) -> None:
    money = Money(minor, currency)
    assert amounts_in(format_money(money, locale), "EUR") == (money,)
    assert amounts_in(f"Charged {money!s} today", "EUR") == (money,)


@pytest.mark.parametrize(
    ("text", "default", "amounts"),
    [
        ("¥4,900 and 4900 JPY", "EUR", [(4900, "JPY"), (4900, "JPY")]),
        ("4.900 KWD, 4,900 BHD and 4.9 KWD", "EUR", [(4900, "KWD"), (4900, "BHD"), (4900, "KWD")]),
        ("1,299.500 KWD or 1.299,500 KWD", "EUR", [(1299500, "KWD"), (1299500, "KWD")]),
        ("₩1.299.000", "EUR", [(1299000, "KRW")]),
        ("4.900 went back", "KWD", [(4900, "KWD")]),
        ("4.90 went back", "KWD", []),
    ],
)
def test_each_currency_is_read_with_its_own_decimals(text: str, default: str, amounts: list[tuple[int, str]]) -> None:
    assert [(amount.minor, amount.currency) for amount in amounts_in(text, default)] == amounts


@pytest.mark.parametrize(
    ("number", "minor"), [("1000.00", 1000), ("49.50", 4950), ("1,000", 1000), ("1.000.000", 10**6)]
)
def test_a_currency_without_decimals_loses_none_that_were_written(number: str, minor: int) -> None:
    assert read_minor(number, "JPY") == minor


@pytest.mark.parametrize(("number", "minor"), [("49", 4900), ("49.5", 4950), ("1.299,50", 129950), ("1,299", 129900)])
def test_numbers_are_read_in_both_manners(number: str, minor: int) -> None:
    assert read_minor(number) == minor


@pytest.mark.parametrize(
    "text",
    [
        *("2026-03-14", "14 March 2026", "14th of March", "March 14, 2026", "14.03.2026", "03/14/2026"),
        *("14. März", "14 mars", "14 de marzo de 2026", "14 marca", "14 Mart 2026"),
    ],
)
def test_dates_are_found_however_they_are_written(text: str) -> None:
    (mention,) = dates_in(f"Charged on {text}, again.")
    assert mention.matches({date(2026, 3, 14)})
    assert not mention.matches({date(2026, 3, 15)})


def test_small_words_that_are_months_elsewhere_are_no_dates() -> None:
    assert dates_in("You may 2 or 3 times; version 4.2; 12:00.") == ()


def test_ids_are_found_and_dates_are_not_ids() -> None:
    text = "INV-2026-0207, ch_8841, #W2378156, order 12345 and case HL-4812 on 2026-03-14, cancelled_at, COVID-19"
    assert set(ids_in(text)) == {"INV-2026-0207", "ch_8841", "W2378156", "12345", "HL-4812"}


def test_links_give_their_host_however_they_are_disguised() -> None:
    text = (
        "https://harbourlane.example@evil.example/x, www.evil.test. //cdn.evil.com/a, evil.shop but not a.b@c.example"
    )
    assert links_in(text) == ("evil.example", "www.evil.test", "cdn.evil.com", "evil.shop")


def test_addresses_and_long_numbers_are_found() -> None:
    text = "Write to Jonas.L@else.example. or +49 170 1234567, card 4111 1111 1111 1111, on 2026-03-14 12:00"
    assert emails_in(text) == ("jonas.l@else.example",)
    assert long_numbers_in(text) == ("491701234567", "4111111111111111")


def test_the_caribbean_guilder_is_a_currency_of_its_own() -> None:
    assert [str(money) for money in amounts_in("You were charged 49.00 XCG and 12.50 ANG.", "EUR")][:1] == ["49.00 XCG"]


@pytest.mark.parametrize("number", ["06.12.34.56.78", "06-12-34-56-78", "06/12/34/56/78", "06.12.61.25.87"])
def test_a_telephone_number_in_pairs_is_no_date(number: str) -> None:
    assert dates_in(f"Tél : {number}") == ()
    assert long_numbers_in(f"Tél : {number}") == (re.sub(r"\D", "", number),)


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("3\u200f/12\u200f/2026", (2026, 12, 3)),
        ("9. Jänner 2026", (2026, 1, 9)),
        ("9 juill. 2026", (2026, 7, 9)),
        ("9 غشت 2026", (2026, 8, 9)),
        ("9 جويلية 2026", (2026, 7, 9)),
        ("9 كانون الثاني 2026", (2026, 1, 9)),
        ("9 تشرين الأول 2026", (2026, 10, 9)),
        ("2026/11/09", (2026, 11, 9)),
        ("2026-11-09", (2026, 11, 9)),
    ],
)
def test_dates_of_regions_are_read(text: str, reading: tuple[int, int, int]) -> None:
    assert [reading in mention.readings for mention in dates_in(text)] == [True]
