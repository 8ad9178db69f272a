"""Oversized material: cut by rule, the newest kept, and what was cut is said."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from supportbot.language.placeholder_marks import PLACEHOLDER, placeholders_in
from supportbot.prompting import load_prompt, render_prompt
from supportbot.prompting.prompt_budget import ARTICLES, CONVERSATION, ONE_MESSAGE, QUESTION, cut_text, fit
from tests.prompting.test_prompting import make_article, make_material


def make_messages(*texts: str) -> list[dict[str, Any]]:
    return [{"role": "customer", "text": text, "at": "2026-03-18T09:00:00+00:00"} for text in texts]


def test_what_fits_is_not_touched_and_nothing_is_said() -> None:
    material = make_material()

    assert fit(material) == material


def test_the_newest_messages_are_kept_and_the_dropped_ones_are_counted() -> None:
    texts = [f"{number} " + "word " * 700 for number in range(12)]

    fitted = fit(make_material(messages=make_messages(*texts)))

    kept = [message["text"].split()[0] for message in fitted["messages"]]
    assert kept == ["8", "9", "10", "11"]
    assert fitted["left_out"] == ["8 of the oldest messages"]
    assert sum(len(message["text"]) for message in fitted["messages"]) <= CONVERSATION


def test_a_very_long_message_keeps_its_beginning_and_its_end() -> None:
    long = "first words " + "filler " * 2_000 + "last words"

    fitted = fit(make_material(messages=make_messages(long), question=long))

    for text, limit in ((fitted["messages"][0]["text"], ONE_MESSAGE), (fitted["question"], QUESTION)):
        assert text.startswith("first words") and text.endswith("last words") and " […] " in text
        assert len(text) <= limit
    assert any("characters of the newest question" in line for line in fitted["left_out"])


def test_articles_facts_and_passages_are_dropped_whole_when_there_is_no_room() -> None:
    articles = [
        make_article("short"),
        {**make_article("b"), "passages": [{"ref": "b#1", "heading": "b", "text": "x" * ARTICLES}]},
    ]
    facts = [{"id": f"f{number}", "text": "y" * 5_000} for number in range(4)]
    record = {"plan": None, "newest_order": None, "values": {}, "facts": facts, "due_back": None}

    fitted = fit(
        make_material(
            articles=articles, record=record, policy_passages=[{"ref": "p", "heading": "h", "text": "z" * 20_000}]
        )
    )

    assert [len(article["passages"]) for article in fitted["articles"]] == [1, 0]
    assert [fact["id"] for fact in fitted["record"]["facts"]] == ["f0", "f1"]
    assert fitted["left_out"] == ["1 passages of help articles", "1 policy passages", "2 facts from the records"]


def test_the_prompt_says_what_was_left_out_outside_the_customers_marks() -> None:
    long = make_material(messages=make_messages(*["word " * 700] * 9), question="q " * 4_000)

    user = render_prompt(load_prompt("routine_reply/3"), fit(long)).user

    said = user.partition("Left out for length: ")
    assert "5 of the oldest messages" in said[2].partition("\n")[0]
    assert "<data" not in said[0]
    assert "Left out" not in render_prompt(load_prompt("routine_reply/3"), fit(make_material())).user


@given(
    st.lists(st.sampled_from(["[card_1]", "word", "x" * 90, "\n", "[email_12]"]), max_size=80), st.integers(100, 400)
)
def test_a_cut_keeps_to_its_limit_and_never_breaks_a_placeholder(parts: list[str], limit: int) -> None:
    short = cut_text("".join(parts), limit, head_share=0.5)

    assert len(short) <= limit
    assert placeholders_in(PLACEHOLDER.sub("", short)) == ()
