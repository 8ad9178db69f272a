"""Personal data in what people write: found whole in ten languages, and nothing else is taken for it."""

import re
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supportbot.prompting.personal_data.finder import KINDS, personal_spans
from supportbot.seed.story import tell_story

_MARK = re.compile(r"\{(card|iban|email|phone):((?:[^{}]|\{[^{}]*\})*)\}")
_ESCAPE = re.compile(r"\\n|\\u([0-9a-f]{4})")


def read_rows() -> list[tuple[str, str, list[tuple[str, str]]]]:
    lines = (Path(__file__).parent / "personal.txt").read_text(encoding="utf-8").splitlines()
    rows = []
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        language, _, marked = line.partition(" | ")
        spelled = _ESCAPE.sub(lambda escape: chr(int(escape[1], 16)) if escape[1] else "\n", marked)
        wanted = [(match[1], match[2]) for match in _MARK.finditer(spelled)]
        rows.append((language.strip(), _MARK.sub(lambda match: match[2], spelled), wanted))
    return rows


ROWS = read_rows()


def found_in(text: str, language: str) -> list[tuple[str, str]]:
    return [(span.kind, text[span.start : span.end]) for span in personal_spans(text, locale=language)]


@pytest.mark.parametrize("row", ROWS, ids=[f"{row[0]} {row[1][:40]!r}" for row in ROWS])
def test_each_value_is_found_whole_and_nothing_else(row: tuple[str, str, list[tuple[str, str]]]) -> None:
    language, text, wanted = row

    assert found_in(text, language) == wanted


def test_the_rows_cover_every_kind_in_ten_languages() -> None:
    kinds = Counter(kind for _, _, wanted in ROWS for kind, _ in wanted)

    assert len(ROWS) >= 150
    assert len({language for language, _, _ in ROWS}) == 10
    assert all(kinds[kind] >= 15 for kind in KINDS), kinds
    assert sum(not wanted for _, _, wanted in ROWS) >= 50


def test_nothing_in_the_demo_story_is_taken_for_personal_data() -> None:
    story = tell_story(datetime(2026, 11, 23, 9, tzinfo=UTC))
    said = [(turn.text, talk.locale) for talk in story.conversations for turn in talk.turns]
    written = [(article.source.partition("---\n")[2], article.locale) for article in story.articles]

    assert len(said) > 250
    assert [text for text, locale in said + written if personal_spans(text, locale=locale)] == []


def test_a_number_of_the_case_record_is_left_alone_and_any_other_is_not() -> None:
    text = "4111 1111 1111 1111 and 4242 4242 4242 4242"

    kept = personal_spans(text, keep=["4111-1111-1111-1111"])

    assert [text[span.start : span.end] for span in kept] == ["4242 4242 4242 4242"]


def test_when_something_was_said_is_no_number_of_a_person_and_what_follows_it_is_looked_at() -> None:
    assert personal_spans("2026-11-29T03:29:14.089843+00:00") == ()
    for text in ("2026-11-29T03:29:14 4111 1111 1111 1111", "2026-11-29T03:29:14.4111111111111111"):
        assert [span.kind for span in personal_spans(text)] == ["card"]


def test_the_same_value_in_two_spellings_has_one_key() -> None:
    spans = personal_spans("Card 4111 1111 1111 1111, again 4111-1111-1111-1111; A@B.de a@b.de")

    assert len({(span.kind, span.key) for span in spans}) == 2


@given(st.text(alphabet="0123456789 .-/+()@abcom\n٤\u200b", max_size=400))
def test_spans_lie_inside_the_text_in_order_and_apart(text: str) -> None:
    spans = personal_spans(text)

    assert all(0 <= span.start < span.end <= len(text) for span in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@pytest.mark.parametrize(
    "text",
    ["1 " * 8_000, "a." * 8_000, "+1" * 8_000, "a@" * 8_000, "GB29 " * 3_000, "x at y dot " * 1_500, "4111 " * 3_000],
)
def test_a_message_made_to_be_slow_is_read_all_the_same(text: str) -> None:
    assert personal_spans(text) is not None


@pytest.mark.parametrize("written", ["YE15CBYE0001018861234567891234", "ye15 cbye 0001 0188 6123 4567 8912 34"])
def test_an_iban_of_yemen_is_found_and_one_with_a_wrong_digit_is_not(written: str) -> None:
    wrong = written.replace("15", "16", 1)

    assert [span.kind for span in personal_spans(f"My account: {written}.")] == ["iban"]
    assert "iban" not in [span.kind for span in personal_spans(f"My account: {wrong}.")]
