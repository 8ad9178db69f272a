"""Tests of other languages: until there are labels enough only listed everyday questions go the fast way."""

import pytest

from supportbot.language.phrase_matcher import words_of
from supportbot.routing.policy import shipped_policy
from supportbot.triage.known_words import language_of, languages_ready
from supportbot.triage.rules import classify
from supportbot.triage.weights import Weights, shipped_weights

RULES = shipped_policy().triage
GERMAN = "Passt der Filter auf die Kanne von letztem Jahr"


def with_german(labels: int) -> Weights:
    """The shipped weights as if so many German labels had taught them the words of one question."""
    weights = shipped_weights()
    words = {word.folded: (4.0, -8.0, *[0.0] * 3, 40.0, *[0.0] * 4) for word in words_of(GERMAN)}
    card = weights.card.model_copy(update={"languages": {**weights.card.languages, "de": labels}})
    return weights.model_copy(update={"card": card, "words": {**weights.words, **words}})


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (GERMAN, "de"),
        ("Où est mon colis, je ne le trouve pas", "fr"),
        ("¿Dónde está mi pedido y cuándo llega?", "es"),
        ("Gdzie jest moja paczka i kiedy dotrze?", "pl"),
        ("أين طلبي من فضلك", "ar"),
        ("Where is my parcel and when does it come?", None),
        ("", None),
    ],
)
def test_a_language_shows_itself_by_its_small_words(text: str, language: str | None) -> None:
    assert language_of(words_of(text)) == language


def test_a_language_is_ready_from_two_hundred_labels_on() -> None:
    assert languages_ready({"en": 20_000, "de": 199, "fr": 200}) == {"en", "fr"}


def test_a_question_outside_the_list_is_held_until_its_language_has_labels_enough() -> None:
    before, after = (classify(GERMAN, RULES, weights=with_german(labels)) for labels in (199, 200))

    assert (before.unsure, before.reasons[0].code) == (True, "unknown_words")
    assert (after.unsure, after.risk) == (False, "low")


def test_a_dispute_in_a_learnt_language_is_held_all_the_same() -> None:
    assert classify(f"{GERMAN}? Mir wurde zweimal abgebucht", RULES, weights=with_german(500)).risk == "high"
