"""`supportbot user` and `supportbot token`: who works here."""

import click

from supportbot.accounts import actions, queries
from supportbot.accounts.types import ROLES
from supportbot.cli.common import OPERATOR, answer, as_json, open_parts


@click.group()
def user() -> None:
    """Add, list and shut out the people who work here."""


@user.command()
@click.argument("email")
@click.option("--name", default="", help="How colleagues see them; the address when left out.")
@click.option("--role", type=click.Choice(ROLES), default="agent", show_default=True)
@click.option(
    "--limit",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Most money a reply they release may promise, in cents; an owner has none.",
)
@click.password_option(envvar="SUPPORTBOT_PASSWORD", help="Asked for when left out.")
def add(email: str, name: str, role: str, limit: int, password: str) -> None:
    """Add someone."""
    parts = open_parts()
    new = actions.NewPerson(email, name, role, password, None if role == "owner" else limit)
    with parts.database.transaction() as db:
        person = actions.add_person(db, parts.runtime.audit, new, by=OPERATOR)
    click.echo(f"{person.email} is in, as {person.role}.")


@user.command()
@click.argument("email")
def disable(email: str) -> None:
    """Shut someone out: sessions end and tokens stop at once."""
    parts = open_parts()
    with parts.database.transaction() as db:
        actions.disable_person(db, parts.runtime.audit, email, by=OPERATOR)
    click.echo(f"{email} is shut out.")


@user.command()
@click.argument("email")
def enable(email: str) -> None:
    """Let someone in again who was shut out; their password and tokens work as before."""
    parts = open_parts()
    with parts.database.transaction() as db:
        actions.enable_person(db, parts.runtime.audit, email, by=OPERATOR)
    click.echo(f"{email} is let in again.")


@user.command()
@click.argument("email")
@click.password_option(envvar="SUPPORTBOT_PASSWORD", help="Asked for when left out.")
def password(email: str, password: str) -> None:
    """Give someone a new password; every session of theirs ends."""
    parts = open_parts()
    with parts.database.transaction() as db:
        actions.set_password(db, parts.runtime.audit, email, password, by=OPERATOR)
    click.echo(f"{email} has a new password.")


@user.command("list")
@click.option("--all", "everyone", is_flag=True, help="Also who was shut out.")
@as_json
def list_people(everyone: bool, as_json: bool) -> None:
    """List everyone who works here."""
    parts = open_parts()
    with parts.database.transaction(read_only=True) as db:
        listed = [(person, False) for person in queries.people(db)]
        if everyone:
            listed += [(person, True) for person in queries.shut_out(db)]
    rows = [
        {"email": person.email, "name": person.name, "role": person.role, "disabled": is_out}
        for person, is_out in listed
    ]
    words = "\n".join(
        f"{person.email}  {person.role}  {person.name}{'  (shut out)' * is_out}" for person, is_out in listed
    )
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
        made = actions.create_token(db, parts.runtime.audit, email, name, by=OPERATOR)
    answer({"token": made}, as_json, made)


@token.command("list")
@as_json
def list_tokens(as_json: bool) -> None:
    """List every token that works, with its id; what it reads is shown only once, when it is made."""
    parts = open_parts()
    with parts.database.transaction(read_only=True) as db:
        living = queries.living_tokens(db)
    rows = [{"id": one.id, "email": email, "name": one.name, "created_at": one.created_at} for one, email in living]
    words = "\n".join(f"{one.id}  {email}  {one.name}  made {one.created_at:%Y-%m-%d}" for one, email in living)
    answer(rows, as_json, words or "None. Make one with: supportbot token create EMAIL")


@token.command()
@click.argument("token_id", type=click.IntRange(min=1, max=2**63 - 1))
def revoke(token_id: int) -> None:
    """End the token with this id; the next call with it is refused."""
    parts = open_parts()
    with parts.database.transaction() as db:
        actions.revoke_token(db, parts.runtime.audit, token_id, by=OPERATOR)
    click.echo(f"Token {token_id} is revoked.")
