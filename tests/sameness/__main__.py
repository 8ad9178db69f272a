"""`python -m tests.sameness`: whether 400 messages still come out as they were recorded, byte for byte.

First every word that the product knows is read in a text of its own, then the messages go through the real path.
--record rewrites what is expected; --out FILE writes everything in full; --against FILE compares with such a file
(of another checkout, say) and shows both sides; --only ID plays one message, and prints it in full.
"""

import argparse
import json
import logging
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.sameness.comparison import (
    EXPECTED,
    MESSAGES,
    MOST_SHOWN,
    differences,
    read_lines,
    report,
    shortened,
    write_lines,
)
from tests.sameness.path import make_ground, walk
from tests.sameness.texts import all_texts, expected_lines, read_all, record_texts, text_differences

Rows = list[dict[str, Any]]


def main() -> int:
    """Play, compare and print; 1 when something differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.sameness", description=__doc__)
    parser.add_argument("--record", action="store_true", help="rewrite what is expected")
    parser.add_argument("--out", type=Path, help="write everything in full to this file")
    parser.add_argument("--against", type=Path, help="compare with a file written by --out")
    parser.add_argument("--only", action="append", default=[], help="play this message alone and print it")
    parser.add_argument("--show", type=int, default=MOST_SHOWN, help="so many that differ are shown")
    given = parser.parse_args()
    logging.disable()  # models that fail are played here
    started = time.monotonic()
    texts = [] if given.only else list(read_all(all_texts()))
    cases = [case for case in read_lines(MESSAGES) if not given.only or case["id"] in given.only]
    full = _played(cases)
    print(f"{len(texts)} texts and {len(cases)} messages in {time.monotonic() - started:.1f} s.", file=sys.stderr)
    if given.out:
        write_lines(given.out, [*texts, *full])
    if given.only and not given.against:
        print(json.dumps(full, ensure_ascii=False, indent=1, sort_keys=True))
    short = [shortened(case, one) for case, one in zip(cases, full, strict=True)]
    if given.record and not given.only:
        record_texts(texts)
        write_lines(EXPECTED, short)
    if given.against:
        known = {row["id"] for row in (*texts, *full)} if given.only else None
        rows = [row for row in read_lines(given.against) if known is None or row["id"] in known]
        was_texts, was = ([row for row in rows if row["id"].startswith("text ") is wanted] for wanted in (True, False))
        differing_texts, differing = list(differences(was_texts, texts)), list(differences(was, full))
    else:
        differing_texts = list(text_differences(expected_lines(), texts)) if texts else []
        ids = {case["id"] for case in cases}
        differing = list(differences([row for row in read_lines(EXPECTED) if row["id"] in ids], short))
    if texts:
        print(report(len(texts), differing_texts, most=given.show, of="texts "))
    print(report(len(cases), differing, most=given.show))
    return 1 if differing or differing_texts else 0


def _played(cases: Sequence[dict[str, Any]]) -> Rows:
    with tempfile.TemporaryDirectory() as folder, make_ground(Path(folder)) as ground:
        return [{"id": case["id"], **walk(ground, case)} for case in cases]


if __name__ == "__main__":
    sys.exit(main())
