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
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar, get_args

from babel.numbers import list_currencies
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
)

from supportbot.billing.types import (
    AccountRow,
    BillingRecords,
    ChargeRow,
    ChargeStatus,
    Interval,
    InvoiceRow,
    InvoiceStatus,
    OrderRow,
    OrderStatus,
    RefundRow,
    RefundStatus,
    SubscriptionRow,
)
from supportbot.contract.types import Money
from supportbot.errors import InvalidInput

RecordKind = Literal["accounts", "subscriptions", "invoices", "charges", "refunds", "orders"]
KINDS: tuple[RecordKind, ...] = get_args(RecordKind)
MAX_BYTES = 256 * 1024 * 1024
MAX_MINOR = 10**12
MAX_LISTED = 200
Place = tuple[RecordKind, str]
Row = TypeVar("Row")
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


def _whole(value: object) -> object:
    """Only whole numbers: no decimals, no true or false."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError("give whole minor units, such as 4900 for 49.00")
    if isinstance(value, str) and not re.fullmatch(r"-?\d{1,15}", value.strip(), re.ASCII):
        raise ValueError("give whole minor units, such as 4900 for 49.00")
    return int(value)


def _known_currency(value: str) -> str:
    if value not in list_currencies():
        raise ValueError("give an ISO 4217 code such as EUR")
    return value


Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, pattern=r"^[^\x00-\x1f\x7f]*$")]
Id = Annotated[Text, StringConstraints(max_length=60)]
AccountId = Annotated[Text, StringConstraints(max_length=200)]
Minor = Annotated[int, BeforeValidator(_whole), Field(ge=0, le=MAX_MINOR)]
Currency = Annotated[str, AfterValidator(_known_currency)]


class _Line(BaseModel):
    """A row as given; an unknown field is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class AccountLine(_Line):
    """A row of `accounts`."""

    external_id: AccountId
    name: Annotated[Text, StringConstraints(max_length=200)]
    email: Annotated[Text, StringConstraints(max_length=254, pattern=r"^[^@\s]+@[^@\s]+$")] | None = None
    since: date | None = None

    def row(self) -> AccountRow:
        """The value of this line."""
        return AccountRow(self.external_id, self.name, self.email, self.since)


class SubscriptionLine(_Line):
    """A row of `subscriptions`."""

    id: Id
    account_id: AccountId
    plan: Annotated[Text, StringConstraints(max_length=100)]
    price_minor: Minor
    currency: Currency
    interval: Interval
    started_at: AwareDatetime
    renews_at: AwareDatetime | None = None
    cancelled_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None

    def row(self) -> SubscriptionRow:
        """The value of this line."""
        return SubscriptionRow(
            price=Money(self.price_minor, self.currency), **self.model_dump(exclude={"price_minor", "currency"})
        )


class _Amount(_Line):
    amount_minor: Minor
    currency: Currency

    def values(self) -> dict[str, Any]:
        """Every field, with the amount as money."""
        money = Money(self.amount_minor, self.currency)
        return {"amount": money, **self.model_dump(exclude={"amount_minor", "currency"})}


class InvoiceLine(_Amount):
    """A row of `invoices`."""

    id: Id
    account_id: AccountId
    description: Annotated[Text, StringConstraints(max_length=200)]
    status: InvoiceStatus
    issued_at: AwareDatetime
    subscription_id: Id | None = None
    period_start: date | None = None
    period_end: date | None = None

    def row(self) -> InvoiceRow:
        """The value of this line."""
        return InvoiceRow(**self.values())


class ChargeLine(_Amount):
    """A row of `charges`."""

    id: Id
    account_id: AccountId
    status: ChargeStatus
    charged_at: AwareDatetime
    invoice_id: Id | None = None
    card_last4: Annotated[str, StringConstraints(pattern=r"^\d{4}$")] | None = None

    def row(self) -> ChargeRow:
        """The value of this line."""
        return ChargeRow(**self.values())


class RefundLine(_Amount):
    """A row of `refunds`."""

    id: Id
    charge_id: Id
    status: RefundStatus
    refunded_at: AwareDatetime

    def row(self) -> RefundRow:
        """The value of this line."""
        return RefundRow(**self.values())


class OrderLine(_Amount):
    """A row of `orders`."""

    number: Id
    account_id: AccountId
    description: Annotated[Text, StringConstraints(max_length=200)]
    status: OrderStatus
    placed_at: AwareDatetime
    carrier: Annotated[Text, StringConstraints(max_length=40)] | None = None
    tracking: Id | None = None
    delivered_at: AwareDatetime | None = None

    def row(self) -> OrderRow:
        """The value of this line."""
        return OrderRow(**self.values())


LINES: Mapping[RecordKind, type[_Line]] = {
    "accounts": AccountLine,
    "subscriptions": SubscriptionLine,
    "invoices": InvoiceLine,
    "charges": ChargeLine,
    "refunds": RefundLine,
    "orders": OrderLine,
}


def row_key(row: object) -> str:
    """The id that a row is known by."""
    for name in ("external_id", "number", "id"):
        if hasattr(row, name):
            return str(getattr(row, name))
    raise TypeError(f"{type(row).__name__} has no id.")


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
                problems += _explain(where, error)
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


def _explain(where: str, error: ValidationError) -> Iterator[str]:
    for problem in error.errors(include_url=False):
        name = ".".join(str(part) for part in problem["loc"])
        what = problem["msg"].removeprefix("Value error, ").rstrip(".")
        if problem["type"] == "missing":
            yield f"{where}: {name} is missing."
        elif problem["type"] == "extra_forbidden":
            hint = "; give amount_minor in whole minor units" if name == "amount" else ""
            yield f"{where}: {name} is not known here{hint}."
        else:
            yield f"{where}: {name} is {reprlib.repr(problem['input'])}: {what}."
