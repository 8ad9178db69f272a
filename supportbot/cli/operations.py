"""`supportbot audit`, `jobs` and `doctor`: is all well, and what happened."""

import sys

import click

from supportbot.cli.common import answer, as_json, open_parts


@click.group()
def audit() -> None:
    """The append-only log."""


@audit.command()
@click.option("--since", metavar="HEAD", help="A head that an earlier check printed; the log must still hold it.")
@as_json
def verify(since: str | None, as_json: bool) -> None:
    """Walk the whole chain; exit code 1 when an entry was changed, removed or cut off.

    Keep the head that it prints outside the database: with --since HEAD a later check sees that nothing was taken away.
    """
    from supportbot.inbox.queries import newest_act_at

    parts = open_parts()
    with parts.database.transaction(read_only=True) as db:
        report = parts.runtime.audit.verify(db, in_use_at=newest_act_at(db), since=since)
    words = report.problem or f"{report.entries} entries, and every one fits the one before. Head: {report.head}"
    answer({"entries": report.entries, "problem": report.problem, "head": report.head}, as_json, words)
    sys.exit(1 if report.problem else 0)


@click.group()
def jobs() -> None:
    """Scheduled work."""


@jobs.command("list")
@as_json
def list_jobs(as_json: bool) -> None:
    """List what runs by itself, when and why."""
    from supportbot.jobs.schedule import SCHEDULE

    rows = [{"name": entry.name, "when": entry.when, "why": entry.why} for entry in SCHEDULE]
    answer(rows, as_json, "\n".join(f"{entry.name}  {entry.when}\n    {entry.why}" for entry in SCHEDULE))


@jobs.command()
@click.argument("name")
def run(name: str) -> None:
    """Enqueue the current run of a scheduled job; a run that was done already stays done."""
    from supportbot.jobs.schedule import SCHEDULE, enqueue_scheduled
    from supportbot.jobs.worker import team_zone

    if name not in {entry.name for entry in SCHEDULE}:
        raise click.BadParameter(f"{name!r} is not in the schedule. See: supportbot jobs list", param_hint="NAME")
    parts = open_parts()
    key = enqueue_scheduled(parts.database, parts.runtime, name, team_zone(parts.drafting))
    click.echo(f"Enqueued {key}.")
