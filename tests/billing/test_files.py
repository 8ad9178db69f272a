"""Reading billing records from a folder: what is taken, and that every problem is named with file, line and value."""

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from supportbot.billing.files import ReadRecords, read_folder
from supportbot.errors import InvalidInput
from supportbot.language.money import Money

ACCOUNTS = "external_id,name,email,since\nhl-1042,Jonas Lindqvist,jonas@post.example,2024-01-09\nhl-1043,Greta,,\n"
CHARGES = (
    "id,account_id,amount_minor,currency,status,charged_at,invoice_id,card_last4\n"
    "ch_1,hl-1042,4900,EUR,succeeded,2026-03-14T06:07:00Z,INV-1,0417\n"
    "ch_2,hl-1042,4900,EUR,failed,2026-03-14T07:07:00+01:00,,\n"
)


def read(folder: Path, **files: str) -> ReadRecords:
    for name, text in files.items():
        kind, _, suffix = name.rpartition("_")
        folder.joinpath(f"{kind}.{suffix}").write_text(text, encoding="utf-8")
    return read_folder(folder)


def problems(folder: Path, **files: str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read(folder, **files)
    return caught.value.message.splitlines()[1:]


def test_csv_files_are_read_with_money_days_and_moments(tmp_path: Path) -> None:
    found = read(tmp_path, accounts_csv=ACCOUNTS, charges_csv=CHARGES)
    first, second = found.records.charges

    assert (found.records.accounts[0].since, found.records.accounts[1].email) == (date(2024, 1, 9), None)
    assert (first.amount, first.card_last4) == (Money(4900, "EUR"), "0417")
    assert second.charged_at == datetime(2026, 3, 14, 6, 7, tzinfo=UTC)
    assert (second.invoice_id, found.places["charges", "ch_2"]) == (None, "charges.csv, line 3")


def test_json_files_give_the_same_records_as_csv_files(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    in_csv = read(tmp_path / "a", charges_csv=CHARGES)
    objects = [
        {"id": row.id, "account_id": row.account_id, "amount_minor": row.amount.minor, "currency": "EUR"}
        | {"status": row.status, "charged_at": row.charged_at.isoformat()}
        | {"invoice_id": row.invoice_id, "card_last4": row.card_last4}
        for row in in_csv.records.charges
    ]

    found = read(tmp_path / "b", charges_json=json.dumps(objects, indent=1))

    assert found.records == in_csv.records
    assert found.places["charges", "ch_2"] == "charges.json, line 12"


def test_a_byte_order_mark_line_ends_quotes_and_empty_lines_are_no_problem(tmp_path: Path) -> None:
    text = "\ufeff" + 'external_id,name\r\n\r\nhl-1,"Haddad, Mira"\r\n\r\n'

    assert read(tmp_path, accounts_csv=text).records.accounts[0].name == "Haddad, Mira"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (("4900,EUR,s", "49.00,EUR,s"), "line 2: amount_minor is '49.00': give whole minor units, such as 4900 for"),
        (("4900,EUR,s", "-1,EUR,s"), "line 2: amount_minor is '-1': Input should be greater than or equal to 0."),
        (("4900,EUR,s", "9999999999999999,EUR,s"), "line 2: amount_minor is '9999999999999999': give whole"),
        (("4900,EUR,s", "4900,Euro,s"), "line 2: currency is 'Euro': give an ISO 4217 code such as EUR."),
        (
            ("succeeded", "paid"),
            "line 2: status is 'paid': Input should be 'succeeded', 'pending', 'failed' or 'disputed'.",
        ),
        (("06:07:00Z", "06:07:00"), "line 2: charged_at is '2026-03-14T06:07:00': Input should have timezone info."),
        (("0417", "417"), "line 2: card_last4 is '417': "),
        (("ch_2", "ch_1"), "line 3: 'ch_1' already stands at charges.csv, line 2."),
        (("ch_1,hl-1042", ",hl-1042"), "line 2: id is missing."),
        (("amount_minor", "amount"), "line 2: amount_minor is missing."),
        (("INV-1,0417", "INV-1"), "line 2: has 7 cells; the first line names 8."),
        (("INV-1", '"INV-1'), "line 2: "),
    ],
)
def test_a_problem_in_a_csv_file_is_named(tmp_path: Path, change: tuple[str, str], expected: str) -> None:
    assert change[0] in CHARGES

    assert problems(tmp_path, charges_csv=CHARGES.replace(change[0], change[1], 1))[0].startswith(
        f"charges.csv, {expected}"
    )


def test_a_field_that_is_not_known_says_what_to_give(tmp_path: Path) -> None:
    found = problems(tmp_path, charges_csv=CHARGES.replace("amount_minor", "amount"))

    assert "charges.csv, line 2: amount is not known here; give amount_minor in whole minor units." in found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}", "line 1: must be a list of objects"),
        ("", "line 1: must be a list of objects"),
        ("[\n{},\n3]", "line 3: 3 is not an object."),
        ('[\n\n{"id": "a", "id": "b"}]', "line 3: 'id' is given twice."),
        ('[\n{"amount_minor": NaN}]', "line 2: NaN is not a number."),
        ('[\n{"id": "a"', "line 2: "),
        ("[" + '{"a":' * 3000, "line 1: "),
        ('[{"id": "a"}] x', "line 1: "),
    ],
)
def test_a_json_file_that_is_no_list_of_rows_says_why(tmp_path: Path, text: str, expected: str) -> None:
    assert any(line.startswith(f"refunds.json, {expected}") for line in problems(tmp_path, refunds_json=text))


@pytest.mark.parametrize("value", ["49.0", "49.5", "true", '"49,00"', "null"])
def test_an_amount_in_json_is_a_whole_number(tmp_path: Path, value: str) -> None:
    text = (
        '[{"id": "re_1", "charge_id": "ch_1", "currency": "EUR", "status": "succeeded", '
        f'"refunded_at": "2026-03-16T10:00:00Z", "amount_minor": {value}}}]'
    )

    assert problems(tmp_path, refunds_json=text)[0].startswith("refunds.json, line 1: amount_minor is ")


def test_the_problems_of_all_files_are_listed_together(tmp_path: Path) -> None:
    found = problems(tmp_path, accounts_csv=ACCOUNTS.replace("Greta", ""), charges_csv=CHARGES.replace("EUR", "XYZ1"))

    assert [line.split(":")[0] for line in found] == [
        "accounts.csv, line 3",
        "charges.csv, line 2",
        "charges.csv, line 3",
    ]


def test_a_file_that_is_not_utf_8_and_a_folder_without_files_say_so(tmp_path: Path) -> None:
    assert "holds none of accounts.csv" in problems(tmp_path)[0]
    tmp_path.joinpath("accounts.csv").write_bytes(b"external_id,name\nhl-1,Ren\xe9\n")

    assert problems(tmp_path) == ["accounts.csv, line 2: is not UTF-8; save the file as UTF-8."]


def test_control_characters_in_a_name_are_refused(tmp_path: Path) -> None:
    assert problems(tmp_path, accounts_csv="external_id,name\nhl-1,Mi\x00ra\n")[0].startswith("accounts.csv, line 2: ")


def test_a_long_list_of_problems_is_cut(tmp_path: Path) -> None:
    rows = "".join(f"ch_{number},hl-1,x,EUR,succeeded,2026-03-14T06:07:00Z,,\n" for number in range(250))
    found = problems(tmp_path, charges_csv=CHARGES.splitlines()[0] + "\n" + rows)

    assert (len(found), found[-1]) == (201, "... and 50 more.")
