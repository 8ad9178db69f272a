"""Finds international bank account numbers by country, length and check digits (ISO 13616, mod 97). Pure."""

import re
from collections.abc import Iterator
from functools import lru_cache

# Characters of an IBAN by country, from the IBAN registry.
_LENGTHS = {
    15: "NO",
    16: "BE",
    18: "DK FI FK FO GL NL SD",
    19: "MK SI",
    20: "AT BA EE KZ LT LU MN XK",
    21: "CH HR LI LV",
    22: "BG BH CR DE GB GE IE ME RS VA",
    23: "AE GI IL IQ OM SO TL",
    24: "AD CZ ES MD PK RO SA SE SK TN VG",
    25: "LY PT ST",
    26: "IS TR",
    27: "BI DJ FR GR IT MC MR SM",
    28: "AL AZ BY CY DO GT HN HU LB NI PL SV",
    29: "BR EG PS QA UA",
    30: "JO KW MU YE",
    31: "MT SC",
    32: "LC",
    33: "RU",
}
_LENGTH_OF = {country: length for length, countries in _LENGTHS.items() for country in countries.split()}
_BETWEEN = r"[ \t\r\n.\-–—/·]{0,3}"
_START = re.compile(rf"(?<![A-Za-z0-9])[A-Za-z]{{2}}{_BETWEEN}\d{_BETWEEN}\d")
_CALLED = re.compile(r"\biban\b[^\d]{0,20}$", re.IGNORECASE)


def iban_spans(text: str) -> Iterator[tuple[int, int]]:
    """Start and end of every IBAN. One whose check digits are wrong counts when the text calls it an IBAN."""
    for match in _START.finditer(text):
        length = _LENGTH_OF.get(match.group()[:2].upper())
        whole = _shape(length).match(text, match.start()) if length else None
        if whole and (passes_mod_97(whole.group()) or _CALLED.search(text, 0, match.start())):
            yield whole.span()


def passes_mod_97(written: str) -> bool:
    """Whether the check digits are right; spaces and signs between the characters do not count."""
    bare = re.sub(r"[^A-Z0-9]", "", written.upper())
    return int("".join(str(int(mark, 36)) for mark in bare[4:] + bare[:4])) % 97 == 1


@lru_cache(maxsize=32)
def _shape(length: int) -> re.Pattern[str]:
    return re.compile(rf"[A-Za-z0-9](?:{_BETWEEN}[A-Za-z0-9]){{{length - 1}}}(?![A-Za-z0-9])")
