"""What a person's words promise in money: figures add up, and what no code reads is told."""

import pytest

from supportbot.contract.promised_amounts import amounts_named, promise_in


def promised(text: str, currency: str = "EUR") -> tuple[list[str], list[str]]:
    promise = promise_in(text, currency)
    assert promise is not None, text
    return [str(amount) for amount in promise.amounts], list(promise.unread)


@pytest.mark.parametrize(
    ("text", "amounts"),
    [
        ("We will refund 900.00 EUR", ["900.00 EUR"]),
        ("We will refund you 500.", ["500.00 EUR"]),
        ("We will refund 0.5k to you", ["500.00 EUR"]),
        ("We will refund 49 EUR and another 60 EUR.", ["49.00 EUR", "60.00 EUR"]),
        ("We will refund 49 EUR. We will also refund 60 EUR.", ["49.00 EUR", "60.00 EUR"]),
        ("We will refund 900 zorkmids", ["900.00 EUR"]),
        ("We refund you 20.00 EUR within 5 days.", ["20.00 EUR"]),
        ("We will refund 49.00 EUR in 3 to 5 business days.", ["49.00 EUR"]),
        ("We refund the 49.00 EUR to your card ending 4242.", ["49.00 EUR"]),
        ("We will refund order 12345 today.", []),
        ("We have cancelled your subscription on 3 May 2026.", []),
        ("Wir erstatten Ihnen 49,00 Euro binnen 14 Tagen.", ["49.00 EUR"]),
        ("Nous vous remboursons 49,00 € sous 5 jours ouvrés.", ["49.00 EUR"]),
        ("Zwrócimy 49,00 zł w ciągu 3 dni.", ["49.00 PLN"]),
    ],
)
def test_figures_beside_a_promise_are_read(text: str, amounts: list[str]) -> None:
    assert promised(text) == (amounts, [])


@pytest.mark.parametrize(
    ("text", "unread"),
    [
        ("We will refund five hundred euros", "five hundred euros"),
        ("We will refund five hundred", "hundred"),
        ("We will refund twenty euros", "twenty euros"),
        ("We will refund the whole amount.", "the whole amount"),
        ("You will get a full refund, it is approved.", "full refund"),
        ("We will refund 50 % of it.", "50 %"),
        ("We will refund half of the price.", "half of the"),
        ("Wir erstatten Ihnen fünfhundert Euro.", "fünfhundert Euro"),
        ("Wir erstatten Ihnen den vollen Betrag.", "den vollen Betrag"),
        ("Nous vous remboursons deux cents euros.", "deux cents euros"),
        ("Nous vous remboursons la totalité.", "la totalité"),
        ("Le reembolsamos quinientos euros.", "quinientos euros"),
        ("Le reembolsamos 900 pesos.", "900 pesos"),
        ("Vamos reembolsar quinhentos reais.", "quinhentos reais"),
        ("Rimborseremo cinquecento euro.", "cinquecento euro"),
        ("We betalen u vijfhonderd euro terug.", "vijfhonderd euro"),
        ("Zwrócimy pięćset złotych.", "pięćset złotych"),
        ("Beş yüz lira iade edeceğiz.", "Beş yüz lira"),
        ("تمت الموافقة على استرداد خمسمئة يورو.", "خمسمئة يورو"),
        ("تمت الموافقة على استرداد كامل المبلغ.", "كامل المبلغ"),
    ],
)
def test_what_no_code_reads_beside_a_promise_is_told(text: str, unread: str) -> None:
    assert unread in promised(text)[1]


@pytest.mark.parametrize(
    "text",
    [
        "W\u0435 will r\u0435fund 500 EUR",  # Cyrillic letters
        "We will re\u200bfund 500 EUR",
        "We will re\u00adfund 500 EUR",
        "We will r e f u n d 500 EUR",
        "We will ｒｅｆｕｎｄ ５００ EUR",
    ],
)
def test_a_disguised_promise_is_one(text: str) -> None:
    assert promised(text)[0] == ["500.00 EUR"]


@pytest.mark.parametrize("text", ["Refunds go back to the card in 5 days.", "Your invoice is under Account.", "", "20"])
def test_what_promises_nothing_is_no_promise(text: str) -> None:
    assert promise_in(text, "EUR") is None


def test_a_total_adds_up_and_never_mixes_currencies() -> None:
    promise = promise_in("We will refund 49.00 EUR and 60.00 EUR.", "EUR")
    assert promise is not None
    assert str(promise.total("EUR")) == "109.00 EUR"
    assert str(promise.total("EUR", at_least=amounts_named("It was 240.00 EUR.", "EUR"))) == "240.00 EUR"
    other = promise_in("We will refund 49.00 EUR and 1 USD.", "EUR")
    assert other is not None and str(other.total("EUR")) == "1.00 USD"
