"""What code computed is told in ten languages, and every sentence passes the checks that a draft must pass."""

from datetime import date
from string import Formatter

import pytest

from supportbot.contract.checks.draft_checks import check_reply
from supportbot.contract.voice.catalogue import FACT_TEMPLATES, FactTemplate, catalogue, languages
from supportbot.contract.voice.fact_sentences import ChargeNumber, Days, Month, Value, sentence, tell
from supportbot.language.money import Money
from tests.contract.factories import make_allowed, make_fields, make_rendered, normalise

DAY, AMOUNT = date(2026, 3, 14), Money(104_950, "EUR")
VALUES: dict[str, Value] = {
    **{"plan": "Roaster’s box", "invoice": "INV-2026-0207", "currencies": ("EUR", "JPY"), "which": ChargeNumber(2)},
    **{"amount": AMOUNT, "first": AMOUNT, "charge": AMOUNT, "days": Days(30), "age": Days(3), "apart": Days(19)},
    **{"unused": 7, "whole": 31, "limit": 7, "month": Month(2026, 3)},
}
RULES = {"promise", "amounts", "dates", "ids", "plans", "language", "plain_words", "instructions", "voice", "links"}


def said(template: FactTemplate, locale: str) -> str:
    gaps = {name for _, name, _, _ in Formatter().parse(catalogue(locale).facts[template]) if name}
    return tell((sentence(template, **{gap: VALUES.get(gap, DAY) for gap in gaps}),), locale)


@pytest.mark.parametrize("locale", languages())
@pytest.mark.parametrize("template", FACT_TEMPLATES)
def test_every_fact_passes_the_checks_in_every_language(template: FactTemplate, locale: str) -> None:
    fields = make_fields(answer=catalogue(locale).notices.checking, details=said(template, locale))
    allowed = make_allowed(amounts=frozenset({AMOUNT}), named="Roaster’s box")
    findings = check_reply(make_rendered(fields, locale=locale), fields, allowed)
    assert [(one.rule, one.found) for one in findings if not one.passed and one.rule in RULES] == []


@pytest.mark.parametrize("locale", languages())
@pytest.mark.parametrize("template", FACT_TEMPLATES)
def test_every_fact_is_spelled_as_drafts_are(template: FactTemplate, locale: str) -> None:
    told = said(template, locale)
    assert normalise(make_fields(details=told), locale=locale)[0].details == told


@pytest.mark.parametrize(
    ("locale", "days", "day"),
    [
        *(("en", "19 days", "1 day"), ("de", "19 Tage", "1 Tag"), ("fr", "19 jours", "1 jour")),
        *(("es", "19 días", "1 día"), ("pt", "19 dias", "1 dia"), ("it", "19 giorni", "1 giorno")),
        *(("nl", "19 dagen", "1 dag"), ("pl", "19 dni", "1 dzień"), ("tr", "19 gün", "1 gün")),
        ("ar", "19 يومًا", "يوم"),
    ],
)
def test_a_number_of_days_is_said_in_all_ten_languages(locale: str, days: str, day: str) -> None:
    def apart(count: int) -> str:
        return tell((sentence("far_apart", apart=Days(count), limit=Days(7)),), locale)

    assert days in apart(19) and day in apart(1)


def test_amounts_days_and_counts_are_said_as_the_language_says_them() -> None:
    german = said("window_open", "de")
    assert german.startswith("Die Abbuchung über 1.049,50 EUR vom 14. März 2026 liegt 3 Tage zurück;")
    assert german.endswith("die Erstattungsfrist (30 Tage) läuft noch.")
    assert said("went_back", "en") == "1,049.50 EUR of the second charge of 14 March 2026 went back on 14 March 2026."
    polish = tell((sentence("far_apart", apart=Days(1), limit=7),), "pl")
    assert polish == "Odstęp między nimi: 1 dzień; regulamin mówi o 7."
    assert tell((sentence("mixed", currencies=("EUR", "JPY")),), "fr").startswith("Les montants sont en EUR et JPY;")


def test_a_charge_beyond_those_that_have_a_name_is_told_without_a_number() -> None:
    last = sentence("went_back", amount=AMOUNT, which=ChargeNumber(9), charged_on=DAY, returned_on=DAY)
    assert "of the charge of 14 March" in tell((last,), "en")
