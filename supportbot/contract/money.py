"""Money in text: one way to write an amount, one way to read a number. Integers only, never a float."""

import re
from decimal import Decimal
from functools import lru_cache

from babel.numbers import format_decimal

from supportbot.contract.types import Money
from supportbot.money import minor_digits


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
    match = re.fullmatch(rf"(.*?)[.,](\d{{1,2}}|\d{{{max(digits, 1)}}})", number.strip())
    whole, rest = (match.group(1), match.group(2)) if match else (number, "")
    if len(rest) > digits and rest.strip("0"):
        whole, rest = number, ""
    return int((re.sub(r"\D", "", whole) or "0") + rest[:digits].ljust(digits, "0"))
