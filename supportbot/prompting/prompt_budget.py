"""Cuts the material of a case to what a prompt has room for: by rule, the newest kept, and what was cut is said. Pure.

Budgets are characters of what is shown. They leave a prompt under about 60,000 characters, which is some 15,000 to
25,000 tokens: within what every supported model reads.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from supportbot.language.placeholder_marks import PLACEHOLDER

QUESTION = 4_000
ONE_MESSAGE = 4_000
CONVERSATION = 16_000
ARTICLES = 16_000
POLICY = 16_000
RECORD = 12_000
_GAP = " […] "
_WORD_ROOM = 60  # how far a cut may move to fall between two words
Cut = tuple[Any, list[str]]


def fit(material: Mapping[str, Any]) -> dict[str, Any]:
    """The material within its budgets, and `left_out`: one line for each thing that was cut, empty when nothing was."""
    fitted, left_out = dict(material), []
    for name, cut in _CUTS.items():
        if fitted.get(name):
            fitted[name], said = cut(fitted[name])
            left_out += said
    return {**fitted, "left_out": left_out}


def cut_text(text: str, limit: int, *, head_share: float) -> str:
    """A text of at most `limit` characters: its beginning and its end, and a mark for what stood between.

    Args:
        head_share: of the room, for the beginning; the end is the newest.
    """
    if len(text) <= limit:
        return text
    room = limit - len(_GAP)
    head = round(room * head_share)
    tail = len(text) - (room - head)
    return text[: _before(text, head)].rstrip() + _GAP + text[_after(text, tail) :].lstrip()


def _question(text: str) -> Cut:
    short = cut_text(text, QUESTION, head_share=0.4)
    return short, _said(len(text) - len(short), "characters of the newest question")


def _messages(messages: Sequence[Mapping[str, Any]]) -> Cut:
    """The newest messages that fit, each cut in its middle when it is very long."""
    kept: list[dict[str, Any]] = []
    used = cut = 0
    for message in reversed(messages):
        short = cut_text(message["text"], ONE_MESSAGE, head_share=0.6)
        if used + len(short) > CONVERSATION:
            break
        used += len(short)
        cut += len(message["text"]) - len(short)
        kept.append({**message, "text": short})
    said = _said(len(messages) - len(kept), "of the oldest messages") + _said(cut, "characters of long messages")
    return kept[::-1], said


def _articles(articles: Sequence[Mapping[str, Any]]) -> Cut:
    """The best articles first, each with its short answers; passages as long as there is room."""
    kept: list[dict[str, Any]] = []
    used = dropped = 0
    for article in articles:
        used += len(article["short_answer"]) + len(article["short_answer_plain"])
        passages, said, used = _first_fitting(article["passages"], used, ARTICLES)
        dropped += said
        kept.append({**article, "passages": passages})
    return kept, _said(dropped, "passages of help articles")


def _passages(passages: Sequence[Mapping[str, Any]]) -> Cut:
    kept, dropped, _ = _first_fitting(passages, 0, POLICY)
    return kept, _said(dropped, "policy passages")


def _record(record: Mapping[str, Any]) -> Cut:
    """Facts in the order in which code gives them (the weightiest first); values are short by themselves."""
    facts, dropped, _ = _first_fitting(record["facts"], 0, RECORD)
    values = {name: cut_text(str(value), 300, head_share=0.8) for name, value in record["values"].items()}
    return {**record, "facts": facts, "values": values}, _said(dropped, "facts from the records")


def _first_fitting(rows: Sequence[Mapping[str, Any]], used: int, budget: int) -> tuple[list[Any], int, int]:
    """The rows whose texts fit, in order, how many did not, and the room used so far."""
    kept: list[Any] = []
    for row in rows:
        if used + len(row["text"]) <= budget:
            kept.append(row)
            used += len(row["text"])
    return kept, len(rows) - len(kept), used


def _said(count: int, what: str) -> list[str]:
    return [f"{count} {what}"] if count > 0 else []


def _before(text: str, end: int) -> int:
    """At or a little before `end`, between two words, and never inside a placeholder."""
    space = max(text.rfind(" ", end - _WORD_ROOM, end), text.rfind("\n", end - _WORD_ROOM, end))
    end = space if space > 0 else end
    inside = next(
        (match for match in PLACEHOLDER.finditer(text, max(0, end - 12), end + 12) if _holds(match, end)), None
    )
    return inside.start() if inside else end


def _after(text: str, start: int) -> int:
    spaces = [
        place
        for place in (text.find(" ", start, start + _WORD_ROOM), text.find("\n", start, start + _WORD_ROOM))
        if place >= 0
    ]
    start = min(spaces, default=start)
    inside = next(
        (match for match in PLACEHOLDER.finditer(text, max(0, start - 12), start + 12) if _holds(match, start)), None
    )
    return inside.end() if inside else start


def _holds(match: Any, place: int) -> bool:
    return bool(match.start() < place < match.end())


_CUTS: Mapping[str, Callable[[Any], Cut]] = {
    "question": _question,
    "messages": _messages,
    "articles": _articles,
    "policy_passages": _passages,
    "record": _record,
}
