"""One paragraph, and one spelling of every mark in each language."""

import pytest

from supportbot.contract.voice.catalogue import languages
from tests.contract.factories import make_fields, normalise


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "Choose “Pause”."),
        ("de", "Choose „Pause“."),
        ("fr", "Choose « Pause »."),
        ("es", "Choose «Pause»."),
        ("pt", "Choose “Pause”."),
        ("it", "Choose «Pause»."),
        ("nl", "Choose “Pause”."),
        ("pl", "Choose „Pause”."),
        ("tr", "Choose “Pause”."),
        ("ar", "Choose «Pause»."),
    ],
)
def test_quotes_are_those_of_the_language_whoever_wrote_them(locale: str, said: str) -> None:
    for opening, closing in (('"', '"'), ("“", "”"), ("„", "“"), ("«", "»"), ("« ", " »"), ("»", "«")):
        assert normalise(make_fields(details=f"Choose {opening}Pause{closing}."), locale=locale)[0].details == said


def test_every_language_has_its_quotes() -> None:
    quoted = {locale: normalise(make_fields(details='A "b".'), locale=locale)[0].details for locale in languages()}
    assert all('"' not in said for said in quoted.values())


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Open Account.\nThen Invoices.", "Open Account. Then Invoices."),
        ("Open Account\n\nThen Invoices", "Open Account. Then Invoices."),
        ("1. Open Account\n2. Choose Invoices\n3. Choose Download", "Open Account. Choose Invoices. Choose Download."),
        ("You need:\n• the number\n• a photo\nWe write back.", "You need: the number, a photo. We write back."),
        ("You need:\n- the number\n- a photo.\nWe write back.", "You need: the number, a photo. We write back."),
        ("It is in your account,\nunder Invoices.", "It is in your account, under Invoices."),
        ("It is in your\naccount.", "It is in your account."),
        ("2 bags\n5 boxes", "2 bags. 5 boxes."),
        ("iPhone users open the app.", "iPhone users open the app."),
        ("example.com is no shop.", "example.com is no shop."),
        ("Order 3-4 bags, or 10 - 12.", "Order 3-4 bags, or 10 – 12."),
        ('A 5" screen.', 'A 5" screen.'),
        ("Wait . . . then open it.", "Wait… then open it."),
        ("Wait... Then open it...", "Wait. Then open it."),
        ("- open Account\n- choose Invoices", "Open Account. Choose Invoices."),
        ("1) open Account\n2) choose Invoices", "Open Account. Choose Invoices."),
        ("It opens there.\n* choose Invoices\n* choose Download", "It opens there. Choose Invoices. Choose Download."),
    ],
)
def test_a_text_is_one_paragraph_with_one_spelling_of_its_marks(written: str, kept: str) -> None:
    assert normalise(make_fields(details=written))[0].details == kept


def test_turkish_and_arabic_keep_their_own_letters_and_marks() -> None:
    assert normalise(make_fields(details="iade koşulları burada."), locale="tr")[0].details == "İade koşulları burada."
    arabic = normalise(make_fields(details="افتح الحساب, ثم الفواتير; هل تراها?"), locale="ar")[0].details
    assert arabic == "افتح الحساب، ثم الفواتير؛ هل تراها؟"
