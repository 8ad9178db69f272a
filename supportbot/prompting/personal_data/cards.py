"""Whether a run of digits is the number of a payment card. Pure."""

from collections.abc import Sequence

# First digits and lengths that the networks give out (ISO/IEC 7812 ranges as the networks publish them).
_NETWORKS = (
    (("4",), (13, 16, 19)),
    (tuple(str(first) for first in range(51, 56)), (16,)),
    (tuple(str(first) for first in range(2221, 2721)), (16,)),
    (("34", "37"), (15,)),
    (("300", "301", "302", "303", "304", "305", "36", "38", "39"), (14, 16, 19)),
    (("6011", "644", "645", "646", "647", "648", "649", "65"), (16, 17, 18, 19)),
    (tuple(str(first) for first in range(3528, 3590)), (16, 17, 18, 19)),
    (("62", "81"), (16, 17, 18, 19)),
    (("50", "56", "57", "58", "59", "60", "61", "63", "64", "66", "67", "68", "69"), (12, 13, 14, 15, 16, 17, 18, 19)),
    (("9792", "2200", "2201", "2202", "2203", "2204", "5081"), (16,)),
)


def is_card(digits: str, sizes: Sequence[int], said: str | None) -> bool:
    """Whether this is a card's number.

    Args:
        digits: 12 to 19 of them.
        sizes: of the groups in which they were written.
        said: what the word before says it is ("card", "id", ...), or None.

    A mistyped number is still a card when it is called one, or stands in four groups of four as on the card itself.
    """
    in_fours = len(sizes) >= 4 and all(size == 4 for size in sizes[:4]) and all(size <= 4 for size in sizes[4:])
    if len(set(digits)) == 1:
        return False
    if said == "card" and len(digits) >= 13:
        return True
    if not _is_written_as_one(sizes):
        return False
    real = passes_luhn(digits) and _has_network(digits)
    if said in ("id", "phone", "iban"):
        return real and in_fours
    return real or (in_fours and len(digits) == 16) or (len(digits) == 16 and _has_network(digits) and len(sizes) == 1)


def passes_luhn(digits: str) -> bool:
    """The check digit of ISO/IEC 7812-1, annex B."""
    total = 0
    for place, mark in enumerate(reversed(digits)):
        value = int(mark) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _has_network(digits: str) -> bool:
    return any(digits.startswith(first) and len(digits) in lengths for first, lengths in _NETWORKS)


def _is_written_as_one(sizes: Sequence[int]) -> bool:
    """Whether the groups are those in which people write a card, and not a row of dates or amounts."""
    whole = len(sizes) == 1 or tuple(sizes) in ((4, 6, 5), (4, 6, 4), (8, 8), (6, 10), (5, 5, 6))
    fours = all(size == 4 for size in sizes[:-1]) and sizes[-1] <= 4
    return whole or fours or set(sizes) == {1}
