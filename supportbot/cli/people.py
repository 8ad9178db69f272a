"""`supportbot user` and `supportbot token`: who works here."""

import click

from supportbot.accounts import actions, queries
from supportbot.accounts.types import ROLES
from supportbot.cli.parts import OPERATOR, answer, as_json, open_parts


@click.group()
def user() -> None:
    """Add, list and shut out the people who work here."""


@user.command()
@click.argument("email")
@click.option("--name", default="", help="How colleagues see them; the address when left out.")
@click.option("--role", type=click.Choice(ROLES), default="agent", show_default=True)
@click.option("--limit", default=0, show_default=True, help="Most money a reply they release may promise, in cents.")
@click.password_option(envvar="SUPPORTBOT_PASSWORD", help="Asked for when left out.")
def add(email: str, name: str, role: str, limit: int, password: str) -> None:
    """Add someone."""
    parts = open_parts()
    new = actions.NewPerson(email, name, role, password, None if role == "owner" else limit)
    with parts.database.transaction() as db:
        person = actions.add_person(db, parts.desk.audit, new, by=OPERATOR)
    click.echo(f"{person.email} is in, as {person.role}.")


@user.command()
@click.argument("email")
def disable(email: str) -> None:
    """Shut someone out: sessions end and tokens stop at once."""
    parts = open_parts()
    with parts.database.transaction() as db:
        actions.disable_person(db, parts.desk.audit, email, by=OPERATOR)
    click.echo(f"{email} is shut out.")


@user.command()
@click.argument("email")
@click.password_option(envvar="SUPPORTBOT_PASSWORD", help="Asked for when left out.")
def password(email: str, password: str) -> None:
    """Give someone a new password; every session of theirs ends."""
    parts = open_parts()
    with parts.database.transaction() as db:
        actions.set_password(db, parts.desk.audit, email, password, by=OPERATOR)
    click.echo(f"{email} has a new password.")


@user.command("list")
@as_json
def list_people(as_json: bool) -> None:
    """List everyone who works here."""
    parts = open_parts()
    with parts.database.transaction(read_only=True) as db:
        everyone = queries.people(db)
    rows = [{"email": person.email, "name": person.name, "role": person.role} for person in everyone]
    words = "\n".join(f"{person.email}  {person.role}  {person.name}" for person in everyone)
    answer(rows, as_json, words or "Nobody yet. Add someone with: supportbot user add EMAIL")


@click.group()
def token() -> None:
    """Bearer tokens for /api/v1."""


@token.command()
@click.argument("email")
@click.option("--name", default="command line", show_default=True, help="What it is for.")
@as_json
def create(email: str, name: str, as_json: bool) -> None:
    """Make a token that acts as EMAIL. It is shown once."""
    parts = open_parts()
    with parts.database.transaction() as db:
        made = actions.create_token(db, parts.desk.audit, email, name, by=OPERATOR)
    answer({"token": made}, as_json, made)
