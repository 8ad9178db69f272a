"""Reads billing records from a folder of CSV or JSON files. Every problem is named with file, line and value.

One file a kind, each optional: accounts, subscriptions, invoices, charges, refunds, orders; as `charges.csv` with the
field names in the first line, or as `charges.json` with a list of objects. Amounts are whole minor units (cents) in
`amount_minor`; moments are ISO 8601 with their zone, such as 2026-03-14T06:07:00Z; an empty cell is "not known".
"""

import csv
import json
import re
import reprlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from supportbot.billing.file_lines import KINDS, LINES, RecordKind, row_key
from supportbot.billing.types import BillingRecords
from supportbot.errors import InvalidInput

MAX_BYTES = 256 * 1024 * 1024
MAX_LISTED = 200
Place = tuple[RecordKind, str]
SPACE = re.compile(r"[\s,]*")


def refuse(problems: Sequence[str]) -> InvalidInput:
    """The error that lists what is wrong with some records."""
    listed = list(problems[:MAX_LISTED])
    if len(problems) > MAX_LISTED:
        listed.append(f"... and {len(problems) - MAX_LISTED} more.")
    return InvalidInput("The records cannot be imported; nothing was changed.\n" + "\n".join(listed))


@dataclass(frozen=True, slots=True)
class ReadRecords:
    """Records as read from files; `places` says where each stands, e.g. "charges.csv, line 7"."""

    records: BillingRecords
    places: Mapping[Place, str]


def read_folder(folder: Path) -> ReadRecords:
    """Read and check every file of a folder.

    Raises:
        InvalidInput: lists every problem of every file; also when there is no file at all.
    """
    problems: list[str] = []
    places: dict[Place, str] = {}
    rows: dict[RecordKind, list[Any]] = {kind: [] for kind in KINDS}
    found = False
    for kind in KINDS:
        for path in (folder / f"{kind}.csv", folder / f"{kind}.json"):
            if path.is_file():
                found = True
                rows[kind] += _read_file(kind, path, places, problems)
    if not found:
        names = ", ".join(f"{kind}.csv" for kind in KINDS)
        problems.append(f"{folder} holds none of {names} (or .json).")
    if problems:
        raise refuse(problems)
    return ReadRecords(BillingRecords(**{kind: tuple(found_rows) for kind, found_rows in rows.items()}), places)


def _read_file(kind: RecordKind, path: Path, places: dict[Place, str], problems: list[str]) -> list[object]:
    rows: list[object] = []
    try:
        for line, values in _lines(path):
            where = f"{path.name}, line {line}"
            try:
                row = LINES[kind].model_validate(values).row()  # type: ignore[attr-defined]
            except ValidationError as error:
                problems += explain_line(where, error)
                continue
            place = (kind, row_key(row))
            if place in places:
                problems.append(f"{where}: {row_key(row)!r} already stands at {places[place]}.")
            places.setdefault(place, where)
            rows.append(row)
    except _Unreadable as error:
        problems.append(str(error))
    return rows


class _Unreadable(Exception):
    """A file that cannot be read on."""


def _lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    if path.stat().st_size > MAX_BYTES:
        raise _Unreadable(f"{path.name}: has more than {MAX_BYTES // 1024 // 1024} MB; split it.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise _Unreadable(f"{path.name}, line {line}: is not UTF-8; save the file as UTF-8.") from error
    return _csv_lines(path.name, text) if path.suffix == ".csv" else _json_lines(path.name, text)


def _csv_lines(name: str, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    reader = csv.reader(text.splitlines(keepends=True), strict=True)
    header: list[str] | None = None
    line = 1
    try:
        for cells in reader:
            first, line = line, reader.line_num + 1
            if not any(cell.strip() for cell in cells):
                continue
            if header is None:
                header = [cell.strip() for cell in cells]
                continue
            if len(cells) != len(header):
                raise _Unreadable(f"{name}, line {first}: has {len(cells)} cells; the first line names {len(header)}.")
            yield first, {key: cell for key, cell in zip(header, cells, strict=True) if cell.strip()}
    except csv.Error as error:
        raise _Unreadable(f"{name}, line {line}: {error}.") from error
    if header is None:
        raise _Unreadable(f"{name}, line 1: the first line must name the fields.")


def _json_lines(name: str, text: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a list, each with the line it begins in."""
    decoder = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)
    start = len(text) - len(text.lstrip())
    if text[start : start + 1] != "[":
        raise _Unreadable(f"{name}, line 1: must be a list of objects: [{{...}}, {{...}}].")
    place, line, counted = start + 1, 1, 0
    while True:
        place = _after_space(text, place)
        line += text.count("\n", counted, place)
        counted = place
        if text[place : place + 1] == "]" and not text[place + 1 :].strip():
            return
        try:
            values, place = decoder.raw_decode(text, place)
        except (ValueError, RecursionError) as error:
            raise _Unreadable(f"{name}, line {getattr(error, 'lineno', line)}: {_reason(error)}.") from error
        if not isinstance(values, dict):
            raise _Unreadable(f"{name}, line {line}: {reprlib.repr(values)} is not an object.")
        yield line, {key: value for key, value in values.items() if value is not None}


def _after_space(text: str, place: int) -> int:
    match = SPACE.match(text, place)
    return match.end() if match else place


def _reason(error: Exception) -> str:
    if isinstance(error, json.JSONDecodeError):
        return error.msg[0].lower() + error.msg[1:]
    return str(error) if isinstance(error, ValueError) else "is nested too deeply"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) != len(pairs):
        names = [name for name, _ in pairs]
        raise ValueError(f"{next(name for name in names if names.count(name) > 1)!r} is given twice")
    return values


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a number")


def explain_line(where: str, error: ValidationError) -> Iterator[str]:
    """What is wrong with one row, a line each."""
    for problem in error.errors(include_url=False):
        name = ".".join(str(part) for part in problem["loc"])
        what = problem["msg"].removeprefix("Value error, ").rstrip(".")
        if not name:
            yield f"{where}: {what}."
            continue
        if problem["type"] == "missing":
            yield f"{where}: {name} is missing."
        elif problem["type"] == "extra_forbidden":
            hint = "; give amount_minor in whole minor units" if name == "amount" else ""
            yield f"{where}: {name} is not known here{hint}."
        else:
            yield f"{where}: {name} is {reprlib.repr(problem['input'])}: {what}."
