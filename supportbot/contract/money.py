"""Money in text: one way to write an amount, one way to read a number. Integers only, never a float."""

import re
from decimal import Decimal

from babel.numbers import format_decimal

from supportbot.contract.types import Money


def format_money(money: Money, locale: str = "en") -> str:
    """The one spelling of an amount: "49.00 EUR", with the digits grouped and pointed as the locale does."""
    number = format_decimal(Decimal(abs(money.minor)) / 100, format="#,##0.00", locale=locale)
    sign = "−" if money.minor < 0 else ""
    return f"{sign}{number} {money.currency}"


def read_minor(number: str) -> int:
    """Minor units of a written number: "1,299.50", "1.299,50", "49" and "49,5" are all understood.

    The last point or comma before one or two digits is the decimal mark; every other mark groups thousands.
    """
    match = re.fullmatch(r"(.*?)(?:[.,](\d{1,2}))?", number.strip())
    whole, cents = (match.group(1), match.group(2) or "") if match else (number, "")
    return int(re.sub(r"\D", "", whole) or "0") * 100 + int(cents.ljust(2, "0") or "0")
