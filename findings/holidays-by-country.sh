#!/usr/bin/env bash
# Guess: for a country's code alone, two holiday calendars for Python agree on the public holidays of 2026.
#
# What happens: neither can be trusted alone with the two letters.
#   - holidays, "GB": only what England, Wales, Scotland and Northern Ireland share. Easter Monday (6 April) and the
#     summer bank holiday (31 August) are working days; with subdivision "ENG" they are free, as gov.uk lists them.
#   - workalendar, "PL": 24 December is a working day. By a law of 2024 (Dz.U. 2024 poz. 1965) it is free from 2025 on;
#     holidays has it.
#   - workalendar, "IE": no Saint Brigid's Day (2 February 2026), free since 2023; holidays has it. It also
#     moves Saint Stephen's Day, a Saturday, to Monday 28 December; holidays does not.
# On Germany, Austria and France they agree.
#
# Versions: holidays==0.109, workalendar==17.0.0; Python 3.11. Run on 2026-12-01.
#
# Why it matters: a target of answering within a working day runs over, or an alarm wakes somebody, on a day when nobody
# is in. A setting that asks a desk for its country and not for its part of it is wrong in London, and no calendar shows
# that by itself: the list looks complete.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install holidays==0.109 workalendar==17.0.0

"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
import holidays
from workalendar.registry import registry


def weekdays(days):
    """Without weekends: one of the two lists Easter Sunday where the other does not."""
    return {day for day in days if day.weekday() < 5}


def compare(code, subdivision=None):
    one = weekdays(holidays.country_holidays(code, subdiv=subdivision, years=2026))
    other = weekdays(day for day, _ in registry.get(code)().holidays(2026))
    place = f"{code}-{subdivision}" if subdivision else code
    alone = [" ".join(sorted(map(str, days))) or "none" for days in (one - other, other - one)]
    print(f"{place}: only holidays {alone[0]}; only workalendar {alone[1]}")


compare("GB")
compare("GB", "ENG")
for code in ("PL", "IE", "DE", "AT", "FR"):
    compare(code)
PYTHON

cat "$folder/seen"
diff - "$folder/seen" <<'SEEN'
GB: only holidays none; only workalendar 2026-04-06 2026-08-31
GB-ENG: only holidays none; only workalendar none
PL: only holidays 2026-12-24; only workalendar none
IE: only holidays 2026-02-02; only workalendar 2026-12-28
DE: only holidays none; only workalendar none
AT: only holidays none; only workalendar none
FR: only holidays none; only workalendar none
SEEN
