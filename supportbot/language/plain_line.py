"""Names and headlines as one plain line: nothing in them may turn the words around them, or stand unseen."""

import unicodedata

# Joiners shape letters and emoji; every other format character (direction marks, zero-width spaces) says nothing.
_JOINERS = "\u200c\u200d"


def plain_line(text: str) -> str:
    """The text on one line without direction marks and characters that cannot be seen."""
    shown = "".join(one for one in text if one in _JOINERS or unicodedata.category(one) != "Cf")
    return " ".join(shown.split())


def says_something(text: str) -> bool:
    """Whether anything of it can be seen."""
    return any(unicodedata.category(one) not in ("Cc", "Cf", "Zl", "Zp", "Zs") for one in text)
