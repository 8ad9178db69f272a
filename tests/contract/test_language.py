"""In which language a customer is answered."""

import pytest

from supportbot.contract.language import guess_language

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
