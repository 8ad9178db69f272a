"""Finds what could be a person's name in a text: words in a row, the first and the last with a capital. Pure."""

import re

_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_LONGEST = 4


def possible_names(text: str, given: str) -> frozenset[str]:
    """Everything in `text` that may be a full name, two to four words, and does not stand in `given`.

    Words of a script without capitals all count. One word alone is no full name.
    """
    known = given.casefold()
    words = list(_WORD.finditer(text))
    found = set()
    for place, first in enumerate(words):
        last = first
        for following in words[place + 1 : place + _LONGEST]:
            if text[last.end() : following.start()] != " ":
                break
            last = following
            name = text[first.start() : last.end()]
            if _begins_a_name(first.group()) and _begins_a_name(last.group()) and name.casefold() not in known:
                found.add(name)
    return frozenset(found)


def _begins_a_name(word: str) -> bool:
    return not word[0].islower()
