"""The rules of the one voice on one text: what is trimmed. How amounts and dates are written stands in `spelling`.

Each only removes something or writes a spelling that no rule touches again, so running them until nothing changes ends.
"""

import html
import re
from collections.abc import Callable
from functools import cache

from supportbot.language.filler_phrases import (
    CLOSINGS,
    FAREWELLS,
    GREETINGS,
    HERE_IS,
    LEADS,
    MAKER_SHAPES,
    MAKERS,
    OPENERS,
    REFUSALS,
    REPLY_WORDS,
    any_phrase,
    phrase_pattern,
)
from supportbot.language.invisible_characters import without_unseen
from supportbot.language.lookalikes import straight
from supportbot.language.sentences import split_sentences

_TAGGED = re.compile(
    r"[<◁](think|thinking|reasoning|thought|scratchpad|analysis)[>▷].*?(?:[<◁]/\1[>▷]|\Z)", re.DOTALL | re.IGNORECASE
)
# Marks of a chat template, and the speaker's name before what is said.
_ROLES = re.compile(r"<\|[^|<>\n]{0,40}\|>|\[/?(?:INST|SYS)\]|\A(?:assistant|agent|bot|ai|model)[ \t]?:", re.IGNORECASE)
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u23e9-\u23ff\u231a\u231b\u2934\u2935\u3030\u303d\u20e3\u203c\u2049\u2139]"
    "|[\u2194-\u21aa\u24c2\u25aa-\u25fe\u3297\u3299]|(?<!\\S)(?:[:;=]['’]?-?[()DPp|/3]|<3|\\^_?\\^|[xX]D)(?!\\S)"
)
_MARKDOWN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL), " "),
    (re.compile(r"^[ \t]*(?:```|~~~)[\w+-]*[ \t]*$|```", re.MULTILINE), ""),
    (re.compile(r"!?\[([^\[\]\n]{0,200})\]\(([^()\s]{0,300})\)"), r"\1 \2"),
    (re.compile(r"</?[A-Za-z][^<>\n]{0,200}>"), " "),
    (re.compile(r"^[-*_=|:][-*_=|: \t]{2,}$", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,8}#{1,6}[ \t]+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]{0,8}(?:>[ \t]?)+", re.MULTILINE), ""),
    (re.compile(r"^[ \t]*\|[ \t]*([^\n]*?)[ \t]*\|[ \t]*$", re.MULTILINE), r"\1"),
    (re.compile(r"[ \t]\|[ \t]"), ", "),
    (re.compile(r"(\*\*\*|\*\*|__|~~|`)(?=\S)([^\n]{0,300}?\S)\1"), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*\n]{0,300}\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_\n]{0,300}\S)_(?![\w_])"), r"\1"),
)


_HEADING = re.compile(
    r"^[ \t]*(?:#{1,6}[ \t]+[^\n]{1,60}(?<![.!?…。؟*_ \t])"
    r"|(?:#{1,6}[ \t]+)?(?:\*\*|__)[^*_\n]{1,60}(?<![.!?…。؟])(?:\*\*|__):?)[ \t]*\n+(?=[ \t]*[^\s#])",
    re.MULTILINE,
)
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});")
_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")


# The long patterns are built when first needed: half of the time that importing this package would take.


@cache
def _greetings() -> re.Pattern[str]:
    return re.compile(rf"\A{phrase_pattern(GREETINGS)}(?: [^\s.!?,:;]+){{0,2}}\s?[.!?,:;\n]+\s*", re.IGNORECASE)


@cache
def _openers() -> re.Pattern[str]:
    return re.compile(rf"\A{phrase_pattern(OPENERS)}\s?[.!:\n]+\s*", re.IGNORECASE)


@cache
def _preambles() -> re.Pattern[str]:
    reply = phrase_pattern(REPLY_WORDS)
    lead = rf"(?:{phrase_pattern(LEADS)}[,.!:]*\s+)?"
    here = rf"{phrase_pattern(HERE_IS)}\s(?:[^\s.!?:\n]+\s){{0,4}}{reply}(?:\s[^.!?:\n]{{0,80}})?[.!:\n]+\s*"
    return re.compile(rf"\A(?:{lead}{here}|(?:[^\W\d]+\s)?{reply}\s?:\s*)", re.IGNORECASE)


@cache
def _closings() -> re.Pattern[str]:
    return re.compile(
        rf"(?:\A|(?<=[.!?]\s)|(?<=\n))(?:{phrase_pattern(CLOSINGS)}(?:[,.!]|(?=\n)|\Z)\s?[^.!?\n]{{0,60}}(?:\n[^.!?\n]{{0,60}}){{0,3}}\.?"
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


def _thinking(text: str) -> str:
    return _TAGGED.sub(" ", text) if "<" in text or "◁" in text else text


def _roles(text: str) -> str:
    return _ROLES.sub("", text)


def _preamble(text: str) -> str:
    match = _preambles().match(straight(text))
    return _begun_anew(text[match.end() :]) if match else text


def without_headings(text: str) -> str:
    """`text` without the headings over its parts, such as "### Details" or "**Steps:**"; no answer has one."""
    return _HEADING.sub("", text) if "#" in text or "**" in text else text


def _markdown(text: str) -> str:
    text = html.unescape(text) if _ENTITY.search(text) else text
    for pattern, put in _MARKDOWN:
        text = pattern.sub(put, text)
    return text


def _emoji(text: str) -> str:
    return _EMOJI.sub("", text)


def _space(text: str) -> str:
    text = _SPACES.sub(lambda match: match.group() if _groups_digits(text, match) else " ", text)
    text = re.sub(r"\n{2,}", "\n", re.sub(r" ?\n ?", "\n", text))
    text = re.sub(r" ([.,!?;:]+)(?=\s|$)", r"\1", text)
    return re.sub(r"([!?])\1+", r"\1", text).strip()


def _calm(text: str) -> str:
    """Nobody shouts: an exclamation mark is a full stop, and goes where another mark stands."""
    return re.sub(r"(?<=[.?…؟])\s?[!！]+|¡", "", re.sub(r"[!！]*([?؟])[!！?؟]*|[!！]+", lambda m: m[1] or ".", text))


def _groups_digits(text: str, match: re.Match[str]) -> bool:
    """Whether it is the narrow space that French and Polish group thousands with."""
    before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
    return match.group() in "\u00a0\u202f" and before.isdecimal() and after.isdecimal()


def _greeting(text: str) -> str:
    match = _greetings().match(straight(text)) or _openers().match(straight(text))
    if not match:
        return text
    return _begun_anew(text[match.end() :])


def _begun_anew(rest: str) -> str:
    return rest[:1].upper() + rest[1:]


def _closing(text: str) -> str:
    match = _closings().search(straight(text))
    return text[: match.start()].rstrip() if match else text


def _maker(text: str) -> str:
    if not names_a_model(text) or is_refusal(text):
        return text
    return " ".join(sentence for sentence in split_sentences(text) if not names_a_model(sentence))


TRIMMING: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("invisible", without_unseen),
    ("thinking", _thinking),
    ("roles", _roles),
    ("markdown", _markdown),
    ("emoji", _emoji),
    ("calm", _calm),
    ("space", _space),
    ("preamble", _preamble),
    ("greeting", _greeting),
    ("closing", _closing),
    ("maker", _maker),
)
