"""The policy page: who does what, what holds a message, and every version."""

from zoneinfo import ZoneInfo

from flask import Blueprint, Response, render_template
from sqlmodel import Session, col, select

from supportbot.accounts.queries import people
from supportbot.customers.tables import Site
from supportbot.gateway.queries import paused_models, served_models
from supportbot.governance.queries import find_active_policy, policy_document, policy_history
from supportbot.routing.policy import parse_policy
from supportbot.routing.summary import summarise, to_markdown
from supportbot.web.governance.context import policy_view
from supportbot.web.login.routes import signed_in
from supportbot.web.services import services

blueprint = Blueprint("routing", __name__)


@blueprint.get("/policy")
def page() -> str:
    """The policy in force."""
    return _render(None)


@blueprint.get("/policy/versions/<int:number>")
def version(number: int) -> str:
    """One version of the policy, in force or not."""
    return _render(number)


@blueprint.get("/policy/versions/<int:number>/document")
def document(number: int) -> Response:
    """The document of a version, word for word."""
    with services().database.transaction(read_only=True) as db:
        text = policy_document(db, number)
    return _download(text, f"policy-{number}.yaml", "application/yaml")


@blueprint.get("/policy/versions/<int:number>/markdown")
def markdown(number: int) -> Response:
    """A version in sentences, as Markdown."""
    with services().database.transaction(read_only=True) as db:
        text = to_markdown(summarise(parse_policy(policy_document(db, number))), version=f"version {number}")
    return _download(text, f"policy-{number}.md", "text/markdown")


def _render(number: int | None) -> str:
    wired = services()
    with wired.database.transaction(read_only=True) as db:
        active = find_active_policy(db)
        shown = number if number is not None else active.number if active else None
        view = policy_view(
            parse_policy(policy_document(db, shown)) if shown is not None else None,
            policy_history(db),
            number=shown,
            names={person.email: person.name for person in people(db)},
            person=signed_in(),
            now=wired.clock(),
            zone=_zone(db),
            paused=paused_models(db),
            served=served_models(db),
        )
    return render_template("governance/policy.html", policy=view)


def _zone(db: Session) -> ZoneInfo:
    return ZoneInfo(db.exec(select(Site.time_zone).order_by(col(Site.id))).first() or "UTC")


def _download(text: str, name: str, mimetype: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype=mimetype, headers=headers)
