"""Tests of everyday questions and disputes in nine languages: the first go the fast way, the second are all held.

The messages in `tongues.jsonl` were written before the phrases and in view when those grew, so they show what must not
get lost, not how a stranger's message does; for that see test_written_counts.py.
"""

import json
from pathlib import Path

import pytest

from supportbot.language.phrase_matcher import fold
from supportbot.routing.policy import shipped_policy
from supportbot.routing.rules import decide_route
from supportbot.triage.known_words import is_small
from supportbot.triage.rules import classify

POLICY = shipped_policy()
LANGUAGES = ("de", "fr", "es", "pt", "it", "nl", "pl", "tr", "ar")
ROWS = [json.loads(line) for line in (Path(__file__).parent / "tongues.jsonl").read_text(encoding="utf-8").splitlines()]


def is_held(text: str) -> bool:
    return decide_route(POLICY, classify(text, POLICY.triage)).hold


def held_of(language: str, kind: str) -> tuple[int, int]:
    """How many messages of a kind are held, of how many."""
    texts = [row["text"] for row in ROWS if row["language"] == language and row["kind"] == kind]
    return sum(map(is_held, texts)), len(texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everyday_questions_go_the_fast_way(language: str) -> None:
    assert held_of(language, "everyday") == (0, 12)


@pytest.mark.parametrize("language", LANGUAGES)
def test_disputes_that_share_the_everyday_words_are_held(language: str) -> None:
    assert held_of(language, "dispute") == (8, 8)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_dispute_behind_everyday_questions_is_held(language: str) -> None:
    everyday = [row["text"] for row in ROWS if row["language"] == language and row["kind"] == "everyday"][:2]
    disputes = [row["text"] for row in ROWS if row["language"] == language and row["kind"] == "dispute"]

    assert [text for text in disputes if not is_held(f"{everyday[0]} {everyday[1]}\n{text}")] == []


@pytest.mark.parametrize(
    ("text", "others"),
    [
        ("Wo finde ich meine Rechnung von Maerz? Viele Gruesse", "Wo finde ich meine Rechnung von März? Viele Grüße"),
        ("faturayi nereden indirebilirim tesekkurler", "faturayı nereden indirebilirim teşekkürler"),
        ("gdzie moge pobrac fakture za styczen", "gdzie mogę pobrać fakturę za styczeń"),
    ],
)
def test_a_question_without_accents_is_read_like_one_with_them(text: str, others: str) -> None:
    assert (is_held(text), is_held(others)) == (False, False)


@pytest.mark.parametrize(
    ("word", "language", "expected"),
    [
        ("والحساب", "ar", True),
        ("l'adresse", "fr", True),
        ("nell'ordine", "it", True),
        ("l'avocat", "fr", False),
        ("adresse", "xx", False),
    ],
)
def test_a_small_word_is_known_behind_what_is_written_onto_it(word: str, language: str, expected: bool) -> None:
    assert is_small(fold(word), language) is expected


def test_what_the_policy_lists_as_no_routine_outweighs_the_routine_phrases() -> None:
    text = "Wo finde ich meine Rechnung? Danke"
    listed = POLICY.triage.model_copy(update={"not_routine": {"de": ("danke",)}})
    fresh = type(POLICY.triage).model_validate(listed.model_dump())

    assert not classify(text, POLICY.triage).unsure
    assert [reason.code for reason in classify(text, fresh).reasons] == ["unknown_words"]


def test_a_sentence_of_strange_words_is_not_hidden_by_everyday_ones() -> None:
    everyday = "Hallo, wo kann ich meine Rechnung vom März runterladen? Ich brauche die Rechnung als PDF. Vielen Dank!"

    assert not is_held(everyday)
    assert is_held(f"{everyday} Dem Hund quoll Schaum hervor.")
