"""Each number that people know the product by stands in one place; documents that name it name the same."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from supportbot.accounts import login_throttle
from supportbot.channels.message_text import LONGEST_TEXT_BYTES
from supportbot.inbox.pagination import LIST_PAGE, THREAD_PAGE
from supportbot.inbox.undo import UNDO_S
from supportbot.jobs.sweeper import GIVE_UP_AFTER_S, RETRY_AFTER_S
from supportbot.review.draw_time import DRAW_HOUR, draw_words
from supportbot.review.sample import HUNTS, SIZES
from supportbot.routing.policy_checks import LONGEST_DRAFT_S

ROOT = Path(__file__).parent.parent
_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)  # an example of a page in a template
NUMERALS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")

# The module that holds it, and what a second copy in code, a template, a script or a style sheet would look like.
COPIES = {
    "undo time": (
        "inbox/undo.py",
        r"(?i)\bundo\w*\W.{0,40}\b(10|ten)\b(?! *minutes)|\b(10|ten) ?(s|seconds)\b.{0,40}undo|drain 10s",
    ),
    "day and hour of the draw": (
        "review/draw_time.py",
        r"day_of_week=.mon|(?i:every monday)|Mondays at|06:00.{0,30}draw",
    ),
    "size of the sample": ("review/sample.py", r"(?i)\b(9|nine) counted|\b(3|three) hunts\b|\b(6|six) routine"),
    "tries to sign in": ("accounts/login_throttle.py", r"limit=(10|60|1_?200)\b|window_s=900"),
    "length of a message": ("channels/message_text.py", r"\b16[_,]?384\b"),
    "page of a list": ("inbox/pagination.py", r"(?i)\bpage_size ?= ?\d+|\b(LIST|THREAD|WIDGET)_PAGE ?= ?\d"),
    "patience of the sweeper": ("jobs/sweeper.py", r"after (90|120) s\b|within two minutes"),
    "days of the week": (
        "weekdays.py",
        r"(?i)[\"']mon[\"'], ?[\"']tue[\"'], ?[\"']wed[\"'], ?[\"']thu[\"'], ?[\"']fri[\"'], ?[\"']sat",
    ),
}

# What a document says, and the number it must say. The group is a figure or a numeral in words.
TOLD = {
    ("README.md", r"(\w+) s to undo"): UNDO_S,
    ("docs/agents.md", r"undo the last send, for (\w+) seconds"): UNDO_S,
    ("docs/leads.md", r"at (\d\d):00 in the team's zone"): DRAW_HOUR,
    ("docs/leads.md", r"(\w+) conversations\s+of the week before are drawn"): sum(SIZES.values()) + HUNTS,
    ("docs/install.md", r"at (\d\d):00 in the team's zone \| draws"): DRAW_HOUR,
    ("docs/widget.md", r"([\d,]+) bytes each"): LONGEST_TEXT_BYTES,
}


@pytest.mark.parametrize("name", COPIES)
def test_a_number_has_one_home(name: str) -> None:
    home, copy = COPIES[name]

    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in _sources()
        if path != ROOT / "supportbot" / home
        for number, line in enumerate(_COMMENT.sub(_blank, path.read_text()).splitlines(), start=1)
        if re.search(copy, line)
    ]

    assert found == [], f"The {name} stands in supportbot/{home}; use it from there."


@pytest.mark.parametrize(("path", "words"), TOLD)
def test_a_document_tells_the_number_in_force(path: str, words: str) -> None:
    told = re.findall(words, (ROOT / path).read_text())

    assert told, f"{path} no longer says {words!r}"
    assert {_number(one) for one in told} == {TOLD[path, words]}


def test_the_sweeper_waits_for_the_longest_draft() -> None:
    assert LONGEST_DRAFT_S < RETRY_AFTER_S < GIVE_UP_AFTER_S


def test_words_are_made_of_the_numbers() -> None:
    assert draw_words() == f"Mondays at {DRAW_HOUR:02d}:00"
    assert LIST_PAGE <= THREAD_PAGE
    assert login_throttle.TRIES_FOR_AN_ADDRESS < login_throttle.TRIES_FROM_A_PLACE


def _sources() -> Iterator[Path]:
    for folder, endings in (("supportbot", {".py", ".js", ".css"}), ("templates", {".html"})):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in endings and ".min." not in path.name and "content" not in path.parts:
                yield path


def _blank(comment: re.Match[str]) -> str:
    return "\n" * comment[0].count("\n")


def _number(told: str) -> int:
    return NUMERALS.index(told.lower()) if told.lower() in NUMERALS else int(told.replace(",", ""))
