"""Tests of the kinds of words that stand together."""

from supportbot.routing.policy import shipped_policy
from supportbot.triage.parsed_text import read
from supportbot.triage.word_kinds import kind_hints

RULES = shipped_policy().triage


def hints(text: str) -> set[str]:
    reading = read(text, RULES)
    return {name for name, _ in kind_hints(reading, 0, len(reading.words))}


def test_words_of_a_kind_give_the_same_hints() -> None:
    told = {"word:amount", "word:took", "amount+took", "told+took", "has:told"}

    assert told <= hints("You swiped 20 quid off me, my card is empty already.")
    assert told <= hints("Already 49 euros were withdrawn.")


def test_only_words_of_one_sentence_stand_together() -> None:
    assert "amount+took" in hints("You took 20 pounds.")
    assert "amount+took" not in hints("You took it. It was 20 pounds.")


def test_each_hint_names_the_words_it_rests_on() -> None:
    reading = read("You took 20 pounds", RULES)

    found = dict(kind_hints(reading, 0, len(reading.words)))

    assert [[reading.words[at].folded for at in part] for part in found["amount+took"]] == [["pounds"], ["took"]]
