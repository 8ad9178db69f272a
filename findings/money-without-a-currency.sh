#!/usr/bin/env bash
# Guess: an amount that a money formatter writes shows its currency, by sign, code or name, in every locale.
#
# What happens: CLDR gives the escudo of Cape Verde, in the locales of Cape Verde, a sign that nobody can see (a
# zero-width space). "986 078,94" with that sign is money without a currency: a program that looks for one finds none,
# and one that drops unseen characters from text drops the currency with them. The same amount in Portugal's locale, or
# by name, shows it. Portugal's old escudo has such a sign too, in its own locale.
#
# Versions: Babel==2.18.0; Python 3.11. Run on 2026-12-01.
#
# Why it matters: a support desk reads amounts back from what other systems wrote, and compares them with a record.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install Babel==2.18.0

"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import unicodedata
from decimal import Decimal

from babel import Locale, localedata
from babel.numbers import format_currency


def shown(text):
    return "".join(mark for mark in text if unicodedata.category(mark) != "Cf")


amount = Decimal("986078.94")
for locale in ("pt_CV", "kea_CV", "pt_PT"):
    print(f"{locale}: {shown(format_currency(amount, 'CVE', locale=locale)).split()}")
print("by name:", shown(format_currency(amount, "CVE", locale="pt_CV", format_type="name")).split())
unseen = [
    (name, code)
    for name in localedata.locale_identifiers()
    for code, sign in Locale.parse(name).currency_symbols.items()
    if not shown(sign).strip()
]
print("signs that show nothing:", sorted({code for _, code in unseen}), "in", sorted({name for name, _ in unseen}))
PYTHON

cat "$folder/seen"
diff - "$folder/seen" <<'SEEN'
pt_CV: ['986', '078,94']
kea_CV: ['986', '078,94']
pt_PT: ['986', '078,94', 'CVE']
by name: ['986', '078,94', 'escudos', 'cabo-verdianos']
signs that show nothing: ['CVE', 'PTE'] in ['kea', 'kea_CV', 'pt_AO', 'pt_CH', 'pt_CV', 'pt_GQ', 'pt_GW', 'pt_LU', 'pt_MO', 'pt_MZ', 'pt_PT', 'pt_ST', 'pt_TL']
SEEN
