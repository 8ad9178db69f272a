"""What is recorded of 400 messages, kept in a file, and how two recordings differ."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from difflib import unified_diff
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
MESSAGES = HERE / "messages.jsonl"
EXPECTED = HERE / "expected.jsonl"
MOST_SHOWN = 5
MOST_LINES = 40
Full = Mapping[str, Any]


def read_lines(path: Path) -> list[dict[str, Any]]:
    """The objects of a file, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]


def write_lines(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """One object a line, in one order of keys."""
    path.write_text("".join(f"{_line(row)}\n" for row in rows), encoding="utf-8")


def _line(row: Mapping[str, Any]) -> str:
    """As it reads; a half of a character, which no file holds, is escaped with the rest of its line."""
    line = json.dumps(row, ensure_ascii=False, sort_keys=True)
    has_half = any("\ud800" <= mark <= "\udfff" for mark in line)
    return json.dumps(row, sort_keys=True) if has_half else line


def shortened(case: Full, full: Full) -> dict[str, Any]:
    """What the kept file says of one message: a hash of each section, and what a reader wants to know of it."""
    sections = {name: digest(value) for name, value in full.items() if name != "id"}
    return {"id": case["id"], "sections": sections, "tells": told(full)}


def digest(value: object) -> str:
    """A hash of a value by its meaning."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def told(full: Full) -> dict[str, Any]:
    """A message's outcome in short, readable where the whole differs."""
    decision = (full["decision"] or [{}])[0]
    return {
        "decision": {
            name: decision.get(name)
            for name in ("topic", "risk", "unsure", "lane", "task", "hold_kind", "rule", "reason")
        },
        "codes": [f"{one['layer']}:{one['code']}" for one in decision.get("reasons") or ()],
        "drafts": [
            {
                **{
                    name: draft[name]
                    for name in ("task", "state", "state_reason", "model_key", "outcome", "content_hash")
                },
                "reply": _words(reply),
                "changed": [one["rule"] for one in changes],
                "failed": [one["rule"] for one in checks if not one["passed"]],
            }
            for draft, reply, changes, checks in zip(
                full["drafts"], full["reply"], full["changes"], full["checks"], strict=True
            )
        ],
        "attempts": [
            " ".join(str(one[name]) for name in ("task", "number", "model_key", "outcome", "http_status", "error_code"))
            for one in full["attempts"]
        ],
        "calls": len(full["prompts"]),
        "error": full["error"],
    }


def _words(reply: str | None) -> str | None:
    if reply is None:
        return None
    read = json.loads(reply)
    return f"{read['answer']} | {read['details']}"


def differences(expected: Iterable[Full], found: Iterable[Full]) -> Iterator[tuple[str, list[str]]]:
    """Each message that is not as it was: its id, and its lines to print."""
    was, now = ({row["id"]: row for row in rows} for rows in (expected, found))
    for name in dict.fromkeys([*was, *now]):
        if was.get(name) != now.get(name):
            yield name, list(_lines(was.get(name), now.get(name)))


def _lines(was: Full | None, now: Full | None) -> Iterator[str]:
    if was is None or now is None:
        yield "  is new" if was is None else "  is gone"
        return
    names = [name for name in {**was, **now} if name != "id"]
    if "sections" in names:
        old, new = was["sections"], now["sections"]
        yield f"  sections: {', '.join(name for name in {**old, **new} if old.get(name) != new.get(name))}"
        names = ["tells"]
    for name in names:
        if was.get(name) != now.get(name):
            yield f"  {name}:"
            yield from (f"    {line}" for line in _diff(was.get(name), now.get(name)))


def _diff(was: object, now: object) -> Iterator[str]:
    old, new = (json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True).splitlines() for value in (was, now))
    changed = (line for line in unified_diff(old, new, lineterm="", n=1) if not line.startswith(("---", "+++", "@@")))
    for number, line in enumerate(changed):
        if number == MOST_LINES:
            yield "..."
            return
        yield line


def report(total: int, found: Iterable[tuple[str, list[str]]], *, most: int = MOST_SHOWN, of: str = "") -> str:
    """The first messages that differ, and how many there are."""
    listed = list(found)
    shown = [line for name, lines in listed[:most] for line in (f"{name}:", *lines)]
    return "\n".join([*shown, f"{total - len(listed)} of {total} {of}identical"])
