#!/usr/bin/env bash
# Guess: two reviewers who mark the same twelve conversations alike, all twelve "ok", agree with 1.0 by every chance-
# corrected statistic, and two libraries give the same number for the same statistic.
#
# What happens: Krippendorff's alpha of that week is an error in one library, not a number there once both marks are
# declared, and 1.0 in the other library for the same declared marks; without them it divides by zero, as Fleiss' kappa
# does either way. Gwet's AC1 is 1.0 and keeps an interval only where the marks are declared. One different mark in
# twelve, and both libraries agree again: alpha 0.0, AC1 0.91.
#
# Versions: krippendorff==0.9.0, irrCAC==0.4.4, with numpy==1.26.4 and pandas==2.3.3; Python 3.11. Run on 2026-12-01.
#
# Why it matters: a desk where a few replies a week are read twice sees the perfect week more often than any other. A page
# that shows such a statistic needs a rule of its own for it, and a test against one of these libraries must leave out
# exactly the usual case.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install \
  krippendorff==0.9.0 irrCAC==0.4.4 numpy==1.26.4 pandas==2.3.3

"$folder/venv/bin/python" -W ignore - >"$folder/seen" <<'PYTHON'
import krippendorff
import pandas
from irrCAC.raw import CAC

MARKS = ["ok", "not ok"]
FIRST = ["ok"] * 12
PERFECT, ONE_APART = ["ok"] * 12, ["ok"] * 11 + ["not ok"]


def answer(ask):
    try:
        return ask()
    except Exception as error:
        return type(error).__name__


def by_krippendorff(second, marks):
    rows = [[MARKS.index(mark) for mark in marks_of_one] for marks_of_one in (FIRST, second)]
    domain = [MARKS.index(mark) for mark in marks] if marks else None
    return float(krippendorff.alpha(reliability_data=rows, value_domain=domain, level_of_measurement="nominal"))


def by_irrcac(statistic, second, marks):
    ratings = CAC(pandas.DataFrame({"first": FIRST, "second": second}), categories=marks)
    found = getattr(ratings, statistic)()["est"]
    return float(found["coefficient_value"]), float(found["confidence_interval"][0])


def show(week, second, marks):
    print(f"{week}:")
    print("  alpha, krippendorff:", answer(lambda: f"{by_krippendorff(second, marks):.2f}"))
    for name, statistic in (("alpha", "krippendorff"), ("Fleiss' kappa", "fleiss"), ("AC1", "gwet")):
        print(f"  {name}, irrCAC:", answer(lambda: "{:.2f} (from {:.2f})".format(*by_irrcac(statistic, second, marks))))


show("all twelve alike, marks as seen", PERFECT, None)
show("all twelve alike, marks declared", PERFECT, MARKS)
show("eleven alike, marks declared", ONE_APART, MARKS)
PYTHON

cat "$folder/seen"
diff - "$folder/seen" <<'SEEN'
all twelve alike, marks as seen:
  alpha, krippendorff: ValueError
  alpha, irrCAC: ZeroDivisionError
  Fleiss' kappa, irrCAC: ZeroDivisionError
  AC1, irrCAC: 1.00 (from nan)
all twelve alike, marks declared:
  alpha, krippendorff: nan
  alpha, irrCAC: 1.00 (from 1.00)
  Fleiss' kappa, irrCAC: ZeroDivisionError
  AC1, irrCAC: 1.00 (from 1.00)
eleven alike, marks declared:
  alpha, krippendorff: 0.00
  alpha, irrCAC: 0.00 (from -0.10)
  Fleiss' kappa, irrCAC: -0.04 (from -0.14)
  AC1, irrCAC: 0.91 (from 0.69)
SEEN
