"""A very short answer is told on in the words of the passage it cites, and nothing else ever is."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.contract.types import OUTCOMES, Change, ReplyFields
from supportbot.contract.voice.normaliser import DETAILS_LIMIT, normalise_reply, voice_of
from supportbot.contract.voice.short_answers import DETAILS_LEAST, DETAILS_TOLD
from supportbot.language.sentences import split_sentences
from tests.contract.factories import make_fields

FIRST = "Open Account, then Invoices, and choose the month."
SECOND = "The newest one is at the top, and each line has a button that downloads it."
THIRD = "A new invoice appears on the day of the charge."
PASSAGES = {"invoices#1": f"{FIRST} {SECOND} {THIRD}", "invoices#2": "We also send each invoice by e-mail."}
WHOLE = PASSAGES["invoices#1"]


def complete(
    details: str, *, passages: Mapping[str, str] = PASSAGES, locale: str = "en", **changes: Any
) -> tuple[ReplyFields, tuple[Change, ...]]:
    written = make_fields(**{"details": details, "sources": ("invoices#1",), **changes})
    return normalise_reply(written, voice_of(locale), passages=passages)


@pytest.mark.parametrize(
    "details", ["", FIRST, FIRST[:-1], SECOND, THIRD, f"{FIRST} {SECOND}", f"{THIRD} {FIRST}", f"- {FIRST}\n- {THIRD}"]
)
def test_a_short_quote_is_told_on_in_the_order_of_its_passage(details: str) -> None:
    fields, changes = complete(details)
    assert fields.details == WHOLE
    change = next(one for one in changes if one.rule == "completed")
    assert (change.title, change.field) == ("Completed from the article it cites", "details")
    assert change.before != change.after


def test_words_of_its_own_stay_first_and_are_not_said_again() -> None:
    own = "Look at the page of your invoices."
    assert complete(own)[0].details == f"{own} {FIRST} {SECOND}"
    nearly = "Open Account, then Invoices."
    assert complete(nearly)[0].details == f"{nearly} {SECOND} {THIRD}"


def test_what_the_answer_says_already_is_left_out() -> None:
    fields, _ = complete("", answer="Open Account, then Invoices, and choose the month you want.")
    assert fields.details == f"{SECOND} {THIRD}"


def test_words_of_its_own_are_taken_no_further_than_into_the_band() -> None:
    own = "Look at the page of your invoices, where each has a line with its number and its amount."
    assert complete(own)[0].details == f"{own} {FIRST}"
    enough = f"{own} That is all there is to it, I think."
    assert len(enough) >= DETAILS_LEAST
    assert complete(enough) == (make_fields(details=enough, sources=("invoices#1",)), ())


@pytest.mark.parametrize("outcome", [outcome for outcome in OUTCOMES if outcome != "answered"])
def test_only_what_answers_is_completed(outcome: str) -> None:
    assert complete(FIRST, outcome=outcome)[0].details == FIRST


def test_a_refusal_and_a_word_that_a_person_answers_are_not_told_on() -> None:
    for answer in ("I cannot help with that.", "Hi!", "A person will read your question and answer it."):
        fields, _ = complete("", answer=answer)
        assert (fields.answer, fields.details) == ("A person will read your question and answer it.", "")


def test_nothing_is_added_without_a_cited_passage_that_was_given() -> None:
    assert complete(FIRST, sources=())[0].details == FIRST
    assert complete(FIRST, sources=("other#1",))[0].details == FIRST
    assert complete(FIRST, passages={})[0].details == FIRST


def test_a_second_passage_is_told_only_where_the_first_was_not_enough() -> None:
    both = ("invoices#1", "invoices#2")
    assert complete("", sources=both)[0].details == WHOLE
    assert complete("", sources=both[::-1])[0].details == f"{PASSAGES['invoices#2']} {FIRST} {SECOND}"


def test_a_passage_is_told_up_to_the_end_of_the_band_at_a_sentence() -> None:
    sentences = [f"This is sentence number {name} of a long passage in an article." for name in ("one", "two", "six")]
    fields, _ = complete("", passages={"invoices#1": " ".join(sentences * 3)})
    assert DETAILS_LEAST <= len(fields.details) <= DETAILS_TOLD
    assert fields.details == " ".join(sentences)


def test_a_sentence_that_promises_ends_the_completion() -> None:
    promising = {"invoices#1": f"{FIRST} Your refund has been approved. {THIRD}"}
    assert complete("", passages=promising)[0].details == FIRST


def test_a_passage_is_told_in_the_one_voice() -> None:
    written = {"invoices#1": f'**Open** the account!\n- Choose "Invoices" of 2026-03-14.\n\n{SECOND} Kind regards,'}
    fields, _ = complete("", passages=written)
    assert fields.details == f"Open the account. Choose “Invoices” of 14 March 2026. {SECOND}"


_SENTENCES = st.sampled_from(
    [
        *(
            FIRST,
            SECOND,
            THIRD,
            "It is.",
            "Thank you!",
            "Let us know if you need more.",
            "Best regards,",
            "No",
            "a - b",
        ),
        *(
            "I am an AI.",
            "It costs 49,- EUR.",
            '"Paid"',
            "1. Open it\n2. Close it",
            "your refund has been approved.",
            "…",
        ),
    ]
)
_TEXT = st.lists(_SENTENCES, max_size=6).map(" ".join)


@settings(max_examples=300, deadline=None)
@given(_TEXT, _TEXT, _TEXT, _TEXT, st.just("") | _TEXT, st.sampled_from(["en", "de", "fr", "tr", "ar"]))
def test_completing_twice_changes_nothing_more_and_nothing_is_said_twice_by_it(
    answer: str, details: str, first: str, second: str, ask: str, locale: str
) -> None:
    passages = {"invoices#1": first, "invoices#2": second}
    voice = voice_of(locale)
    written = make_fields(answer=answer, details=details, ask=ask, sources=("invoices#1", "invoices#2", "other#1"))
    alone, _ = normalise_reply(written, voice)
    once, changes = normalise_reply(written, voice, passages=passages)
    assert normalise_reply(once, voice, passages=passages) == (once, ())
    assert (once.answer, once.outcome, once.next_actions) == (alone.answer, alone.outcome, alone.next_actions)
    assert len(once.details) + (len(once.ask) + 1 if once.ask else 0) <= DETAILS_LIMIT
    if any(change.rule == "completed" for change in changes):
        before, after = split_sentences(alone.details), split_sentences(once.details)
        assert len(alone.details) < DETAILS_TOLD and len(once.details) > len(alone.details)
        assert all(after.count(one) <= max(1, before.count(one)) for one in after)
