"""The weekly review: the weeks, one conversation with its scorecard, and the closing screen.

Reading someone's marks, the checks and the model needs one's own marks first; this is decided here, on the server.
"""

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as BaseResponse

from supportbot.accounts.queries import names_by_id
from supportbot.accounts.rules import may
from supportbot.accounts.types import Person
from supportbot.errors import Forbidden, InvalidInput, NotFound
from supportbot.review import actions, queries, rules
from supportbot.review.item_thread import reading_case
from supportbot.review.population import team_zone
from supportbot.review.queries import ItemState
from supportbot.review.types import CRITERIA
from supportbot.web.login.routes import signed_in
from supportbot.web.review.context import Frame, Week, closing_view, weeks_view
from supportbot.web.review.item_context import reading_view
from supportbot.web.services import services

blueprint = Blueprint("review", __name__, url_prefix="/review")

WEEKS_A_PAGE = 13
OPENED = "review_opened"  # in the session cookie: item id to when its page was first opened


@blueprint.get("")
def page() -> str:
    """The schedule and every week drawn."""
    person, wired = _reviewer(), services()
    with wired.database.transaction(read_only=True) as db:
        lines = queries.newest_weeks(db, before=request.args.get("before"), limit=WEEKS_A_PAGE + 1)
        newest = queries.newest_weeks(db, limit=1)
        first_open = None
        if newest and newest[0].closed_at is None:
            first_open = _next(queries.week_items(db, newest[0].week), person)
        view = weeks_view(
            lines[:WEEKS_A_PAGE],
            _frame(db),
            newest=newest[0] if newest else None,
            next_position=first_open,
            last=queries.last_decision(db, before=newest[0].week) if newest else None,
            has_older=len(lines) > WEEKS_A_PAGE,
        )
    return render_template("review/page.html", weeks=view, reading=None, closing=None)


@blueprint.get("/<week>")
def closing(week: str) -> str:
    """What was counted in a week, and its one decision."""
    return _closing(week)


@blueprint.get("/<week>/<int:position>")
def item(week: str, position: int) -> str:
    """One conversation and its scorecard."""
    return _reading(week, position)


@blueprint.post("/<week>/<int:position>/scorecard")
def scorecard(week: str, position: int) -> BaseResponse:
    """Submit one's marks, and go on with the next conversation."""
    person, wired = _reviewer(), services()
    form = {criterion.name: request.form.get(f"mark-{criterion.name}", "") for criterion in CRITERIA}
    form["cause"] = request.form.get("cause", "")
    try:
        marks = rules.read_marks(form)
    except InvalidInput as error:
        return Response(_reading(week, position, form=form, error=error), status=400)
    with wired.database.transaction() as db:
        actions.submit_scorecard(
            db, wired.runtime, week, position, marks, by=person, opened_at=_opened_at(week, position)
        )
        after = _next(queries.week_items(db, week), person, after=position)
    session[OPENED] = {key: at for key, at in session.get(OPENED, {}).items() if key != f"{week}/{position}"}
    return redirect(_address(week, after), code=303)


@blueprint.post("/<week>/<int:position>/replacement")
def replacement(week: str, position: int) -> BaseResponse:
    """Put the next conversation of the same kind in the place of one that cannot be judged."""
    person, wired = _reviewer(), services()
    with wired.database.transaction() as db:
        actions.replace_item(db, wired.runtime, week, position, request.form.get("reason", ""), by=person)
    session[OPENED] = {key: at for key, at in session.get(OPENED, {}).items() if key != f"{week}/{position}"}
    flash("Replaced. What stood here is kept in the record with your reason.", "message")
    return redirect(_address(week, position), code=303)


@blueprint.post("/<week>/decision")
def decision(week: str) -> BaseResponse:
    """Write the week's one decision and close it."""
    person, wired, form = _reviewer(), services(), request.form
    chosen, reason = form.get("decision", ""), form.get("reason", "")
    try:
        with wired.database.transaction() as db:
            actions.close_week(db, wired.runtime, week, decision=chosen, reason=reason, by=person)
    except InvalidInput as error:
        return Response(_closing(week, decision=chosen, reason=reason, errors=error.fields), status=400)
    flash(f"Week {int(week[-2:])} is closed.", "good")
    return redirect(_address(week, None), code=303)


def _closing(week: str, *, decision: str | None = None, reason: str = "", errors: dict[str, str] | None = None) -> str:
    person, wired = _reviewer(), services()
    with wired.database.transaction(read_only=True) as db:
        shown = _week(db, week)
        is_open = shown.row.closed_at is None
        next_position = _next(shown.items, person) if is_open else None
        view = closing_view(
            shown,
            _frame(db),
            person=person,
            counts=queries.count_week(db, week, reader=person if is_open else None),
            last=queries.last_decision(db, before=week),
            next_position=next_position,
        )
    view |= {"decision": decision, "reason": reason, "errors": errors or {}}
    return render_template("review/page.html", weeks=None, reading=None, closing=view)


def _reading(week: str, position: int, *, form: dict[str, str] | None = None, error: InvalidInput | None = None) -> str:
    person, wired = _reviewer(), services()
    with wired.database.transaction(read_only=True) as db:
        shown = _week(db, week)
        state = next((one for one in shown.items if one.item.position == position), None)
        if state is None:
            raise NotFound(f"Week {week} has no conversation {position}.")
        view = reading_view(shown, state, reading_case(db, state.item), _frame(db), person=person)
        view["next_url"] = _address(week, _next(shown.items, person, after=position))
    if not view["submitted"]:
        _remember_opened(week, position)
    if error is not None and form is not None:
        view |= {"error": error.message, "cause": form["cause"]}
        for criterion in view["criteria"]:
            criterion |= {"mark": form[criterion["name"]], "error": error.fields.get(criterion["name"])}
    return render_template("review/page.html", weeks=None, reading=view, closing=None)


def _reviewer() -> Person:
    person = signed_in()
    if not may(person, "review"):
        raise Forbidden("The weekly review is read by a lead or the owner.")
    return person


def _frame(db: Session) -> Frame:
    return Frame(now=services().clock(), zone=team_zone(db))


def _week(db: Session, week: str) -> Week:
    row = queries.find_week(db, week)
    items = queries.week_items(db, week)
    readers = {card.reviewer_id for state in items for card in state.cards}
    if row.closed_by_id is not None:
        readers.add(row.closed_by_id)
    return Week(row, items, names_by_id(db, readers), queries.replaced_in(db, week))


def _next(items: list[ItemState], person: Person, *, after: int = 0) -> int | None:
    """Where this person reads on: the next place that waits for them, from `after` on and then from the start."""
    waiting = [state.item.position for state in items if state.waits_for(person)]
    return next((at for at in waiting if at > after), waiting[0] if waiting else None)


def _address(week: str, position: int | None) -> str:
    if position is None:
        return url_for("review.closing", week=week)
    return url_for("review.item", week=week, position=position)


def _remember_opened(week: str, position: int) -> None:
    opened: dict[str, Any] = session.get(OPENED, {})
    if f"{week}/{position}" not in opened:
        newest = dict(list(opened.items())[-11:])
        session[OPENED] = newest | {f"{week}/{position}": services().clock().isoformat()}


def _opened_at(week: str, position: int) -> datetime | None:
    opened = session.get(OPENED, {}).get(f"{week}/{position}")
    return datetime.fromisoformat(opened) if opened else None
