"""In which language a customer is answered."""

import pytest

from supportbot.contract.checks.draft_checks import check_reply
from supportbot.language.detection import guess_language
from tests.contract.factories import make_allowed, make_fields, make_rendered, normalise

ENGLISH = [
    "How do I cancel my box before the next renewal? I am moving abroad.",
    "I would like to talk to a person.",
    "Do you repair washing machines? A neighbour said Harbour Lane did.",
    "If I order today, when does it leave? I am away from Saturday.",
    "How do I top up?",
]
OTHERS = {
    "pl": "Nie wiem, gdzie jest moja faktura i czy została zapłacona.",
    "pt": "Onde está a minha fatura do mês passado? Não a encontro.",
    "de": "Wo finde ich die Rechnung für das letzte Paket?",
    "nl": "Waar is mijn factuur van de vorige maand? Ik kan het niet vinden.",
    "tr": "Benim faturam nerede ve neden bu kadar çok?",
    "ar": "أين فاتورتي الأخيرة؟",
}


@pytest.mark.parametrize("text", ENGLISH)
def test_english_questions_are_never_taken_for_another_language(text: str) -> None:
    assert guess_language(text) in ("en", None)


@pytest.mark.parametrize("language", OTHERS)
def test_a_question_is_known_by_its_small_words(language: str) -> None:
    assert guess_language(OTHERS[language]) == language


def test_a_few_words_tell_nothing() -> None:
    assert guess_language("HL-4809, ORD-20461") is None


OWN = {
    "de": "Alle Rechnungen liegen in Ihrem Konto bereit.",
    "fr": "Toutes les factures sont dans votre compte.",
    "es": "Todas las facturas están en su cuenta.",
    "pt": "Todas as faturas estão na sua conta.",
    "it": "Tutte le fatture sono nel suo account.",
    "nl": "Al uw facturen staan klaar in uw account.",
    "pl": "Wszystkie faktury są dostępne na Państwa koncie.",
    "tr": "Tüm faturalarınız hesabınızda indirilmeye hazır.",
    "ar": "كل فواتيرك جاهزة للتنزيل من حسابك.",
}


@pytest.mark.parametrize("language", OWN)
@pytest.mark.parametrize(
    "pleasantry", ["It was a pleasure to help you with this.", "We are all looking forward to your next order."]
)
def test_a_pleasantry_in_another_language_at_an_edge_is_removed_by_a_named_rule(language: str, pleasantry: str) -> None:
    own = OWN[language]
    for details in (f"{own} {pleasantry}", f"{pleasantry} {own}"):
        fields, rules = normalise(make_fields(answer="HL-1.", details=details), locale=language)
        assert (fields.details, "foreign" in rules) == (own, True)
    assert normalise(make_fields(details=own), locale=language)[0].details == own


def test_what_says_something_or_is_more_than_a_pleasantry_stays_for_the_check() -> None:
    own = OWN["de"]
    for details in (
        f"{own} You have paid 49.00 EUR for it.",
        f"{own} You can find it there. You can open it. You are done with it.",
    ):
        fields, rules = normalise(make_fields(answer="HL-1.", details=details), locale="de")
        assert "foreign" not in rules and "You" in fields.details
        reply = make_rendered(fields, locale="de")
        assert not {one.rule: one for one in check_reply(reply, fields, make_allowed())}["language"].passed


def test_a_text_in_the_wrong_language_is_not_emptied() -> None:
    written = "You can find it in your account. It was a pleasure to help you."
    assert normalise(make_fields(details=written), locale="de")[0].details == written
