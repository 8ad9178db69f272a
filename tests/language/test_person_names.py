"""What may be a name: words in a row with capitals at both ends, that nobody gave."""

import pytest

from supportbot.contract.checks.draft_checks import check_reply
from supportbot.language.person_names import possible_names
from tests.contract.factories import make_allowed, make_fields, make_rendered


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("It was charged to Jonas Weber.", "Jonas Weber"),
        ("It was charged to Noor van Dijk today.", "Noor van Dijk"),
        ("الطلب باسم ليلى حداد.", "ليلى حداد"),
    ],
)
def test_words_in_a_row_with_capitals_at_both_ends_may_be_a_name(text: str, name: str) -> None:
    assert name in possible_names(text, "")
    assert name not in possible_names(text, f"Written by {name.upper()}.")


@pytest.mark.parametrize(
    "text", ["", "Weber.", "it went to jonas weber.", "for Jonas. Weber is there.", "Open 3 Boxes."]
)
def test_one_word_and_words_apart_are_no_name(text: str) -> None:
    assert possible_names(text, "") == frozenset()


@pytest.mark.parametrize(
    ("details", "passes"),
    [
        ("The parcel went to Jonas Weber.", False),
        ("The parcel went to JONAS WEBER.", False),
        ("The parcel went to Jonas Weberlein.", True),
        ("The parcel went to Mira Haddad.", True),
    ],
)
def test_another_customers_name_blocks(details: str, passes: bool) -> None:
    fields = make_fields(details=details)
    found = check_reply(make_rendered(fields), fields, make_allowed(others=frozenset({"Jonas Weber"})))
    personal = next(one for one in found if one.rule == "personal_data")
    assert (personal.passed, personal.severity) == (passes, "block")
    assert personal.found == ("" if passes else "Jonas Weber")
