"""`supportbot seed`: the demo shop's week in an empty, migrated database of your own."""

import secrets

import click

from supportbot.cli.common import answer, as_json, open_parts
from supportbot.errors import Conflict
from supportbot.settings import load_settings


@click.command()
@as_json
def seed(as_json: bool) -> None:
    """Write the demo shop's fortnight into an empty database, and print the logins. For trying out, not for work."""
    from supportbot.seed.load import is_seeded
    from supportbot.seed.load import seed as write

    parts = open_parts()
    if is_seeded(parts.database):
        raise Conflict("This database has a shop already; the demo's week belongs into an empty one.")
    seeded = write(
        parts.drafting,
        secret_key=load_settings().secret_key,
        policy_document=None,
        password=lambda: secrets.token_urlsafe(9),
        progress=lambda text: click.echo(text, err=True),
    )
    users = [user.as_dict() for user in seeded.users]
    words = "\n".join(f"{user['role']:<7} {user['email']:<28} {user['password']}" for user in users)
    answer({"site_key": seeded.site_key, "users": users}, as_json, words)
