"""`supportbot policy approve|reject|activate|rollback|diff`: how a proposal comes into force, and how it leaves."""

from dataclasses import replace
from pathlib import Path

import click
from sqlmodel import Session

from supportbot.app import Parts
from supportbot.cli.common import OPERATOR, as_json, open_parts
from supportbot.cli.common import answer as give_answer
from supportbot.cli.policy import ask, policy, read_document, tell
from supportbot.governance.actions import activate_policy, approve_policy, propose_policy, reject_policy
from supportbot.governance.queries import active_policy, policy_difference, policy_document, version_before
from supportbot.routing.policy import parse_policy

BY = click.option("--by", required=True, help="E-mail of the owner of the policy in force.")


@policy.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--author", required=True, help="E-mail of the person who wrote it.")
@click.option("--problem", required=True, help="The problem it solves, in one sentence.")
def propose(file: Path, author: str, problem: str) -> None:
    """Check FILE and store it as a proposal: it changes nothing until the owner approves and activates it."""
    document = read_document(file)
    parts = open_parts()
    at = parts.runtime.clock()
    with parts.database.transaction() as db:
        number = propose_policy(db, document=document, problem=problem, author=author, at=at)
        _record(db, parts, "policy.propose", number, by=author)
    click.echo(f"Version {number} is proposed. The owner approves it: supportbot policy approve {number} --by EMAIL")


@policy.command()
@click.argument("number", type=int)
@BY
def approve(number: int, by: str) -> None:
    """Approve proposal NUMBER; it comes into force when it is activated."""
    parts = open_parts()
    with parts.database.transaction() as db:
        approve_policy(db, number=number, approver=by, at=parts.runtime.clock())
        _record(db, parts, "policy.approve", number, by=by)
    click.echo(
        f"Version {number} is approved by {by}. To put it in force: supportbot policy activate {number} --by {by}"
    )


@policy.command()
@click.argument("number", type=int)
@BY
def reject(number: int, by: str) -> None:
    """Decline proposal NUMBER for good."""
    parts = open_parts()
    with parts.database.transaction() as db:
        reject_policy(db, number=number, by=by)
        _record(db, parts, "policy.reject", number, by=by)
    click.echo(f"Version {number} is declined by {by}.")


@policy.command()
@click.argument("number", type=int)
@BY
def activate(number: int, by: str) -> None:
    """Put approved version NUMBER in force, in every process from its next message on.

    Its models are asked first. One that answers and cannot do what the policy asks of it keeps the version out; one
    that does not answer now is told.
    """
    parts = open_parts()
    asked = ask(parts, parse_policy(_document(parts, number)))
    with parts.database.transaction() as db:
        activate_policy(db, number=number, by=by, at=parts.runtime.clock(), asked=asked)
        _record(db, parts, "policy.activate", number, by=by, models=list(asked.warned))
    click.echo(f"Version {number} is in force.")
    tell(asked)


@policy.command()
@click.option("--to", "number", type=int, default=None, help="That version instead of the one in force before.")
@BY
def rollback(number: int | None, by: str) -> None:
    """Put the version in force before back in force, or any earlier one: at once, whatever its models answer."""
    parts = open_parts()
    with parts.database.transaction() as db:
        left = active_policy(db).number
        number = version_before(db) if number is None else number
        activate_policy(db, number=number, by=by, at=parts.runtime.clock())
        _record(db, parts, "policy.rollback", number, by=by, left=left)
    click.echo(f"Version {number} is in force again; version {left} is not.")
    tell(replace(ask(parts, parse_policy(_document(parts, number))), lenient=True))


@policy.command()
@click.argument("old", type=int)
@click.argument("new", type=int)
@as_json
def diff(old: int, new: int, as_json: bool) -> None:
    """Say what changed in the document between versions OLD and NEW."""
    with open_parts().database.transaction(read_only=True) as db:
        text = policy_difference(db, old, new)
    value = {"old": old, "new": new, "diff": text}
    give_answer(value, as_json, text.rstrip("\n") or f"Versions {old} and {new} are the same, word for word.")


def _document(parts: Parts, number: int) -> str:
    with parts.database.transaction(read_only=True) as db:
        return policy_document(db, number)


def _record(db: Session, parts: Parts, action: str, number: int, **detail: object) -> None:
    parts.runtime.audit.record(db, actor=OPERATOR, action=action, subject="policy", subject_id=number, detail=detail)
