"""The rules of the one voice on one text: what is trimmed, and how money and dates are spelled.

Each only removes something or writes a spelling that no rule touches again, so running them until nothing changes ends.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache

from babel.dates import format_date, format_skeleton

from supportbot.contract.mentions import DateMention, amount_spans, date_spans, plain
from supportbot.contract.money import format_money
from supportbot.contract.phrases import (
    CLOSINGS,
    FAREWELLS,
    GREETINGS,
    MAKER_SHAPES,
    MAKERS,
    OPENERS,
    REFUSALS,
    any_phrase,
    phrase_pattern,
    straight,
)
from supportbot.contract.sentences import split_sentences
from supportbot.contract.when import spelling_locale

_TAGGED = re.compile(r"<(think|thinking|reasoning|thought)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u23e9-\u23ff\u231a\u231b\u2934\u2935\u3030\u303d\ufe0e\ufe0f\u20e3]"
    "|(?<!\\S)[:;]-?[()DPp](?!\\S)"
)
_UNSEEN = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})
_MARKDOWN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"^[ \t]*(?:```|~~~)[\w+-]*[ \t]*$|```", re.MULTILINE), ""),
    (re.compile(r"!?\[([^\[\]\n]{0,200})\]\(([^()\s]{0,300})\)"), r"\1 \2"),
    (re.compile(r"</?[A-Za-z][^<>\n]{0,200}>"), " "),
    (re.compile(r"^[-*_=|:][-*_=|: \t]{2,}$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,8}#{1,6}[ \t]+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,8}(?:[-*+•▪●◦][ \t]+|>[ \t]?)", re.MULTILINE), ""),
    (re.compile(r"(\*\*\*|\*\*|__|~~|`)(?=\S)([^\n]{0,300}?\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{0,300}\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]{0,300}\S)_(?![\w_])"), r"\1"),
)


# The long patterns are built when first needed: half of the time that importing this package would take.


@cache
def _greetings() -> re.Pattern[str]:
    return re.compile(rf"\A{phrase_pattern(GREETINGS)}(?: [^\s.!?,:;]+){{0,2}}\s?[.!?,:;\n]+\s*", re.IGNORECASE)


@cache
def _openers() -> re.Pattern[str]:
    return re.compile(rf"\A{phrase_pattern(OPENERS)}\s?[.!:\n]+\s*", re.IGNORECASE)


@cache
def _closings() -> re.Pattern[str]:
    return re.compile(
        rf"(?:\A|(?<=[.!?]\s)|(?<=\n))(?:{phrase_pattern(CLOSINGS)}(?:[,.!]|(?=\n)|\Z)\s?[^.!?\n]{{0,60}}\.?"
        rf"|{phrase_pattern(FAREWELLS)}(?:,[^.!?\n\d]{{0,100}})?[.!?]*)\Z",
        re.IGNORECASE,
    )


@cache
def _makers() -> re.Pattern[str]:
    return any_phrase(MAKERS, *MAKER_SHAPES)


@cache
def _refusals() -> re.Pattern[str]:
    return any_phrase(REFUSALS)


def is_refusal(text: str) -> bool:
    """Whether a text declines to answer, in any of the usual styles."""
    return bool(_refusals().search(straight(text)))


def names_a_model(text: str) -> bool:
    """Whether a text names a model or its maker, or speaks as one."""
    return bool(_makers().search(straight(text)))


def begins_with_greeting(text: str) -> bool:
    """Whether a text greets or warms up before it says anything."""
    return bool(_greetings().match(straight(text)) or _openers().match(straight(text)))


def _invisible(text: str) -> str:
    kept = "".join(mark for mark in text if mark in "\n\t" or unicodedata.category(mark) not in _UNSEEN)
    return unicodedata.normalize("NFC", kept)


def _thinking(text: str) -> str:
    return _TAGGED.sub(" ", text) if "<" in text else text


def _markdown(text: str) -> str:
    for pattern, put in _MARKDOWN:
        text = pattern.sub(put, text)
    return text


def _emoji(text: str) -> str:
    return _EMOJI.sub("", text)


def _space(text: str) -> str:
    text = re.sub(r"[ \t\u00a0\u2000-\u200a\u202f\u3000]+", " ", text.replace("\r", "\n"))
    text = re.sub(r"\n{2,}", "\n", re.sub(r" ?\n ?", "\n", text))
    text = re.sub(r" ([.,!?;:]+)(?=\s|$)", r"\1", text)
    return re.sub(r"([!?])\1+", r"\1", text).strip()


def _greeting(text: str) -> str:
    match = _greetings().match(straight(text)) or _openers().match(straight(text))
    if not match:
        return text
    rest = text[match.end() :]
    return rest[:1].upper() + rest[1:]


def _closing(text: str) -> str:
    match = _closings().search(straight(text))
    return text[: match.start()].rstrip() if match else text


def _maker(text: str) -> str:
    if not names_a_model(text) or is_refusal(text):
        return text
    return " ".join(sentence for sentence in split_sentences(text) if not names_a_model(sentence))


def _money(text: str, locale: str) -> str:
    for start, end, amount in reversed(amount_spans(plain(text), None)):
        text = text[:start] + format_money(amount, spelling_locale(locale)) + text[end:]
    return text


def _dates(text: str, locale: str) -> str:
    for start, end, mention in reversed(date_spans(plain(text))):
        text = text[:start] + (_written(mention, locale) or text[start:end]) + text[end:]
    return text


def _written(mention: DateMention, locale: str) -> str | None:
    """The one spelling of a date; None where the text may mean two days, or only an amount such as "12.10."."""
    if len(set(mention.readings)) != 1 or mention.text.endswith("."):
        return None
    language = spelling_locale(locale)
    year, month, day = mention.readings[0]
    if year is None:
        return format_skeleton("MMMMd", date(2024, month, day), locale=language)
    return format_date(date(year, month, day), format="long", locale=language)


TRIMMING: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("invisible", _invisible),
    ("thinking", _thinking),
    ("markdown", _markdown),
    ("emoji", _emoji),
    ("space", _space),
    ("greeting", _greeting),
    ("closing", _closing),
    ("maker", _maker),
)
SPELLING: tuple[tuple[str, Callable[[str, str], str]], ...] = (("money", _money), ("dates", _dates))
