"""`supportbot site`: the shops whose pages carry the widget, and the secret each signs its customers with."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from supportbot.cli.common import OPERATOR, answer, as_json, open_parts
from supportbot.customers import sites
from supportbot.customers.identity import site_secret
from supportbot.customers.site_settings import USES_RECORDS, SiteChanges
from supportbot.customers.tables import Site
from supportbot.settings import load_settings

SETTINGS = (
    click.option("--origin", "origins", multiple=True, help="A page's origin that may carry the chat; repeatable."),
    click.option("--question", "questions", multiple=True, help="A usual question offered at the start; repeatable."),
    click.option("--accent", help="The shop's colour, such as #1f5f5b."),
    click.option("--usual-reply-minutes", type=int, help="How long a reply usually takes; 0 says nothing."),
    click.option("--hours", help="When somebody answers, such as 'mon-fri 09:00-18:00'."),
    click.option("--verified-only/--visitors", default=None, help="Whether only signed-in customers may write."),
    click.option(
        "--records/--no-records",
        "uses_records",
        default=None,
        help="Whether its user ids are those of the billing records; by default for the first site alone.",
    ),
)


@click.group()
def site() -> None:
    """The shops whose pages carry the widget."""


def _with_settings(command: Callable[..., None]) -> Callable[..., None]:
    """A command that takes a site's settings as options, and gets them as `changes`."""

    @wraps(command)
    def reading(**given: Any) -> None:
        names = SiteChanges.__dataclass_fields__
        values = {name: given.pop(name) for name in names}
        for name in ("origins", "questions"):  # none given: as it is; one empty one: forgotten
            values[name] = tuple(one for one in values[name] if one) if values[name] else None
        command(changes=SiteChanges(**values), **given)

    for option in reversed(SETTINGS):
        reading = option(reading)
    return reading


@site.command()
@click.argument("key")
@click.option("--name", required=True, help="The shop's name.")
@click.option("--prefix", required=True, help="What its case numbers begin with, such as HL.")
@click.option("--time-zone", default="UTC", show_default=True)
@click.option("--currency", default="EUR", show_default=True)
@click.option("--sign-off", default="", help="What ends every reply; the name when left out.")
@_with_settings
@as_json
def add(
    key: str,
    name: str,
    prefix: str,
    time_zone: str,
    currency: str,
    sign_off: str,
    changes: SiteChanges,
    as_json: bool,
) -> None:
    """Add a shop; KEY is what its pages name in data-site-key."""
    parts = open_parts()
    new = sites.NewSite(key, name, prefix, time_zone, currency, sign_off)
    with parts.database.transaction() as db:
        added = sites.add_site(db, parts.runtime, new, changes, by=OPERATOR)
    words = f"{added.name} is in. Its secret: supportbot site secret {added.key}"
    if not added.settings.get("origins"):
        words += f"\nNo page may carry its chat yet: supportbot site set {added.key} --origin https://shop.example"
    answer(_row(added), as_json, words)


@site.command("set")
@click.argument("key")
@_with_settings
@as_json
def change(key: str, changes: SiteChanges, as_json: bool) -> None:
    """Change a shop's settings; what is not named stays. An empty value forgets a setting."""
    if changes == SiteChanges():
        raise click.UsageError("Name a setting to change. See: supportbot site set --help")
    parts = open_parts()
    with parts.database.transaction() as db:
        changed = sites.change_site(db, parts.runtime, key, changes, by=OPERATOR)
    answer(_row(changed), as_json, f"{changed.name} is changed.")


@site.command("list")
@as_json
def list_sites(as_json: bool) -> None:
    """List every shop and the pages that may carry its chat."""
    parts = open_parts()
    with parts.database.transaction(read_only=True) as db:
        everyone = sites.sites(db)
    words = "\n".join(f"{one.key}  {one.name}  {', '.join(_origins(one)) or 'no page yet'}" for one in everyone)
    answer([_row(one) for one in everyone], as_json, words or "None yet. Add one with: supportbot site add KEY")


@site.command()
@click.argument("key")
@click.option("--rotate", is_flag=True, help="Make a new one; what was signed with the old one is refused at once.")
@as_json
def secret(key: str, rotate: bool, as_json: bool) -> None:
    """Print the secret that a shop's server signs its customers with. Keep it out of pages and logs."""
    parts = open_parts()
    with parts.database.transaction(read_only=not rotate) as db:
        found = sites.rotate_secret(db, parts.runtime, key, by=OPERATOR) if rotate else sites.site_of(db, key)
    value = site_secret(load_settings().secret_key, found.key, found.secret_version)
    answer({"key": found.key, "secret": value, "version": found.secret_version}, as_json, value)


def _row(one: Site) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "case_prefix": one.case_prefix,
        "time_zone": one.time_zone,
        "currency": one.currency,
        "sign_off": one.sign_off,
        "origins": _origins(one),
        "uses_records": one.settings.get(USES_RECORDS, True),
        "verified_only": one.settings.get("verified_only", False),
    }


def _origins(one: Site) -> list[str]:
    return list(one.settings.get("origins", []))
