"""Amounts of money that a text states: numbers beside a currency's code, sign or name, as CLDR and people write them.

An amount whose currency cannot be told ("₿₿ 49.00", "49 pesos" where no record is in pesos) is one too, in a currency
that equals no other: what cannot be read must not pass for what fits.
"""

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache

from supportbot.language.currencies import USUAL, counts, marks, name_key, which
from supportbot.language.extract_values import is_within_date
from supportbot.language.invisible_characters import without_direction
from supportbot.language.lookalikes import plain
from supportbot.language.money import UNKNOWN_CURRENCY, Money, minor_digits, read_minor

NUMBER = (
    r"(?:\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,4})?"  # 1,23,456.78
    r"|\d{1,3}(?:[ .,'’]\d{3})+(?:[.,]\d{1,4})?"
    r"|\d+(?:[.,]\d{1,4})?)(?!\d)"
)
_NUMBER = re.compile(rf"(?<!\d)(?<!\d[.,'’]){NUMBER}")
_DASH = re.compile(r"[.,][-–—]{1,2}")
_CENTS = re.compile(
    r"(?<![\w.,:/-])(\d{1,3}(?:[ .,'’]\d{3})*[.,]\d{2})(?![\w%:/-]|[.,]\d|\s?%|\s?(?:kg|g|l|ml|cm|mm|m|km)\b)"
)
_FILS = re.compile(_CENTS.pattern.replace(r"\d{2})(?!", r"\d{3})(?!"))
_WORDS = re.compile(r"[\s-]?([^\W\d_]+(?:(?: & | \(|[ \-'’.]{1,2})[^\W\d_]+){0,6})")
_WORD = re.compile(r"[^\W\d_]+")
_STRANGE = re.compile(r"\s?([^\w\s])(?!\w)")
_LAST_WORD = re.compile(r"(?<![\w])([^\W\d_]+)\.?\s$")
_REACH = 24
"""How far before a number its currency's sign may begin."""
# "2 pounds of coffee" weighs something.
_WEIGHTS = frozenset(["pound", "pounds", "livre", "livres", "libra", "libras", "funt", "funty", "funtów", "pfund"])
_WEIGHED = re.compile(r"\s(?:of|de|d'|di|kawy|kaffee)\b", re.IGNORECASE)


def amounts_in(text: str, default_currency: str, *, own: Collection[str] = ()) -> tuple[Money, ...]:
    """Every amount in order of appearance, without sign: with a currency, or bare with its decimals ("98.00").

    Args:
        own: the currencies of the shop and the record: "$", "kr" and "dinar" mean theirs.
    """
    return tuple(money for _, _, money in amount_spans(plain(text), default_currency, own=own))


def amount_spans(
    text: str, default_currency: str | None, *, own: Collection[str] = ()
) -> tuple[tuple[int, int, Money], ...]:
    """Start, end and value of every amount in plain text; bare numbers only with a default currency."""
    shown, places = without_direction(text)
    mine = tuple(dict.fromkeys((*own, *([default_currency] if default_currency else []))))
    found: list[tuple[int, int, Money]] = []
    for match in _NUMBER.finditer(shown):
        read = _beside_currency(shown, match, mine, free_from=found[-1][1] if found else 0)
        if read is not None and not is_within_date(shown, match.span()):
            found.append(read)
    if default_currency is not None:
        found = _with_bare(shown, found, default_currency)
    return tuple((places[start], places[end - 1] + 1, money) for start, end, money in found)


def is_currency(word: str) -> bool:
    """Whether a word or a sign by itself names a currency."""
    known = marks()
    meant = known.names.get(name_key(word), ()) or known.signs.get(word, ())
    return bool(meant) and counts(name_key(word), meant, ())


def _with_bare(text: str, found: list[tuple[int, int, Money]], default_currency: str) -> list[tuple[int, int, Money]]:
    """Those found already, and every number that has a currency's decimals and names none."""
    taken = [span[:2] for span in found]
    for match in (_FILS if minor_digits(default_currency) == 3 else _CENTS).finditer(text):
        start, end = match.span()
        if not any(start < other_end and other < end for other, other_end in taken) and not is_within_date(
            text, (start, end)
        ):
            found.append((start, end, Money(read_minor(match[1], default_currency), default_currency)))
    return sorted(found, key=lambda span: span[0])


def _beside_currency(
    text: str, number: re.Match[str], own: Collection[str], *, free_from: int
) -> tuple[int, int, Money] | None:
    """The amount that a number and the currency before or after it make; None for a number alone.

    Args:
        free_from: where the amount before this one ended: its currency is not this one's.
    """
    start, end = number.span()
    dash = _DASH.match(text, end)
    behind, meant_after = _after(text, dash.end() if dash else end, own)
    begin, meant_before = _before(text, start, number[0], own, free_from)
    if meant_after and (begin < start or start == 0 or not _is_joined(text[start - 1])):
        currency = which(meant_after, own)
        begin = begin if meant_before else start
        return min(begin, start), behind, Money(read_minor(number[0], currency), currency)
    if meant_before:
        currency = which(meant_before, own)
        return begin, dash.end() if dash else end, Money(read_minor(number[0], currency), currency)
    return None


def _after(text: str, at: int, own: Collection[str]) -> tuple[int, tuple[str, ...]]:
    """Where the currency's mark behind a number ends, and what it may mean; nothing where none stands there."""
    known = marks()
    sign = _signs()[0].match(text, at)
    words = _WORDS.match(text, at)
    if words:
        parts = list(_WORD.finditer(text, words.start(1), words.end(1)))[: known.longest_name]
        for count in range(len(parts), 0, -1):
            end = parts[count - 1].end()
            name = name_key(text[parts[0].start() : end])
            meant = known.names.get(name, ())
            if (
                meant
                and counts(name, meant, own)
                and (end == len(text) or not text[end].isdigit())
                and (sign is None or end > sign.end())
            ):
                return (at, ()) if name in _WEIGHTS and _WEIGHED.match(text, end) else (end, meant)
    if sign and counts(sign[1], known.signs[sign[1]], own):
        return sign.end(), known.signs[sign[1]]
    strange = _STRANGE.match(text, at)
    is_strange = strange is not None and unicodedata.category(strange[1]) == "Sc"
    return (strange.end(), (UNKNOWN_CURRENCY,)) if strange and is_strange else (at, ())


def _before(text: str, at: int, number: str, own: Collection[str], free_from: int) -> tuple[int, tuple[str, ...]]:
    """Where the currency's mark before a number begins, and what it may mean."""
    known, reach = marks(), max(free_from, at - _REACH)
    near = text[reach:at]
    sign = _signs()[1].search(near)
    if sign and counts(sign[1], known.signs[sign[1]], own):
        begin = reach + sign.start(1)
        joined = re.search(r"[A-Za-z]+$", text[reach:begin])  # "XX$49": nobody's dollar
        return (begin - len(joined[0]), (UNKNOWN_CURRENCY,)) if joined else (begin, known.signs[sign[1]])
    word = _LAST_WORD.search(near)
    if word and re.search(r"[.,]\d{2,3}$", number):  # "euro 49,90"
        meant = known.names.get(name_key(word[1]), ())
        if meant[:1] and meant[0] in USUAL and counts(name_key(word[1]), meant, own):
            return reach + word.start(1), meant
    mark = near.rstrip()[-1:]
    is_strange = bool(mark) and unicodedata.category(mark) == "Sc" and len(near) - len(near.rstrip()) < 2
    return (reach + near.rindex(mark), (UNKNOWN_CURRENCY,)) if is_strange else (at, ())


def _is_joined(mark: str) -> bool:
    return mark.isalnum() or mark in "_.,"


@lru_cache(maxsize=1)
def _signs() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Any sign behind a number, and any before one."""
    either = "|".join(sorted(map(re.escape, marks().signs), key=len, reverse=True))
    return re.compile(rf"[\s-]?({either})(?!\w)"), re.compile(rf"(?<![^\W_])({either})\s?[-−]?\s?$")
