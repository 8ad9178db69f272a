"""Money: an amount in minor units, written and read in one way. Integers only, never a float.

ISO 4217 decides how many decimals a currency has, not how it is written in shops: CLDR, and so Babel, writes some
without decimals (RSD, IQD) whose records still count in hundredths or thousandths.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_decimal

NO_CURRENCY = "XXX"
"""ISO 4217's code for an amount whose currency nobody named."""
UNKNOWN_CURRENCY = "XTS"
"""An amount in a currency that cannot be told; it equals no other amount. ISO 4217 keeps the code for tests."""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_DIGITS: Mapping[str, int] = {
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
    **dict.fromkeys(_FOUR.split(), 4),
}


# Counted in thousandths by ISO 4217, and written without by everybody: "22,246 IQD" has no decimals.
_WRITTEN_WHOLE = frozenset({"IQD"})


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents; whole yen; fils) of an ISO 4217 currency; never a float."""

    minor: int
    currency: str

    def __str__(self) -> str:
        return f"{plain_amount(self.minor, self.currency)} {self.currency}"


def minor_digits(currency: str) -> int:
    """How many decimals an amount of this ISO 4217 currency has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency, 2)


def plain_amount(minor: int, currency: str) -> str:
    """Minor units in figures, without the currency: "49.00" for 4900 EUR, "4900" for 4900 JPY, "−4.900" for KWD."""
    digits = minor_digits(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{'−' if minor < 0 else ''}{whole}{f'.{rest:0{digits}d}' if digits else ''}"


@lru_cache(maxsize=4096)
def format_money(money: Money, locale: str = "en") -> str:
    """The one spelling of an amount: "49.00 EUR", with the digits grouped and pointed as the locale does."""
    digits = minor_digits(money.currency)
    amount = Decimal(abs(money.minor)).scaleb(-digits)
    number = format_decimal(amount, format=f"#,##0{'.' if digits else ''}{'0' * digits}", locale=locale)
    sign = "−" if money.minor < 0 else ""
    return f"{sign}{number} {money.currency}"


def read_minor(number: str, currency: str = "EUR") -> int:
    """Minor units of a written number: "1,299.50", "1.299,50", "49" and "49,5" are all understood.

    The last point or comma is the decimal mark when as many digits follow it as the currency has decimals, or fewer;
    zeros alone are decimals in every currency ("1000.00 JPY"). Every other mark groups thousands.
    """
    digits = minor_digits(currency)
    decimals = 0 if currency in _WRITTEN_WHOLE else digits
    match = re.fullmatch(rf"(.*?)[.,](\d{{1,2}}|\d{{{max(decimals, 1)}}})", number.strip())
    whole, rest = (match.group(1), match.group(2)) if match else (number, "")
    if len(rest) > digits and rest.strip("0"):
        whole, rest = number, ""
    return int((re.sub(r"\D", "", whole) or "0") + rest[:digits].ljust(digits, "0"))
