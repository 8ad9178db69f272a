"""Tests of finding the policy's phrases."""

import pytest

from supportbot.language.phrase_matcher import PhraseIndex, clean, complete, fold, phrase_problem, words_of


def is_found(phrase: str, text: str) -> bool:
    return bool(PhraseIndex([("key", phrase)], groups={"taken": ["charged", "debit*"]}).find(words_of(clean(text))))


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("charged twice", "I was CHARGED  twice"),
        ("refund*", "Refunding, please"),
        ("*buchung*", "Eine Doppelabbuchungen"),
        ("*zahlung", "die Rückzahlung kam"),
        ("charged|billed twice", "billed twice"),
        ("charged .. twice", "charged my card again twice"),
        ("charged the? card", "charged card"),
        ("charged the? card", "charged the card"),
        ("back # $", "give back 49,00 $"),
        ("don't recognise", "I don’t recognise it"),
        ("cancelled & charged", "You charged me. I had cancelled."),
        ("<taken> twice", "debited twice"),
        ("refund", "re\u200bfu\u00adnd"),
        ("refund", "ｒｅｆｕｎｄ"),
        ("remboursé", "REMBOURSE"),
        ("zurück", "zurueck"),
        ("zurück", "zuruck"),
        ("iade*", "İADESİ"),
        ("pieniądze", "pieniadze"),
        ("استرداد", "اِسْتِرْدَاد"),
    ],
)
def test_a_phrase_is_found_however_it_is_spelled(phrase: str, text: str) -> None:
    assert is_found(phrase, text)


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("charged twice", "charged once, then twice"),
        ("charged .. twice", "charged one two three four five twice"),
        ("charged .. twice", "It was charged. I asked twice"),
        ("charged twice", "discharged twice"),
        ("fund", "refund"),
        ("#", "no number"),
        ("cancelled & charged", "You charged me."),
    ],
)
def test_a_phrase_is_not_found_where_it_is_not(phrase: str, text: str) -> None:
    assert not is_found(phrase, text)


def test_a_hit_names_its_words() -> None:
    text = "Please: was I charged just now twice?"
    words = words_of(text)

    (hit,) = PhraseIndex([("twice", "charged .. twice")]).find(words)

    assert (hit.key, text[words[hit.first].start : words[hit.end - 1].end]) == ("twice", "charged just now twice")


@pytest.mark.parametrize(
    "phrase", ["..", ".. a", "a ..", "a .. b .. c .. d", "re*", "re*fund", "a? b?", "!", "a? b? c? d? e"]
)
def test_a_phrase_that_cannot_be_used_has_a_problem(phrase: str) -> None:
    assert phrase_problem(phrase)


@pytest.mark.parametrize("phrase", ["refund*", "charged|billed .. twice", "the? charge", "# back", "$ #", "退款"])
def test_a_phrase_that_can_be_used_has_none(phrase: str) -> None:
    assert phrase_problem(phrase) is None


def test_a_joined_phrase_falls_when_one_of_its_sides_is_taken_away() -> None:
    hits = PhraseIndex([("key", "twice & paid")]).find(words_of("I paid for it twice"))

    assert len(hits) == 2
    assert complete(hits) == hits
    assert complete(hits[:1]) == []


def test_a_phrase_may_name_only_groups_that_exist() -> None:
    assert phrase_problem("<taken> twice", groups={"taken": ["charged"]}) is None
    assert "Known: taken" in str(phrase_problem("<took> twice", groups={"taken": ["charged"]}))


def test_letters_fold_alike_in_every_language() -> None:
    assert fold("Straße") == "strasse"
    assert fold("Łódź") == "lodz"
    assert fold("ISINMA") == fold("isınma")
