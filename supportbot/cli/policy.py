"""`supportbot policy`: who does what, as an operator sees and hands it in."""

from pathlib import Path

import click

from supportbot.app import Parts
from supportbot.cli.common import OPERATOR, answer, as_json, open_parts
from supportbot.cli.policy_source import find_policy
from supportbot.errors import PolicyError
from supportbot.governance.actions import ensure_first_policy, propose_policy
from supportbot.governance.known_names import known_names
from supportbot.governance.model_probe import AskedModels, ask_models
from supportbot.governance.queries import find_active_policy, policy_document, policy_history
from supportbot.routing.policy import PolicyDocument, RoutingPolicy, parse_policy, read_policy
from supportbot.routing.summary import summarise, title, to_markdown


@click.group()
def policy() -> None:
    """The routing policy: which model does what, and when a person decides."""


@policy.command()
@as_json
def show(as_json: bool) -> None:
    """Say the policy in force in a few lines; needs no secret, and without a database it is the shipped one."""
    source = find_policy()
    summary = summarise(source.policy)
    version = _version(source.number)
    rows = {
        "version": source.number,
        "owner": source.policy.owner,
        "models": {key: entry.model_dump(mode="json") for key, entry in source.policy.models.items()},
        "tasks": {key: rule.model_dump(mode="json", by_alias=True) for key, rule in source.policy.tasks.items()},
    }
    lines = [f"Routing policy, {version}. {summary.headline}", f"Owner: {summary.owner}"]
    lines += [f"  {task.name}: {task.sentence} ({'; '.join(task.notes)})" for task in summary.tasks]
    answer(rows, as_json, "\n".join([*lines, *summary.always]))


@policy.command()
@click.option("--version", "number", type=int, default=None, help="That version instead of the one in force.")
@click.option("--markdown", is_flag=True, help="Sentences for people instead of the document itself.")
def export(number: int | None, markdown: bool) -> None:
    """Print the policy document (YAML), to keep it or to change it and hand it in again."""
    if number is None:
        source = find_policy()
        number, document = source.number, source.document
    else:
        with open_parts().database.transaction(read_only=True) as db:
            document = policy_document(db, number)
    if markdown:
        document = to_markdown(summarise(parse_policy(document)), version=_version(number))
    click.echo(document, nl=False)


@policy.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--author", required=True, help="E-mail of the person who wrote it.")
@click.option("--problem", default="", help="The problem it solves, in one sentence.")
@click.option("--approved-by", default=None, help="E-mail of the owner who approves the first policy.")
def import_policy(file: Path, author: str, problem: str, approved_by: str | None) -> None:
    """Check FILE and store it: as the first policy when its owner approves it, else as a proposal.

    A first policy's models are asked before it comes into force. One that answers and cannot do what the policy asks
    of it refuses the policy; one that does not answer now is told.
    """
    document = read_document(file)
    parts = open_parts()
    asked = ask(parts, document.policy) if approved_by and _is_first(parts) else None
    at = parts.runtime.clock()
    with parts.database.transaction() as db:
        first = find_active_policy(db) is None
        if first and approved_by:
            number = ensure_first_policy(db, document=document, author=author, approver=approved_by, at=at, asked=asked)
            action, words = "policy.first", f"Version {number} is approved by {approved_by} and active."
        else:
            number = propose_policy(db, document=document, problem=problem, author=author, at=at)
            action, words = (
                "policy.propose",
                f"Version {number} is proposed. It changes nothing until the owner approves.",
            )
        parts.runtime.audit.record(
            db,
            actor=OPERATOR,
            action=action,
            subject="policy",
            subject_id=number,
            detail={
                "author": author,
                "approver": approved_by if first else None,
                "models": list(asked.warned) if asked else [],
            },
        )
    click.echo(words)
    tell(asked)


@policy.command()
@as_json
def history(as_json: bool) -> None:
    """List the versions, newest first: what for, by whom, approved by whom."""
    with open_parts().database.transaction(read_only=True) as db:
        versions = policy_history(db)
    rows = [
        {
            "version": row.number,
            "state": "active" if row.is_active else row.state,
            "problem": row.problem,
            "author": row.author,
            "approver": row.approver,
            "approved_at": row.approved_at.isoformat() if row.approved_at else None,
        }
        for row in versions
    ]
    lines = [
        f"{row['version']}  {title(str(row['state']))}  {row['problem']}  "
        f"by {row['author']}, approved by {row['approver'] or 'nobody yet'}"
        for row in rows
    ]
    answer(rows, as_json, "\n".join(lines) or "No policy yet. Hand one in: supportbot policy import FILE")


def ask(parts: Parts, policy: RoutingPolicy) -> AskedModels:
    """Ask the models of a policy that is to come into force."""
    asked = ask_models(policy, parts.drafting.gateway)
    parts.drafting.gateway.close()
    return asked


def tell(asked: AskedModels | None) -> None:
    """Say which models do not answer now."""
    for sentence in asked.warned if asked else ():
        click.echo(f"Not well: {sentence}", err=True)


def _is_first(parts: Parts) -> bool:
    with parts.database.transaction(read_only=True) as db:
        return find_active_policy(db) is None


def read_document(file: Path) -> PolicyDocument:
    """The policy in a file, which may name what this installation has.

    Raises:
        PolicyError: it is not UTF-8 text, or has problems.
    """
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PolicyError(f"{file} is not UTF-8 text.") from error
    return read_policy(text, known=known_names())


def _version(number: int | None) -> str:
    return "as shipped" if number is None else f"version {number}"
