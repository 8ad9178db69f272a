"""How many decimals a currency has, and an amount in plain figures. Integers only, never a float.

ISO 4217 decides, not how a currency is written in shops: CLDR, and so Babel, writes some without decimals (RSD, IQD)
whose records still count in hundredths or thousandths.
"""

from collections.abc import Mapping

NO_CURRENCY = "XXX"
"""ISO 4217's code for an amount whose currency nobody named."""
_NONE = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_DIGITS: Mapping[str, int] = {
    **dict.fromkeys(_NONE.split(), 0),
    **dict.fromkeys(_THREE.split(), 3),
    **dict.fromkeys(_FOUR.split(), 4),
}


def minor_digits(currency: str) -> int:
    """How many decimals an amount of this ISO 4217 currency has: 2 for EUR, 0 for JPY, 3 for KWD."""
    return _DIGITS.get(currency, 2)


def plain_amount(minor: int, currency: str) -> str:
    """Minor units in figures, without the currency: "49.00" for 4900 EUR, "4900" for 4900 JPY, "−4.900" for KWD."""
    digits = minor_digits(currency)
    whole, rest = divmod(abs(minor), 10**digits)
    return f"{'−' if minor < 0 else ''}{whole}{f'.{rest:0{digits}d}' if digits else ''}"
