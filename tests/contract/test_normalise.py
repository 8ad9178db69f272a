"""The one voice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.contract.normalise import ANSWER_LIMIT, DETAILS_LIMIT
from supportbot.contract.phrases import CLOSINGS, FAREWELLS, GREETINGS, MAKERS, OPENERS, REFUSALS
from supportbot.contract.reply_v1 import normalise
from supportbot.contract.types import ACTIONS
from tests.contract.factories import make_fields


@pytest.mark.parametrize(
    ("written", "kept", "rule"),
    [
        ("Hi Mira, your invoice is ready.", "Your invoice is ready.", "greeting"),
        ("Thanks for reaching out! Your invoice is ready.", "Your invoice is ready.", "greeting"),
        ("Sure! Your invoice is ready.", "Your invoice is ready.", "greeting"),
        ("I'm sorry to hear that. Your invoice is ready.", "Your invoice is ready.", "greeting"),
        ("**Your invoice** is `ready`.", "Your invoice is ready.", "markdown"),
        ("# Your invoice is ready.", "Your invoice is ready.", "markdown"),
        ("Your <b>invoice</b> is ready.", "Your invoice is ready.", "markdown"),
        ("Your invoice is ready 🎉.", "Your invoice is ready.", "emoji"),
        ("Your in\u200bvoice is ready.", "Your invoice is ready.", "invisible"),
        ("<think>Which one?</think>Your invoice is ready.", "Your invoice is ready.", "thinking"),
        ("Your invoice is ready", "Your invoice is ready.", "full_stop"),
        ("Your invoice over €1,049.50 is ready.", "Your invoice over 1,049.50 EUR is ready.", "money"),
        ("Your invoice of 2026-03-14 is ready.", "Your invoice of 14 March 2026 is ready.", "dates"),
        ("Your invoice of March 14, 2026 is ready.", "Your invoice of 14 March 2026 is ready.", "dates"),
        ("Your invoice of March 14th is ready.", "Your invoice of 14 March is ready.", "dates"),
    ],
)
def test_each_habit_is_trimmed_by_its_named_rule(written: str, kept: str, rule: str) -> None:
    fields, rules = normalise(make_fields(answer=written))
    assert fields.answer == kept
    assert rule in rules


@pytest.mark.parametrize(
    "said",
    [
        "Your order #W2378156 arrives on 14 March 2026 and costs 49.00 EUR.",
        "Dear customers get free delivery from 50.00 EUR on.",
        "Thank you for waiting until 14 March, your order is packed.",
        "You may try 3 times before the code expires.",
        "Use 2 pounds of coffee for 10 cups, e.g. for a party.",
        "It costs 12.10. or so.",
    ],
)
def test_plain_sentences_stay_as_they_are(said: str) -> None:
    assert normalise(make_fields(answer=said, details=""))[0].answer == said


@pytest.mark.parametrize(
    "ending",
    [
        "\n\nBest regards,\nThe support team",
        " Let me know if you need anything else!",
        " Please don't hesitate to reach out. Kind regards,",
        " Have a great day!",
        "\nMit freundlichen Grüßen\nDas Team",
    ],
)
def test_a_second_sign_off_is_dropped(ending: str) -> None:
    fields, rules = normalise(make_fields(details="Open Account, then Invoices." + ending))
    assert fields.details == "Open Account, then Invoices."
    assert "closing" in rules


@pytest.mark.parametrize(
    "refusal",
    [
        "I'm sorry, but I can't help with that.",
        "I cannot assist with this request.",
        "Unfortunately, I am unable to answer that.",
        "As an AI language model, I cannot assist you.",
        "It’s against my guidelines to say so, I’m not able to help.",
        "Ich kann Ihnen dabei nicht helfen.",
        "Je ne peux pas vous aider.",
        "No puedo ayudarte con eso.",
    ],
)
def test_every_style_of_refusing_becomes_one_sentence_and_a_person(refusal: str) -> None:
    fields, rules = normalise(make_fields(answer=refusal, outcome="refund_approved"))
    assert (fields.answer, fields.details) == ("A person will read your question and answer it.", "")
    assert (fields.outcome, fields.next_actions) == ("escalated", ("talk_to_person",))
    assert "refusal" in rules


def test_a_sentence_that_names_a_model_is_dropped() -> None:
    fields, rules = normalise(make_fields(details="I am an AI made by OpenAI. Open Account, then Invoices."))
    assert fields.details == "Open Account, then Invoices."
    assert "maker" in rules


def test_the_answer_is_the_first_sentence_and_the_rest_moves_to_the_details() -> None:
    fields, rules = normalise(make_fields(answer="It is ready. Open Account. Then Invoices.", details="More."))
    assert (fields.answer, fields.details) == ("It is ready.", "Open Account. Then Invoices.\nMore.")
    assert "answer_first" in rules


def test_a_long_reply_is_cut_at_a_sentence() -> None:
    fields, rules = normalise(make_fields(details="This sentence has about forty characters. " * 40))
    assert len(fields.details) <= DETAILS_LIMIT
    assert fields.details.endswith("characters.")
    assert "length" in rules


def test_an_action_named_twice_counts_once() -> None:
    fields, rules = normalise(make_fields(next_actions=("open_invoices", "open_invoices", "talk_to_person")))
    assert fields.next_actions == ("open_invoices", "talk_to_person")
    assert rules == ("once_each",)


def test_german_amounts_and_dates_are_spelled_in_german() -> None:
    fields, _ = normalise(make_fields(answer="Die Rechnung vom 2026-03-14 über 1.049,50 € ist da."), locale="de")
    assert fields.answer == "Die Rechnung vom 14. März 2026 über 1.049,50 EUR ist da."


_PHRASES = st.sampled_from([phrase.replace("…", "it all") for phrase in GREETINGS + OPENERS + CLOSINGS + FAREWELLS])
_PIECES = (
    st.text(max_size=40)
    | _PHRASES
    | st.sampled_from(MAKERS + REFUSALS[:5])
    | st.sampled_from(
        [
            "€1,5",
            "49.00 EUR",
            "12.10.",
            "2026-03-14",
            "March 3rd",
            "**",
            "```",
            "<think>",
            "- ",
            "# ",
            "…",
            "\n",
            ". ",
            ", ",
        ]
    )
)
_TEXT = st.lists(_PIECES, max_size=12).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(
    _TEXT, _TEXT, st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=6), st.sampled_from(["en", "de", "fr", "ar"])
)
def test_normalising_twice_changes_nothing_more(answer: str, details: str, actions: list[str], locale: str) -> None:
    once, _ = normalise(make_fields(answer=answer, details=details, next_actions=tuple(actions)), locale=locale)
    twice, rules = normalise(once, locale=locale)
    assert (twice, rules) == (once, ())
    assert 1 <= len(once.answer) <= ANSWER_LIMIT
    assert len(once.details) <= DETAILS_LIMIT


@pytest.mark.parametrize("text", ["\n" * 12_000, "**" * 6_000, "<think>" * 1_700, "thank you for " * 800, "1" * 12_000])
def test_odd_long_texts_take_no_time(text: str) -> None:
    fields, _ = normalise(make_fields(details=text))
    assert len(fields.details) <= DETAILS_LIMIT
