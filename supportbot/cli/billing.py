"""`supportbot billing`: the records that facts are computed from."""

import re
import time
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from sqlmodel import Session, col, select

from supportbot.app import Parts
from supportbot.billing.actions import import_records
from supportbot.billing.files import read_folder
from supportbot.billing.stripe import StripeClient, StripeImport, StripeSource, import_stripe
from supportbot.billing.stripe.client import PUBLIC_URL
from supportbot.billing.stripe.import_run import origin_of
from supportbot.cli.common import OPERATOR, answer, as_json, open_parts
from supportbot.customers.tables import Site
from supportbot.errors import InvalidInput, SettingsError
from supportbot.settings import load_settings, provider_key

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
USER_ID = re.compile(r"id|email|metadata\.[^\s.]{1,40}")


@click.group()
def billing() -> None:
    """Accounts, subscriptions, invoices, charges, refunds and orders."""


@billing.command("import")
@click.argument("folder", type=FOLDER, required=False)
@click.option("--stripe", is_flag=True, help="Read a Stripe account instead of a folder.")
@click.option("--key-env", default="STRIPE_API_KEY", show_default=True, help="The variable that holds Stripe's key.")
@click.option("--base-url", default=PUBLIC_URL, show_default=True, help="Stripe's address, or a stand-in's.")
@click.option(
    "--user-id",
    default="metadata.user_id",
    show_default=True,
    help="Where a Stripe customer carries the shop's own user id: id, email or metadata.NAME.",
)
@click.option("--time-zone", help="The shop's zone, for the days of an invoice; the first site's when left out.")
@as_json
def import_billing(
    folder: Path | None, stripe: bool, key_env: str, base_url: str, user_id: str, time_zone: str | None, as_json: bool
) -> None:
    """Import a FOLDER of accounts.csv, subscriptions.csv, invoices.csv, charges.csv, refunds.csv and orders.csv.

    Each may be missing, or be a .json file with a list of objects. The first line of a CSV file names the fields;
    amounts are whole cents in amount_minor. All or nothing; importing the same files again changes nothing.

    With --stripe, read a Stripe account through its API instead. The key comes from the environment; one that may only
    read is enough. An import that breaks off goes on where it stopped when it is run again within six hours.
    """
    if stripe == (folder is not None):
        raise click.UsageError("Give a FOLDER, or --stripe.")
    if folder is None:
        _from_stripe(key_env, base_url, user_id, time_zone, as_json)
    else:
        _from_folder(folder, as_json)


def _from_folder(folder: Path, as_json: bool) -> None:
    read = read_folder(folder)
    parts = open_parts()
    with parts.database.transaction() as db:
        done = import_records(
            db, read.records, at=parts.runtime.clock(), audit=parts.runtime.audit, actor=OPERATOR, places=read.places
        )
    answer(asdict(done), as_json, f"{done.added} rows added, {done.changed} changed, {done.unchanged} as they were.")


def _from_stripe(key_env: str, base_url: str, user_id: str, time_zone: str | None, as_json: bool) -> None:
    if not USER_ID.fullmatch(user_id):
        raise click.UsageError(f"--user-id is {user_id!r}; give id, email or metadata.NAME.")
    key = provider_key(key_env)
    if key is None:
        raise SettingsError(
            f"{key_env} is not set. Put a restricted Stripe key there that may read customers, subscriptions, "
            "invoices, charges, refunds, disputes and products; or name another variable with --key-env."
        )
    parts = open_parts()
    client = StripeClient(key, key_name=key_env, base_url=base_url, sleep=time.sleep)
    try:
        done = import_stripe(
            parts.database,
            StripeSource(client, origin_of(load_settings().secret_key, client.base_url, key)),
            user_id=user_id,
            zone=_zone(parts, time_zone),
            clock=parts.runtime.clock,
            audit=parts.runtime.audit,
            actor=OPERATOR,
            progress=lambda words: click.echo(words, err=True),
        )
    finally:
        client.close()
    counts = {**asdict(done.done), "read": dict(done.read), "left_out": dict(done.left_out), "missing": done.missing}
    answer(counts, as_json, _words(done))


def _zone(parts: Parts, name: str | None) -> ZoneInfo:
    if name is None:
        with parts.database.transaction(read_only=True) as db:
            name = _sites_zone(db) or "UTC"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise InvalidInput(f"There is no time zone {name!r}; give one such as Europe/Amsterdam.") from error


def _sites_zone(db: Session) -> str | None:
    return db.exec(select(Site.time_zone).order_by(col(Site.id)).limit(1)).first()


def _words(done: StripeImport) -> str:
    counts = done.done
    lines = [f"{counts.added} rows added, {counts.changed} changed, {counts.unchanged} as they were."]
    lines += [f"Left out: {count} {what}." for what, count in sorted(done.left_out.items())]
    lines += [f"The server has no list of {name}." for name in done.missing]
    return "\n".join(lines)
