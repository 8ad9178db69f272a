"""What a customer's message becomes is what was recorded, byte for byte."""

import json

from tests.sameness.comparison import MESSAGES, differences, expected, report, run


def test_four_hundred_messages_end_as_they_were_recorded() -> None:
    words, is_same = report(expected(), run())

    assert is_same, words
    assert words == f"{MESSAGES} of {MESSAGES} identical"


def test_a_single_changed_word_is_found_and_named() -> None:
    before = expected()
    changed = json.loads(before[7])
    changed["decision"][0]["reason"] = "another reason"

    found = list(differences(before, [*before[:7], json.dumps(changed, sort_keys=True), *before[8:]]))

    assert any(".decision[0].reason" in line and "another reason" in line for line in found)
