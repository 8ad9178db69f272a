"""How a text is set: one paragraph, one language, one spelling of quotes, dashes and other marks, a capital first.

Like `wording` and `spelling`: each rule writes what no rule touches again.
"""

import re
from collections.abc import Callable

from supportbot.language.detection import is_foreign
from supportbot.language.sentences import end_sentence, ends_like_a_sentence, split_sentences

_QUOTES = {
    **{language: ("“", "”") for language in ("en", "pt", "nl", "tr")},
    **{"de": ("„", "“"), "pl": ("„", "”"), "fr": ("« ", " »")},
    **{language: ("«", "»") for language in ("es", "it", "ar")},
}
_QUOTED = re.compile(r"(?<!\w)[\"“”„‟«»＂]\s?([^\"“”„‟«»＂\n]{1,300}?)\s?[\"“”„‟«»＂](?!\w)")
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['‘´`](?=[^\W\d_])")
_DASH = re.compile(r"(?<=[\w.,;:?)”’»“])[ \t][-–—―]{1,3}[ \t](?=[\w“„«(])|(?<=[^\W\d_])[—―](?=[^\W\d_])")
_DOTS = re.compile(r"[ \t]?(?:\.[ \t]?){2,}\.|…(?:[ \t]?[.…])+")
_TRAILING_OFF = re.compile(r"(?<=\S)…(?=\Z|[ \t]+[^\W\d_a-zà-ÿ])")
_TWO_DOTS = re.compile(r"(?<!\.)\.[ \t]?\.(?!\.)")
_BULLET = re.compile(r"\A(?:[-–*+•‣⁃·▪●◦][ \t]+)+")
_INNER_BULLET = re.compile(r"[ \t][•‣⁃·][ \t]")
_ARABIC_LETTER = r"(?<=[\u0621-\u0652»])\s?"
_IN_ARABIC = tuple(
    (re.compile(_ARABIC_LETTER + re.escape(mark)), put) for mark, put in ((",", "،"), (";", "؛"), ("?", "؟"))
)
_NUMBERED = re.compile(r"(\d{1,2})[.)]\s+(?=\S)")
_MOST_PLEASANTRIES = 2
_CONTENT = re.compile(r"[\d@/:“”„«»]")
_GOES_ON = (":", ",", ";", "،", "؛", "(", "–", "-", "/")


def one_paragraph(text: str, locale: str = "en") -> str:
    """`text` in one paragraph: a line or an item of a list is a sentence; after a colon a list goes on with commas."""
    written = [line.strip() for line in text.split("\n") if line.strip()]
    lines = [_BULLET.sub("", line) for line in _without_numbers(written)]
    if lines == [text]:
        return text
    joined, item = "", ""
    for line, was in zip(lines, written, strict=True):
        starts_small = line[:1].islower() and line == was
        if joined.endswith(":"):
            item = line
        elif ends_like_a_sentence(joined) or not joined:
            item = ""
        elif not joined.endswith(_GOES_ON):
            joined = _goes_on(joined, line, item, is_over=not starts_small)
        joined = f"{joined} {_capital(line, locale) if ends_like_a_sentence(joined) and line != was else line}".strip()
    return joined


def _goes_on(text: str, line: str, item: str, *, is_over: bool) -> str:
    """`text` as it stands before the next line: in a list, whose first is `item`, a comma; else a sentence is over."""
    if item and line[:1].islower() >= item[:1].islower():
        return f"{text},"
    return end_sentence(text) if is_over else text


def _without_numbers(lines: list[str]) -> list[str]:
    """The lines without "1.", "2." and so on, where they count on from one."""
    found = [(place, match) for place, line in enumerate(lines) if (match := _NUMBERED.match(line))]
    if len(found) < 2 or [int(match[1]) for _, match in found] != list(range(1, len(found) + 1)):
        return lines
    numbered = {place: match.end() for place, match in found}
    return [line[numbered.get(place, 0) :] for place, line in enumerate(lines)]


def _marks(text: str, locale: str) -> str:
    opening, closing = _QUOTES.get(language := _language(locale), _QUOTES["en"])
    text = _QUOTED.sub(lambda match: f"{opening}{match.group(1)}{closing}", text)
    text = _DASH.sub(" – ", _APOSTROPHE.sub("’", text))
    text = _TRAILING_OFF.sub(".", _TWO_DOTS.sub(".", _DOTS.sub("…", text)))
    text = _INNER_BULLET.sub(", ", text)
    if language == "ar":
        for shape, put in _IN_ARABIC:
            text = shape.sub(put, text)
    return text


def _capital(text: str, locale: str) -> str:
    """`text` with a capital first; a name such as "iPhone" or "example.com" stays."""
    word = text.partition(" ")[0].rstrip(".,:;!?")
    if not (word.isalpha() and word.islower()):
        return text
    first = "İ" if text[0] == "i" and _language(locale) == "tr" else text[0].upper()
    return first + text[1:] if len(first) == 1 else text


def _foreign(text: str, locale: str) -> str:
    """`text` without the one or two sentences of pleasantry in another language at its end or its beginning.

    More than that is left to the check. A sentence with a figure, a name in quotes or a link in it is no pleasantry.
    """
    sentences = split_sentences(text)
    kept = list(sentences)
    for edge in (-1, 0):
        while len(kept) > 1 and _is_foreign_pleasantry(kept[edge], locale):
            kept.pop(edge)
    dropped = len(sentences) - len(kept)
    is_edge = 0 < dropped <= _MOST_PLEASANTRIES and not is_foreign(kept[0], _language(locale))
    return " ".join(kept) if is_edge else text


def _is_foreign_pleasantry(sentence: str, locale: str) -> bool:
    return not _CONTENT.search(sentence) and is_foreign(sentence, _language(locale))


def _language(locale: str) -> str:
    return locale.replace("_", "-").partition("-")[0].lower()


PUNCTUATION: tuple[tuple[str, Callable[[str, str], str]], ...] = (
    ("lines", one_paragraph),
    ("marks", _marks),
    ("capital", _capital),
    ("foreign", _foreign),
)
