"""`python -m tests.sameness [--record] [--out FILE]`: whether 400 messages still end as they did."""

import argparse
import sys
from pathlib import Path

from tests.sameness.comparison import expected, record, report, run

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--record", action="store_true", help="write what is expected from now on")
parser.add_argument("--out", type=Path, help="write every record in full")
asked = parser.parse_args()
lines = run()
if asked.out:
    asked.out.write_text("\n".join(lines), encoding="utf-8")
if asked.record:
    record(lines)
words, is_same = report(expected(), lines)
print(words)
sys.exit(0 if is_same else 1)
