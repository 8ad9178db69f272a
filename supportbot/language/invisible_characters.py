"""Characters that nobody sees, or that turn the direction of a text: removed, but for the joiners that Arabic needs."""

import re
import unicodedata
from collections.abc import Sequence

_CATEGORIES = frozenset({"Cc", "Cf", "Co", "Cn", "Cs"})
# Marks and letters that show nothing: variation selectors, fillers, the joiner of graphemes, the empty Braille cell.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_SELECTORS = ((0x180B, 0x180F), (0xFE00, 0xFE0F), (0xE0100, 0xE01EF))
_JOINERS = "\u200c\u200d"
_DIRECTION = "\u061c\u200e\u200f"
_ARABIC = "[\u0600-\u061b\u061d-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufefc]"
_STRAY = re.compile(f"(?<!{_ARABIC})[{_JOINERS}]|[{_JOINERS}](?!{_ARABIC})")
_HAS_ARABIC = re.compile(_ARABIC)
_STACKED = re.compile(r"([\u0300-\u036f]{2})[\u0300-\u036f]+")


def without_unseen(text: str) -> str:
    """`text` without them and composed (NFC); a line break, a tab and, in Arabic, its own marks stay."""
    if text.isascii() and text.isprintable():
        return text
    kept = "".join(mark for mark in text if mark in "\n\t" or mark in _JOINERS + _DIRECTION or not is_unseen(mark))
    kept = _STRAY.sub("", kept)
    if not _HAS_ARABIC.search(kept):
        kept = kept.translate(dict.fromkeys(map(ord, _DIRECTION)))
    return unicodedata.normalize("NFC", _STACKED.sub(r"\1", kept))


def without_direction(text: str) -> tuple[str, Sequence[int]]:
    """`text` without marks that turn its direction, and where each character that is left stood before."""
    if text.isascii() or not any(mark in text for mark in _DIRECTION):
        return text, range(len(text))
    places = [at for at, mark in enumerate(text) if mark not in _DIRECTION]
    return "".join(text[at] for at in places), places


def is_unseen(mark: str) -> bool:
    """Whether a character shows nothing by itself; spaces and line breaks are no such characters."""
    if mark == " " or mark in _BLANK or any(first <= ord(mark) <= last for first, last in _SELECTORS):
        return mark != " "
    return unicodedata.category(mark) in _CATEGORIES and mark not in "\n\t"


def written_out(text: str) -> str:
    """`text` with every unseen character as its number, e.g. "‹U+200B›", for people who look for it."""
    return "".join(f"‹U+{ord(mark):04X}›" if is_unseen(mark) else mark for mark in text)
