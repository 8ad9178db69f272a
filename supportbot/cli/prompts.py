"""`supportbot prompts`: what models are told."""

import sys
from dataclasses import asdict
from pathlib import Path

import click

from supportbot.cli.common import answer, as_json
from supportbot.cli.policy_source import find_policy
from supportbot.prompting.prompt_folder import Linted, Listed, lint_folder, list_folder
from supportbot.prompting.release import release_prompt
from supportbot.settings import top_folder

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)

in_folder = click.option(
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=None,
    help="Another folder of prompts than supportbot's own.",
)


@click.group()
def prompts() -> None:
    """Prompts: versioned, released for good, and free of personal data when they leave."""


@prompts.command("list")
@in_folder
@as_json
def list_all(folder: Path | None, as_json: bool) -> None:
    """List every version with its schema, whether it is released, and which tasks of the policy in force pin it."""
    rows = list_folder(folder or top_folder("prompts"), _pins()[0])
    answer([asdict(row) for row in rows], as_json, "\n".join(map(_row, rows)) or "There is no prompt yet.")


@prompts.command()
@in_folder
@as_json
def lint(folder: Path | None, as_json: bool) -> None:
    """Refuse routing talk, secrets, unknown inputs and schemas, changed releases, and pins that lead nowhere."""
    pins, name = _pins()
    found = lint_folder(folder or top_folder("prompts"), pins, policy=name)
    report = {"checked": found.checked, "problems": [asdict(one) for one in found.problems], "notes": list(found.notes)}
    answer(report, as_json, _report(found))
    if found.problems:
        sys.exit(1)


@prompts.command()
@click.argument("task")
@click.option("--why", default=None, help="What changed, for the changelog, when the draft does not say so itself.")
@in_folder
@as_json
def release(task: str, why: str | None, folder: Path | None, as_json: bool) -> None:
    """Make the next version of TASK's prompt from its draft.md.

    The version, its changelog and its hash are written; from then on the file never changes. A routing policy that
    pins it must then be proposed and approved.
    """
    made = release_prompt(task, folder or top_folder("prompts"), why=why)
    words = f"Released {made.pin} ({made.output_schema}): {made.change}\nNow pin it: supportbot policy propose"
    answer(asdict(made), as_json, words)


def _pins() -> tuple[dict[str, tuple[str, str]], str]:
    """Task to its prompt and schema by the policy in force, and how that policy is called."""
    source = find_policy()
    rules = source.policy.tasks.items()
    pins = {task: (rule.prompt, rule.schema_ or "") for task, rule in rules if rule.model and rule.prompt}
    return pins, "The shipped policy" if source.number is None else f"Routing policy v{source.number}"


def _row(row: Listed) -> str:
    by = f"pinned by {', '.join(row.pinned_by)}" if row.pinned_by else "not pinned"
    return f"{row.pin:24} {row.output_schema:10} {row.state:12} {by}; {row.newest_change}"


def _report(found: Linted) -> str:
    count = f"{found.checked} prompt{'' if found.checked == 1 else 's'} checked"
    problems = (
        f"{len(found.problems)} problem{'' if len(found.problems) == 1 else 's'}" if found.problems else "all well"
    )
    return "\n".join([f"{count}: {problems}.", *map(str, found.problems), *found.notes])
