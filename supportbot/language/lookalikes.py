"""Spellings for matching: one form for look-alike characters, and what a disguised text reads like."""

import re
import unicodedata
from functools import lru_cache

_FORMS = frozenset({"<wide>", "<narrow>", "<font>", "<noBreak>", "<circle>", "<super>", "<sub>"})
# Letters of other scripts that look Latin.
_LOOKALIKES = str.maketrans(
    "абвгеёзикмнорстухіјѕԁԛԝһӏАВЕКМНОРСТУХІЈЅԌԚԜαβγεηικνορτυχωΑΒΕΖΗΙΚΜΝΟΡΤΥΧıɑɡɩⅼ",
    "a6breeзukмhopctyxijsdqwhlABEKMHOPCTYXIJSGQWaβyeηiκvopтuxwABEZHIKMNOPTYXiagil",
)
# The decimal and the group mark of Arabic digits.
_ARABIC_MARKS = {"\u066b": ".", "\u066c": ","}
_LEET = str.maketrans("0134578@$", "oieastbas")
_LEET_WORD = re.compile(r"(?<![\w@$])(?=[\w@$]*[^\W\d_])(?=[\w@$]*[\d@$])[\w@$]{4,}")
_SPACED = re.compile(r"(?<!\w)\w(?:[ .\-_*]\w){3,}(?!\w)")


def plain(text: str) -> str:
    """`text` in one spelling for matching, as long as before: wide forms folded, digits ASCII, odd spaces plain."""
    return text if text.isascii() else "".join(map(_plain_mark, text))


def straight(text: str) -> str:
    """`text` with typographic apostrophes straight, same length."""
    return text.replace("’", "'").replace("‘", "'")


def readings(text: str) -> tuple[str, ...]:
    """`text` as written and as a person would read it in disguise: look-alikes, "r3fund", "r e f u n d"."""
    spelled = straight(plain(text))
    joined = _SPACED.sub(lambda match: re.sub(r"[ .\-_*]", "", match.group()), spelled)
    alike = spelled.translate(_LOOKALIKES)
    leet = _LEET_WORD.sub(lambda match: match.group().translate(_LEET), alike)
    return tuple(dict.fromkeys((spelled, alike, leet, joined, joined.translate(_LOOKALIKES))))


@lru_cache(maxsize=4096)
def _plain_mark(mark: str) -> str:
    if mark in _ARABIC_MARKS:
        return _ARABIC_MARKS[mark]
    if mark.isdecimal():
        return str(unicodedata.decimal(mark))
    form, _, _ = unicodedata.decomposition(mark).partition(" ")
    folded = unicodedata.normalize("NFKC", mark) if form in _FORMS else mark
    return folded if len(folded) == 1 else mark
