"""Every language has every word, and what code writes in it passes the checks."""

import re
from datetime import timedelta

import pytest

from supportbot.contract.checks.draft_checks import blocks, check_reply
from supportbot.contract.voice.catalogue import Catalogue, catalogue, languages
from supportbot.contract.voice.dates import moment_in_words
from supportbot.contract.voice.frame import held_notice
from supportbot.contract.voice.render import refund_approved_reply
from supportbot.language.detection import guess_language
from supportbot.language.languages import LANGUAGES
from supportbot.language.money import Money
from tests.contract.factories import BERLIN, NOON, make_allowed, make_fields, normalise


def _words(book: Catalogue) -> dict[str, str]:
    parts = book.model_dump()
    return {
        f"{part}.{key}": text for part, texts in parts.items() if isinstance(texts, dict) for key, text in texts.items()
    }


def test_all_ten_languages_are_there() -> None:
    assert set(languages()) == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_words_with_the_same_gaps(language: str) -> None:
    english, own = _words(catalogue("en")), _words(catalogue(language))
    assert catalogue(language).locale == language
    assert list(own) == list(english)
    gaps = re.compile(r"\{\w+\}")
    assert {key: sorted(gaps.findall(text)) for key, text in own.items()} == {
        key: sorted(gaps.findall(text)) for key, text in english.items()
    }
    assert all(text.strip() == text and text for text in own.values())


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name != "en"])
def test_notices_are_written_in_their_own_language(language: str) -> None:
    notices = " ".join(catalogue(language).notices.model_dump().values())
    assert guess_language(re.sub(r"\{\w+\}", "", notices)) == language


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_code_writes_passes_the_checks_in_every_language(language: str) -> None:
    reply = refund_approved_reply(
        Money(123_456, "EUR"), case_number="HL-1", topic="refund", plan_or_order=None, zone=BERLIN, locale=language
    )
    fields = make_fields(answer=reply.answer, details=reply.details, outcome="refund_approved")
    allowed = make_allowed(may_promise=True, amounts=frozenset())
    assert [item.rule for item in check_reply(reply, fields, allowed) if not item.passed] == []
    without_right = {item.rule for item in blocks(check_reply(reply, fields, make_allowed(amounts=frozenset())))}
    assert without_right == {"outcome", "promise"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_held_notice_names_the_time_in_every_language(language: str) -> None:
    notice = held_notice(
        topic="billing", by=NOON, zone=BERLIN, case_number="HL-1", locale=language, now=NOON - timedelta(days=3)
    )
    assert "12:00" in notice.details
    assert "24" in notice.details
    assert "{" not in notice.answer + notice.details


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Tuesday, 24 November, 12:00"),
        ("de", "Dienstag, 24. November, 12:00"),
        ("fr", "mardi 24 novembre, 12:00"),
        ("es", "martes, 24 de noviembre, 12:00"),
        ("pt", "terça-feira, 24 de novembro, 12:00"),
        ("tr", "24 Kasım Salı, 12:00"),
        ("ar", "الثلاثاء، 24 نوفمبر، 12:00"),
    ],
)
def test_a_time_is_said_as_the_language_says_it_and_normalising_leaves_it_alone(language: str, words: str) -> None:
    said = moment_in_words(NOON, zone=BERLIN, locale=language)
    assert said == words
    assert normalise(make_fields(answer=f"HL-1: {said}."), locale=language)[0].answer == f"HL-1: {said}."


def test_an_unknown_language_reads_english() -> None:
    assert catalogue("ja") == catalogue("en")
    assert catalogue("de-AT") == catalogue("de")
