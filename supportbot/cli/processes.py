"""`supportbot serve`, `worker` and `migrate`: the three processes of an installation."""

import click

from supportbot.logs import configure_logging
from supportbot.settings import Settings, load_settings


@click.command()
def serve() -> None:
    """Run the web process (waitress, threads) on SUPPORTBOT_BIND."""
    from supportbot.app import create_app
    from supportbot.web.server import run_server

    configure_logging(level="WARNING")
    settings = load_settings()
    _require_migrated(settings)
    run_server(lambda: create_app(settings), bind=settings.bind)


@click.command()
def worker() -> None:
    """Run background work: drafts, sends, the schedule. Start as many as you like, on any machine of the database."""
    from supportbot.app import wire
    from supportbot.jobs.worker import run_worker

    configure_logging(level="WARNING")
    settings = load_settings()
    _require_migrated(settings)
    run_worker(wire(settings).drafting)


@click.command()
def migrate() -> None:
    """Bring the database to this release. Run it before the new web and worker processes start; run again freely."""
    from supportbot.app import migrate_all

    settings = load_settings(need_secret=False)
    click.echo(migrate_all(settings))


def _require_migrated(settings: Settings) -> None:
    from supportbot.app import require_migrated

    require_migrated(settings)
