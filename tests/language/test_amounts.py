"""Amounts are read as CLDR and people write them, in every language, region and currency; never another amount."""

import random
from decimal import Decimal

import pytest
from babel import localedata
from babel.numbers import format_currency, get_currency_precision

from supportbot.language.amounts import amount_spans, amounts_in
from supportbot.language.currencies import CODES
from supportbot.language.languages import LANGUAGES
from supportbot.language.lookalikes import plain
from supportbot.language.money import NO_CURRENCY, UNKNOWN_CURRENCY, minor_digits
from tests.language.regional import FOLDER, regional

REGIONS = [name for name in sorted(localedata.locale_identifiers()) if name.partition("_")[0] in LANGUAGES]
REAL = [code for code in CODES if code not in ("BTC", "ETH", "USDT")]


def read(text: str, *own: str) -> list[str]:
    return [str(amount) for amount in amounts_in(text, NO_CURRENCY, own=own)]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("We will refund 900 pounds to you.", "900.00 GBP"),
        ("Wir erstatten Ihnen 900 US-Dollar.", "900.00 USD"),
        ("Vamos reembolsar 900 reais.", "900.00 BRL"),
        ("We will refund 9,00,000 INR", "900000.00 INR"),
        ("تمت الموافقة على استرداد ٩٠٠٫٠٠ يورو.", "900.00 EUR"),
        ("49 British pounds", "49.00 GBP"),
        ("49 Canadian dollars", "49.00 CAD"),
        ("49 livres sterling", "49.00 GBP"),
        ("49 franchi svizzeri", "49.00 CHF"),
        ("49 Amerikaanse dollar", "49.00 USD"),
        ("49 złotego polskiego", "49.00 PLN"),
        ("49 funtów", "49.00 GBP"),
        ("49 Türk lirası", "49.00 TRY"),
        ("49 ABD doları", "49.00 USD"),
        ("49 دينار كويتي", "49.000 KWD"),
        ("4.900 دينار كويتي", "4.900 KWD"),
        ("99 ج.م.", "99.00 EGP"),
        ("JP¥4,900", "4900 JPY"),
        ("49,00 $US", "49.00 USD"),
        ("49,00 £GB", "49.00 GBP"),
        ("CA$49.00", "49.00 CAD"),
        ("49.00 US dollars", "49.00 USD"),
        ("49 dollars canadiens", "49.00 CAD"),
        ("49.00 درهم مغربي", "49.00 MAD"),
        ("$49.00 CAD", "49.00 CAD"),
        ("خُصم مبلغ ٤٩٫٠٠ € اليوم.", "49.00 EUR"),
        ("١٬٢٣٤٫٥٦ ر.س.", "1234.56 SAR"),
        ("٤٫٩٠٠ د.ك.", "4.900 KWD"),
        ("₹1,23,456.78", "123456.78 INR"),
        ("INR 1,23,456.78", "123456.78 INR"),
        ("Rs. 1,23,456.78", "123456.78 INR"),
        ("euro 49,90", "49.90 EUR"),
        ("49.– CHF", "49.00 CHF"),
        ("1 299,50 zł", "1299.50 PLN"),
        ("22,246 IQD", "22246.000 IQD"),
    ],
)
def test_people_and_cldr_write_amounts_in_many_ways(text: str, amount: str) -> None:
    assert read(text) == [amount]


@pytest.mark.parametrize(
    ("text", "own", "amount"),
    [
        ("You were charged $49.00", "CAD", "49.00 CAD"),
        ("$49.00", "MXN", "49.00 MXN"),
        ("$49.00", "EUR", "49.00 USD"),
        ("49 dollars", "AUD", "49.00 AUD"),
        ("49 pesos", "MXN", "49.00 MXN"),
        ("kr 49", "SEK", "49.00 SEK"),
        ("49 kr.", "DKK", "49.00 DKK"),
        ("£49", "EGP", "49.00 EGP"),
        ("49.500 دينار", "KWD", "49.500 KWD"),
        ("49.00 درهم", "MAD", "49.00 MAD"),
        ("Fr. 49.50", "CHF", "49.50 CHF"),
        ("R49.00", "ZAR", "49.00 ZAR"),
    ],
)
def test_a_sign_that_several_countries_share_means_the_records_own(text: str, own: str, amount: str) -> None:
    assert read(text, own) == [amount]


@pytest.mark.parametrize("text", ["Le reembolsamos 900 pesos.", "49 kr", "XX$49.00", "49 dinars", "¤49.00"])
def test_a_currency_that_cannot_be_told_equals_none(text: str) -> None:
    (amount,) = amounts_in(text, NO_CURRENCY, own=("EUR",))
    assert amount.currency == UNKNOWN_CURRENCY


@pytest.mark.parametrize(
    "text",
    [
        "2 pounds of coffee",
        "2 libras de café",
        "5 real reasons",
        "they won 3 won",
        "3 South Street",
        "on 12.10.2026",
        "bir 3 kişi",
        "2 bags",
        "room 49 K",
        "06.12.34.56.78",
    ],
)
def test_what_is_no_money_is_no_amount(text: str) -> None:
    assert read(text) == []


def test_spans_are_places_in_the_text_as_it_was_given() -> None:
    text = plain("\u200fبمبلغ 49.00\u00a0د.إ.\u200f اليوم، 12,50 €")
    assert [text[start:end] for start, end, _ in amount_spans(text, None)] == ["49.00 د.إ.", "12,50 €"]


def test_each_amount_has_its_own_currency() -> None:
    assert read("€1,049.50 ¥1500 12.5 % 2,500,000") == ["1049.50 EUR", "1500 JPY"]
    assert read("1,049.50 EUR 1,500 JPY 12.5 %") == ["1049.50 EUR", "1500 JPY"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_babel_writes_in_a_region_is_read_as_it_was_written(language: str) -> None:
    """Every region, currency and style with one amount each: about ten thousand a language for the large ones."""
    rng = random.Random(language)
    wrong = []
    for locale in (name for name in REGIONS if name.partition("_")[0] == language):
        for code in rng.sample(REAL, 40 if language in ("en", "fr", "ar", "es") else len(REAL)):
            digits, precision = minor_digits(code), get_currency_precision(code)
            value = (Decimal(rng.choice((rng.randint(1, 99_999), rng.randint(10**5, 10**8)))) / 10**digits).quantize(
                Decimal(1).scaleb(-precision)
            )
            for style in ("standard", "accounting", "name"):
                for digits_of in ("latn", "default"):
                    written = format_currency(value, code, format_type=style, locale=locale, numbering_system=digits_of)
                    if "\u200b" in written:  # CLDR's sign for the escudo of Cape Verde shows nothing
                        continue
                    found = amounts_in(f"({written})", NO_CURRENCY, own=(code,))
                    if [(one.minor, one.currency) for one in found] != [(int(value.scaleb(digits)), code)]:
                        wrong.append((locale, style, written, [str(one) for one in found]))

    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_regions_say_otherwise_is_what_cldr_says(language: str) -> None:
    assert (FOLDER / language / "regional.txt").read_text(encoding="utf-8") == regional(language)
