"""`supportbot billing`: the records that facts are computed from."""

from pathlib import Path

import click

from supportbot.billing.actions import import_records
from supportbot.billing.files import read_folder
from supportbot.cli.parts import OPERATOR, answer, as_json, open_parts

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def billing() -> None:
    """Accounts, subscriptions, invoices, charges, refunds and orders."""


@billing.command("import")
@click.argument("folder", type=FOLDER)
@as_json
def import_billing(folder: Path, as_json: bool) -> None:
    """Import a FOLDER of accounts.csv, subscriptions.csv, invoices.csv, charges.csv, refunds.csv and orders.csv.

    Each may be missing, or be a .json file with a list of objects. The first line of a CSV file names the fields;
    amounts are whole cents in amount_minor. All or nothing; importing the same files again changes nothing.
    """
    read = read_folder(folder)
    parts = open_parts()
    with parts.database.transaction() as db:
        done = import_records(
            db, read.records, at=parts.desk.clock(), audit=parts.desk.audit, actor=OPERATOR, places=read.places
        )
    counts = {"added": done.added, "changed": done.changed, "unchanged": done.unchanged}
    answer(counts, as_json, f"{done.added} rows added, {done.changed} changed, {done.unchanged} as they were.")
