"""The triage page: what is held and why, how right that is, what was learned, and a box to try a text."""

from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlmodel import Session, col, select
from werkzeug.wrappers import Response as BaseResponse

from supportbot.accounts.rules import may
from supportbot.accounts.types import Person
from supportbot.channels.message_text import LONGEST_TEXT_BYTES
from supportbot.customers.tables import Site
from supportbot.drafting.triage_training import count_labels
from supportbot.errors import Forbidden, InvalidInput
from supportbot.governance.queries import find_active_policy
from supportbot.routing.policy import SHIPPED_WEIGHTS, shipped_policy
from supportbot.training.candidates import activate_candidate, candidates, decline_candidate
from supportbot.training.counts import label_counts, live_counts
from supportbot.triage.weight_store import weights_named
from supportbot.web.login.routes import signed_in
from supportbot.web.services import services
from supportbot.web.triage.context import triage_page_view
from supportbot.web.triage.try_context import trial_view

blueprint = Blueprint("triage", __name__, url_prefix="/triage")


@blueprint.get("")
def page() -> str:
    """Everything about triage on one page."""
    return _render(None)


@blueprint.post("/trial")
def trial() -> BaseResponse:
    """Show what triage makes of a text; nothing of it is kept."""
    text = request.form.get("text", "").strip()
    try:
        shown = _tried(text)
    except InvalidInput as error:
        shown = {"text": text[:LONGEST_TEXT_BYTES], "error": error.message, "result": None}
    status = 400 if shown["error"] else 200
    if request.headers.get("HX-Request"):
        return Response(render_template("triage/_trial.html", trial=shown), status=status)
    return Response(_render(shown), status=status)


@blueprint.post("/weights/<int:candidate_id>/activation")
def activation(candidate_id: int) -> BaseResponse:
    """Put trained weights in force by a new policy version."""
    person, wired = _owner(), services()
    with wired.database.transaction() as db:
        number = activate_candidate(
            db, wired.runtime.audit, candidate_id, by=person.email, actor=person.actor, at=wired.clock()
        )
    flash(f"In force by policy version {number}. A rollback of the policy brings the weights before back.", "good")
    return redirect(url_for("triage.page"), code=303)


@blueprint.post("/weights/<int:candidate_id>/refusal")
def refusal(candidate_id: int) -> BaseResponse:
    """Decline trained weights; the labels stay for the next ones."""
    person, wired = _owner(), services()
    with wired.database.transaction() as db:
        decline_candidate(db, wired.runtime.audit, candidate_id, by=person.email, actor=person.actor, at=wired.clock())
    flash("Declined. The labels stay for the next training.", "message")
    return redirect(url_for("triage.page"), code=303)


def _render(shown: dict[str, Any] | None) -> str:
    wired, person = services(), signed_in()
    now = wired.clock()
    with wired.database.transaction(read_only=True) as db:
        active = find_active_policy(db)
        view = triage_page_view(
            live_counts(db, now=now),
            label_counts(db),
            candidates(db),
            spoken=count_labels(db),
            in_force=active.policy.triage.weights if active else SHIPPED_WEIGHTS,
            may_decide=active is not None
            and may(person, "approve_policy")
            and person.email.casefold() == active.policy.owner.casefold(),
            owner=active.policy.owner if active else None,
            now=now,
            zone=_zone(db),
        )
    return render_template("triage/page.html", triage=view, trial=shown or {"text": "", "error": None, "result": None})


def _tried(text: str) -> dict[str, Any]:
    if not text:
        raise InvalidInput("Write what a customer might write.", fields={"text": "is empty"})
    if len(text) > LONGEST_TEXT_BYTES:
        raise InvalidInput(f"This has {len(text):,} characters; {LONGEST_TEXT_BYTES:,} are the most.")
    with services().database.transaction(read_only=True) as db:
        active = find_active_policy(db)
        policy = active.policy if active else shipped_policy()
        weights = weights_named(db, policy.triage.weights)
    return {"text": text, "error": None, "result": trial_view(text, policy, weights)}


def _owner() -> Person:
    person = signed_in()
    if not may(person, "approve_policy"):
        raise Forbidden("Trained weights are activated or declined by the owner of the routing policy.")
    return person


def _zone(db: Session) -> ZoneInfo:
    return ZoneInfo(db.exec(select(Site.time_zone).order_by(col(Site.id))).first() or "UTC")
