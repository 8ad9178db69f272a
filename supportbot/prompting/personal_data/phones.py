"""Whether a run of digits is a telephone number: by its country code, by what it is called, or because it exists."""

import re
from functools import lru_cache

import phonenumbers

from supportbot.language.languages import language_of, words

# Regions whose people write their numbers without a leading zero.
_NO_ZERO = frozenset({"US", "IN", "ES", "PT", "PL", "MX"})
_LEAST = 9
_DATE = re.compile(r"(?:[0-3]\d[01]\d|[01]\d[0-3]\d)20\d\d|20\d\d[01]\d[0-3]\d")  # "tel me, was it 06032018?"


def is_phone(written: str, said: str | None, locale: str) -> bool:
    """Whether this is a telephone number.

    Args:
        written: as it stands in the text, with its signs.
        said: what the word before says it is ("phone", "id", ...), or None.
        locale: of the conversation.
    """
    digits = re.sub(r"\D", "", written)
    abroad = written.startswith("+") or digits.startswith("00")
    if len(digits) > 15 + 2 * digits.startswith("00") or len(set(digits)) == 1:
        return False
    if abroad:
        return _is_possible("+" + digits.removeprefix("00") if digits.startswith("00") else "+" + digits)
    if said == "phone":
        return len(digits) >= 7 and not _DATE.fullmatch(written)
    if said is not None or len(digits) < _LEAST or not _is_grouped_as_one(written):
        return False
    return _exists_somewhere(digits, language_of(locale))


def _is_grouped_as_one(written: str) -> bool:
    """Whether the groups are those of a telephone number, and not of a version, an address of a machine or a sum."""
    groups = [len(group) for group in re.findall(r"\d+", written)]
    signs = set(re.findall(r"[^\d\s()]", written))
    if len(groups) == 1:
        return groups[0] <= 12
    return len(signs) <= 1 and max(groups) <= 8 and min(groups) >= 2 and (groups[-1] > 2 or len(groups) > 3)


@lru_cache(maxsize=4096)
def _exists_somewhere(digits: str, language: str) -> bool:
    for region in words(language, "phone_regions") or words("en", "phone_regions"):
        if (digits.startswith("0") or region in _NO_ZERO) and _is_valid(digits, region):
            return True
    return False


def _is_valid(digits: str, region: str) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False


def _is_possible(number: str) -> bool:
    try:
        return phonenumbers.is_possible_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return False
