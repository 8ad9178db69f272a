"""Months named in a text, in ten languages."""

import pytest

from supportbot.language.months import NamedMonth, months_in


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("I was billed twice in March", [NamedMonth(3)]),
        ("my February and March 2025 invoices", [NamedMonth(2), NamedMonth(3, 2025)]),
        ("the invoice for MAY please", [NamedMonth(5)]),
        ("charged on 3 may and on 14 Mar", [NamedMonth(5), NamedMonth(3)]),
        ("May I have my invoice? You may charge me. Sept croissants. Marco", []),
        ("Rechnung für März", [NamedMonth(3)]),
        ("Rechnung vom Maerz 2026", [NamedMonth(3, 2026)]),
        ("ma facture de février", [NamedMonth(2)]),
        ("la factura de marzo", [NamedMonth(3)]),
        ("a fatura de março", [NamedMonth(3)]),
        ("la fattura di gennaio", [NamedMonth(1)]),
        ("de factuur van maart", [NamedMonth(3)]),
        ("faktura w marcu", [NamedMonth(3)]),
        ("şubat faturası", [NamedMonth(2)]),
        ("فاتورة فبراير", [NamedMonth(2)]),
        ("", []),
    ],
)
def test_months_are_read_by_name_and_only_where_the_word_can_be_nothing_else(
    text: str, months: list[NamedMonth]
) -> None:
    assert list(months_in(text)) == months
