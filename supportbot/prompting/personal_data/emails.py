"""Finds e-mail addresses, also those written so that a machine should not read them. Pure."""

import re
from collections.abc import Iterator

from supportbot.language.languages import either

_LOCAL = r"(?<![\w.+%'-])[\w.+%'-]{1,64}"
_LABEL = r"[^\W_](?:[\w-]{0,61}[^\W_])?"
_HOSTS = r"(?:gmail|googlemail|yahoo|yahho|ymail|hotmail|outlook|icloud|protonmail|aol|gmx|rediffmail|live|msn)"
_AT_WORD = rf"(?:{either('at_sign')})"
_DOT_WORD = rf"(?:{either('dot')})"
_OPEN, _SHUT = r"\s{0,2}[\[({<‹]\s{0,2}", r"\s{0,2}[\])}>›]\s{0,2}"
_AT_MARKED = rf"{_OPEN}(?:@|{_AT_WORD}){_SHUT}"
_DOT = rf"(?:{_OPEN}(?:\.|{_DOT_WORD}){_SHUT}|\s{{1,2}}{_DOT_WORD}\s{{1,2}}|\s\.\s|\.)"
_DOT_SPELLED = rf"(?:{_OPEN}(?:\.|{_DOT_WORD}){_SHUT}|\s{{1,2}}{_DOT_WORD}\s{{1,2}})"
_FORMS = (
    # mira@example.com, mira @ example.com, mira@example dot com, "mira@\nexample.com"
    rf"{_LOCAL}\s{{0,2}}@\s{{0,2}}{_LABEL}(?:{_DOT}{_LABEL}){{1,5}}",
    # mira [at] example.com
    rf"{_LOCAL}{_AT_MARKED}{_LABEL}(?:{_DOT}{_LABEL}){{1,5}}",
    # mira at example dot com
    rf"{_LOCAL}(?:\s{{1,2}}{_DOT_WORD}\s{{1,2}}[\w-]{{1,32}}){{0,2}}\s{{1,2}}(?:{_AT_WORD}|@)\s{{1,2}}{_LABEL}"
    rf"(?:{_DOT_SPELLED}{_LABEL}){{1,4}}",
    # mira@gmail, mira@gmailcom
    rf"{_LOCAL}\s{{0,2}}@\s{{0,2}}{_HOSTS}(?:\s?com)?\b",
    # miragmailcom, mira 88 gmailcom: what is left when a form or a phone has eaten the marks
    rf"(?<!\w)(?:[\w.+-]{{2,40}}\s)?(?:\d{{1,5}}\s){_HOSTS}\s?\.?com\b",
    rf"(?<![\w.@])[\w+-]{{2,40}}{_HOSTS}\s?com\b",
)
_ADDRESS = re.compile("|".join(f"(?:{form})" for form in _FORMS), re.IGNORECASE)
# "write to mira at example.com": an address only because the sentence says so.
_SAID = re.compile(
    rf"(?:e-?mail|mail|correo|courriel|posta|adres\w*|بريد\w*)\W[^@\n]{{0,25}}?({_LOCAL}\s{{1,2}}(?:{_AT_WORD})"
    rf"\s{{1,2}}{_LABEL}(?:\.{_LABEL}){{1,4}})",
    re.IGNORECASE,
)


def email_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every e-mail address."""
    found = [_trimmed(text, *match.span()) for match in _ADDRESS.finditer(text)]
    for match in _SAID.finditer(text):
        start, end = match.span(1)
        if not any(start < other_end and other_start < end for other_start, other_end in found):
            found.append((start, end))
    yield from sorted(found)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while text[start] in "'.-":
        start += 1
    while text[end - 1] in "'.-":
        end -= 1
    return start, end
