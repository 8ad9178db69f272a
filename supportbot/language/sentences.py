"""Where a sentence ends: splitting and shortening text without cutting an amount, a date or an abbreviation."""

import re

from supportbot.language.languages import every_word
from supportbot.language.months import month_names

_ABBREVIATIONS = every_word("abbreviations")
_END = re.compile(r"([.!?…。؟]+[\"'”’»)\]]*)(\s+)|(\n+)")
_TERMINAL = re.compile(r"[.!?…。؟][\"'”’»)\]]*$")


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of `text` in order, stripped; a line break ends one too."""
    parts: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if match.start() < start or not _ends_here(text, match, start):
            continue
        parts.append(text[start : match.end(1) if match.group(1) else match.start()].strip())
        start = match.end()
    parts.append(text[start:].strip())
    return tuple(part for part in parts if part)


def is_one_sentence(text: str) -> bool:
    """Whether `text` holds exactly one sentence and ends like one."""
    return len(split_sentences(text)) == 1 and ends_like_a_sentence(text)


def ends_like_a_sentence(text: str) -> bool:
    """Whether `text` ends with the mark of a sentence's end."""
    return bool(_TERMINAL.search(text.rstrip()))


def end_sentence(text: str) -> str:
    """`text` with a full stop when it ends without any mark."""
    stripped = text.rstrip()
    if not stripped or ends_like_a_sentence(stripped):
        return stripped
    return stripped.rstrip(" ,;:-–—") + "." if stripped.rstrip(" ,;:-–—") else ""


def shorten(text: str, limit: int) -> str:
    """At most `limit` characters of `text`: whole sentences; one that is too long is cut after a word with "…"."""
    if len(text) <= limit:
        return text
    end = 0
    for match in _END.finditer(text):
        stop = match.end(1) if match.group(1) else match.start()
        if stop > limit:
            break
        if _ends_here(text, match, 0):
            end = stop
    if end:
        return text[:end].rstrip()
    cut = text[: limit - 1]
    words = cut.rsplit(None, 1)
    kept = words[0] if len(words) == 2 else cut
    return kept.rstrip(" ,;:-–—.") + "…"


def _ends_here(text: str, match: re.Match[str], start: int) -> bool:
    if match.group(3):
        return True
    following = text[match.end() : match.end() + 1]
    if following.islower() and not match.group(1).startswith(("!", "?")):
        return False
    word = text[max(start, match.start() - 12) : match.start()].split()
    last = word[-1].lower().lstrip("(\"'“‘«") if word else ""
    if match.group(1) != ".":
        return True
    return not (last in _ABBREVIATIONS or _is_initial(last) or _is_day(last, text[match.end() : match.end() + 20]))


def _is_day(word: str, following: str) -> bool:
    """Whether "14." is the day of a date, as in "14. März"."""
    month = re.match(r"\w+", following)
    return word.isdecimal() and len(word) <= 2 and month is not None and month.group().lower() in month_names()


def _is_initial(word: str) -> bool:
    return len(word) == 1 and word.isalpha() and word != "i"
