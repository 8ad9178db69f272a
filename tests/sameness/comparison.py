"""Runs the path and holds what came of it to what was recorded."""

import gzip
import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.sameness.messages import Sent, answered, faulty, written
from tests.sameness.path import open_path

EXPECTED = Path(__file__).with_name("expected.jsonl.gz")
MESSAGES = 400
_MOST_SHOWN = 10


def run() -> list[str]:
    """Every record as one line of JSON: what the story drafted, then each message sent."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = open_path(Path(folder), stack)
        told = list(path.story())
        sent = [*answered(), *faulty()]
        sent = [*sent, *list(written())[: MESSAGES - len(sent) - (len(told) - 1)]]
        return [_line(record) for record in (*told, *(_said(path, one) for one in sent))]


def _said(path: Any, one: Sent) -> dict[str, Any]:
    if one.behaviour is not None:
        path.fast.behaviours = [one.behaviour]
        path.reasoning.behaviours = [one.behaviour]
    return path.say(one.name, one.text, locale=one.locale, api=one.api)


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, sort_keys=True)


def expected() -> list[str]:
    """What was recorded."""
    return gzip.decompress(EXPECTED.read_bytes()).decode().splitlines()


def record(lines: Sequence[str]) -> None:
    """Write what is expected from now on."""
    EXPECTED.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


def differences(before: Sequence[str], after: Sequence[str]) -> Iterator[str]:
    """One line for each place in which two runs differ: the message, where in its record, both values."""
    if len(before) != len(after):
        yield f"{len(before)} records before, {len(after)} after"
    for old, new in zip(before, after, strict=False):
        if old != new:
            one, other = json.loads(old), json.loads(new)
            for place, was, now in _places(one, other, ""):
                yield f"{one['name']}{place}: {was!r} -> {now!r}"


def report(before: Sequence[str], after: Sequence[str]) -> tuple[str, bool]:
    """What to print, and whether all is the same."""
    found = list(differences(before, after))
    same = sum(old == new for old, new in zip(before, after, strict=False))
    if not found:
        return f"{same - 1} of {len(before) - 1} identical", True
    shown = "\n".join(line[:600] for line in found[:_MOST_SHOWN])
    return f"{shown}\n(+{max(0, len(found) - _MOST_SHOWN)} more)\n{same} of {len(before)} records identical", False


def _places(old: Any, new: Any, at: str) -> Iterator[tuple[str, Any, Any]]:
    if isinstance(old, dict) and isinstance(new, dict):
        for key in sorted({*old, *new}):
            yield from _places(old.get(key), new.get(key), f"{at}.{key}")
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _places(one, other, f"{at}[{number}]")
    elif old != new:
        yield at, old, new
