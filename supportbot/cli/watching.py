"""`supportbot audit`, `jobs` and `doctor`: is all well, and what happened."""

import sys

import click

from supportbot.cli.parts import answer, as_json, open_parts


@click.group()
def audit() -> None:
    """The append-only log."""


@audit.command()
@as_json
def verify(as_json: bool) -> None:
    """Walk the whole chain; exit code 1 when an entry was changed, removed or cut off."""
    parts = open_parts()
    with parts.database.transaction(read_only=True) as db:
        report = parts.desk.audit.verify(db)
    words = report.problem or f"{report.entries} entries, and every one fits the one before."
    answer({"entries": report.entries, "problem": report.problem}, as_json, words)
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
    key = enqueue_scheduled(parts.database, parts.desk, name, team_zone(parts.drafting))
    click.echo(f"Enqueued {key}.")


@click.command()
@click.option("--no-models", is_flag=True, help="Ask no model; each costs a few hundred tokens.")
@as_json
def doctor(as_json: bool, no_models: bool) -> None:
    """Say in one screen whether the database, the workers, the policy, each model and the audit log are well."""
    from supportbot.gateway.probing import probe_model
    from supportbot.routing.queries import find_active_policy

    parts = open_parts()
    health = parts.desk.engine.health()
    with parts.database.transaction(read_only=True) as db:
        policy = find_active_policy(db)
        chain = parts.desk.audit.verify(db)
    lines = {
        "database": (True, parts.database.url.render_as_string()),
        "workers": (bool(health.held_slots), f"{len(health.held_slots)} running"),
        "jobs": (health.failed == 0, f"{health.waiting} waiting, {health.running} running, {health.failed} failed"),
        "policy": (policy is not None, f"version {policy.number} is active" if policy else "none is active"),
        "audit log": (chain.problem is None, chain.problem or f"{chain.entries} entries fit"),
    }
    if policy is not None and not no_models:
        gateway = parts.drafting.gateway
        for key, spec in policy.policy.model_specs().items():
            probe = probe_model(gateway.provider_of(spec), spec)
            lines[f"model {key}"] = (probe.problem is None, probe.words)
    words = "\n".join(f"{'ok ' if fine else 'BAD'}  {name}: {text}" for name, (fine, text) in lines.items())
    answer({name: {"ok": fine, "text": text} for name, (fine, text) in lines.items()}, as_json, words)
    sys.exit(0 if all(fine for fine, _ in lines.values()) else 1)
