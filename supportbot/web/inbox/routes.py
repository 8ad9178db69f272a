"""The inbox: what waits, one conversation, and everything an agent may do with it.

Every act is a plain form post answered with a 303; with htmx it is answered with the changed regions instead.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import parse_qs

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as BaseResponse

from supportbot.accounts.queries import person_by_session
from supportbot.drafting.actions import corrections, decisions, dispatch, edits, redrafts
from supportbot.drafting.queries import DeskCase, desk_case, find_draft
from supportbot.drafting.rules.draft_state import effective_state
from supportbot.drafting.tables import Draft
from supportbot.errors import InvalidInput, NotFound
from supportbot.events.types import DESK
from supportbot.inbox import actions as inbox_actions
from supportbot.inbox import queries
from supportbot.inbox.pagination import parse_cursor
from supportbot.inbox.tables import Outgoing
from supportbot.inbox.types import Status
from supportbot.training.tables import TriageLabel
from supportbot.web.inbox.context import panel_view, queue_view, thread_view
from supportbot.web.inbox.held_context import held_view
from supportbot.web.inbox.toasts import TAKEN_BACK, good_toast, sending_toasts
from supportbot.web.inbox.triage_context import label_said, triage_view
from supportbot.web.live_stream import stream_response
from supportbot.web.login.routes import session_key, signed_in
from supportbot.web.request_guards import split_address, whole_number
from supportbot.web.services import services

blueprint = Blueprint("inbox", __name__)

Act = Callable[[Session], object]
CHOOSE = {
    "title": "Choose a conversation",
    "text": "The longest waiting one stands at the top. Drafts are made as messages come in.",
    "shape": "inbox",
    "links": [],
}


@blueprint.get("/")
def root() -> BaseResponse:
    """The inbox is the first page."""
    return redirect(url_for("inbox.page"), code=303)


@blueprint.get("/inbox")
def page() -> str:
    """The list of what waits, with nothing open."""
    return _render(None)


@blueprint.get("/inbox/conversations/<int:conversation_id>")
def conversation(conversation_id: int) -> str:
    """One conversation beside the list; `compose` opens a composer, `before` shows what came earlier."""
    return _render(conversation_id)


@blueprint.get("/inbox/rows")
def rows() -> str:
    """The list alone, for live updates."""
    wired = services()
    with wired.database.transaction(read_only=True) as db:
        view = _queue(db, _view(), request.args.get("open", type=int))
    return render_template("inbox/_queue.html", queue=view, oob=False, thread=None, held=None)


@blueprint.get("/inbox/events")
def events() -> Response:
    """The desk's live stream (server-sent events; ids only)."""
    wired, person = services(), signed_in()
    key = session_key()

    def is_allowed() -> bool:
        with wired.database.transaction(read_only=True) as db:
            return person_by_session(db, person.id, key) is not None

    last = request.headers.get("Last-Event-ID")
    return stream_response(wired.tail, DESK, last_event_id=last, is_allowed=is_allowed)


@blueprint.post("/inbox/drafts/<int:draft_id>/approval")
def approve(draft_id: int) -> BaseResponse:
    """Approve a ready draft as shown."""
    person, runtime = signed_in(), services().runtime
    shown = request.form.get("content_hash", "")
    return _act(lambda db: decisions.approve(db, runtime, draft_id, content_hash=shown, by=person))


@blueprint.post("/inbox/drafts/<int:draft_id>/release")
def release(draft_id: int) -> BaseResponse:
    """Release a held draft in one of its variants."""
    person, runtime, form = signed_in(), services().runtime, request.form
    shown, variant = form.get("content_hash", ""), form.get("variant", "as_drafted")
    return _act(lambda db: decisions.release(db, runtime, draft_id, content_hash=shown, variant=variant, by=person))


@blueprint.post("/inbox/drafts/<int:draft_id>/rejection")
def reject(draft_id: int) -> BaseResponse:
    """Refuse a draft with a reason; the composer opens."""
    person, runtime, form = signed_in(), services().runtime, request.form
    return _act(
        lambda db: decisions.reject(
            db, runtime, draft_id, reason=form.get("reason", ""), note=form.get("note", ""), by=person
        ),
        compose="reply",
    )


@blueprint.post("/inbox/drafts/<int:draft_id>/regeneration")
def regenerate(draft_id: int) -> BaseResponse:
    """Ask for a new draft; the conversation stays open, for that is where it will stand."""
    person, runtime = signed_in(), services().runtime

    def again(db: Session) -> Draft:
        redrafts.regenerate(db, runtime, draft_id, by=person)
        return find_draft(db, draft_id)

    return _act(again)


@blueprint.post("/inbox/drafts/<int:draft_id>/hold")
def hold(draft_id: int) -> BaseResponse:
    """Hold a ready draft for a lead."""
    person, runtime = signed_in(), services().runtime
    return _act(lambda db: decisions.hold(db, runtime, draft_id, by=person))


@blueprint.post("/inbox/conversations/<int:conversation_id>/replies")
def reply(conversation_id: int) -> BaseResponse:
    """Send a hand-written reply or an edited draft; what is wrong with it is shown beside the words."""
    person, runtime, form = signed_in(), services().runtime, request.form
    written = edits.Written(form.get("answer", ""), form.get("details", ""))
    resolve = form.get("resolve") == "1"
    draft_id, shown = whole_number(form.get("draft_id"), name="draft_id"), form.get("content_hash", "")

    def act(db: Session) -> object:
        if draft_id is None:
            return edits.write_reply(db, runtime, conversation_id, written, by=person, resolve=resolve)
        return edits.send_edited(db, runtime, draft_id, written, content_hash=shown, by=person, resolve=resolve)

    try:
        return _act(act)
    except InvalidInput as error:
        mode = "edit" if draft_id is not None else "reply"
        page = _render(conversation_id, compose=mode, written=written, error=error)
        return Response(page, status=400)


@blueprint.post("/inbox/conversations/<int:conversation_id>/notes")
def note(conversation_id: int) -> BaseResponse:
    """Write a private note."""
    person, runtime, text = signed_in(), services().runtime, request.form.get("text", "")
    try:
        return _act(
            lambda db: inbox_actions.add_note(db, runtime, conversation_id, text, by=person), stay=conversation_id
        )
    except InvalidInput as error:
        written = edits.Written(text, "")
        return Response(_render(conversation_id, compose="note", written=written, error=error), status=400)


@blueprint.post("/inbox/conversations/<int:conversation_id>/assignment")
def assignment(conversation_id: int) -> BaseResponse:
    """Give a conversation to somebody, to oneself ("me") or to nobody ("")."""
    person, runtime, asked = signed_in(), services().runtime, request.form.get("assignee", "")
    assignee = person.id if asked == "me" else whole_number(asked, name="assignee")
    return _act(
        lambda db: inbox_actions.assign(db, runtime, conversation_id, assignee, by=person), stay=conversation_id
    )


@blueprint.post("/inbox/conversations/<int:conversation_id>/status")
def status(conversation_id: int) -> BaseResponse:
    """Open, resolve or snooze a conversation."""
    person, runtime, form = signed_in(), services().runtime, request.form
    wanted = form.get("status", "")
    if wanted not in ("open", "resolved", "snoozed"):
        raise InvalidInput(f"Status {wanted!r} cannot be set. Choose open, resolved or snoozed.")
    until = _moment(form.get("until")) if wanted == "snoozed" else None
    return _act(
        lambda db: inbox_actions.set_status(db, runtime, conversation_id, cast(Status, wanted), by=person, until=until),
        stay=None if wanted != "open" else conversation_id,
        left=conversation_id,
    )


@blueprint.post("/inbox/outgoing/<int:outgoing_id>/undo")
def undo(outgoing_id: int) -> BaseResponse:
    """Take back a reply that has not left yet."""
    person, runtime = signed_in(), services().runtime
    return _act(lambda db: dispatch.undo(db, runtime, outgoing_id, by=person))


@blueprint.post("/inbox/messages/<int:message_id>/topic")
def topic(message_id: int) -> BaseResponse:
    """Say what a message is really about."""
    person, runtime, chosen = signed_in(), services().runtime, request.form.get("topic", "")
    return _act(lambda db: corrections.correct_topic(db, runtime, message_id, chosen, by=person))


@blueprint.post("/inbox/messages/<int:message_id>/wrong-route")
def wrong_route(message_id: int) -> BaseResponse:
    """Say that a message was sent the wrong way; a fast one is held at once."""
    person, runtime = signed_in(), services().runtime
    return _act(lambda db: corrections.say_wrong_route(db, runtime, message_id, by=person))


@blueprint.post("/inbox/labels/<int:label_id>/removal")
def removal(label_id: int) -> BaseResponse:
    """Take back what one said of a message."""
    person, runtime = signed_in(), services().runtime
    return _act(lambda db: corrections.take_back(db, runtime, label_id, by=person))


def _act(act: Act, *, compose: str | None = None, stay: int | None = None, left: int | None = None) -> BaseResponse:
    """Run one act in one transaction, then show where the agent is now.

    After something was let go or closed the next waiting conversation opens; else the same one stays. What was let
    go can be undone from any page that follows.
    """
    wired = services()
    with wired.database.transaction() as db:
        done = act(db)
        conversation_id = stay if stay is not None else getattr(done, "conversation_id", None)
        closed = left if stay is None else None
        if conversation_id is None or (isinstance(done, Outgoing) and done.state == "waiting"):
            conversation_id = _next_waiting(db, done.conversation_id if isinstance(done, Outgoing) else closed)
    words = _words_about(done)
    if not request.headers.get("HX-Request"):
        if words:
            flash(words, "good")
        return redirect(_address(conversation_id, compose), code=303)
    said = [good_toast(words)] if words else []
    response = Response(_render(conversation_id, compose=compose, toasts=said, swap=True))
    response.headers["HX-Push-Url"] = _address(conversation_id, compose)
    return response


def _words_about(done: object) -> str | None:
    """What a toast says of an act that leaves no other trace on the page."""
    if isinstance(done, TriageLabel):
        return label_said(done)
    return TAKEN_BACK if isinstance(done, Outgoing) and done.state == "undone" else None


def _next_waiting(db: Session, but: int | None) -> int | None:
    """The longest waiting conversation of the view that a person may act on, other than the one just done."""
    lines = queries.list_conversations(db, _view(), signed_in().id, size=20).lines
    busy = ("sending", "waiting", "drafting")
    for line in lines:
        if line.conversation.id != but and line.conversation.work_state not in busy:
            return line.conversation.id
    return None


def _render(
    conversation_id: int | None,
    *,
    compose: str | None = None,
    written: edits.Written | None = None,
    error: InvalidInput | None = None,
    toasts: Sequence[dict[str, Any]] = (),
    swap: bool = False,
) -> str:
    """The page, or for htmx its changed regions."""
    wired, view = services(), _view()
    now = wired.clock()
    context: dict[str, Any] = {"thread": None, "held": None, "panel": None, "empty": CHOOSE}
    is_part = bool(request.headers.get("HX-Request")) and not swap
    with wired.database.transaction(read_only=True) as db:
        context["toasts"] = [] if is_part else [*sending_toasts(db, signed_in().id, now=now), *toasts]
        context["queue"] = _queue(db, view, conversation_id)
        if conversation_id is not None:
            case = desk_case(db, conversation_id, before=_before())
            mode = compose or request.args.get("compose")
            context |= _case_context(case, mode, written, error, now)
    context |= {"live_url": url_for("inbox.events"), "oob": True}
    if swap:
        return render_template("inbox/_swap.html", **context)
    if is_part:
        return render_template("inbox/_case.html", **context)
    return render_template("inbox/page.html", **context)


def _case_context(
    case: DeskCase,
    mode: str | None,
    written: edits.Written | None,
    error: InvalidInput | None,
    now: datetime,
) -> dict[str, Any]:
    person, main = signed_in(), case.drafts.main
    back = url_for("inbox.page", view=None if _view() == "all" else _view())
    is_held = (
        main is not None
        and not case.is_past
        and case.conversation.work_state == "held"
        and effective_state(
            main.state,
            message_id=main.message_id,
            newest_customer_message_id=case.conversation.newest_customer_message_id,
        )
        == "held"
    )
    if is_held and main is not None:
        held = held_view(case, main, person=person, now=now, back_url=back)
        held["composer"] = _composer(case, mode, written, error)
        held["triage"] = triage_view(case, person=person, now=now)
        return {"held": held}
    thread = thread_view(case, person=person, now=now, back_url=back)
    if case.is_past:
        return {"thread": thread, "panel": panel_view(case, now=now)}
    thread["composer"] = _composer(case, mode, written, error)
    thread["triage"] = None if case.is_past else triage_view(case, person=person, now=now)
    return {"thread": thread, "panel": panel_view(case, now=now)}


def _composer(
    case: DeskCase, mode: str | None, written: edits.Written | None, error: InvalidInput | None
) -> dict[str, Any] | None:
    """What the composer starts with; see `templates/inbox/_composer.html`."""
    if mode not in ("reply", "edit", "note"):
        return None
    draft = case.drafts.main if mode == "edit" else None
    frame = edits.frame_of(draft) if draft and draft.reply else edits.blank_reply(case.conversation, case.site)
    start = written or (edits.Written(frame.answer, frame.details) if mode == "edit" else edits.Written("", ""))
    resource = "notes" if mode == "note" else "replies"
    address = url_for("inbox.conversation", conversation_id=case.conversation.id)
    errors = error.fields if error else {}
    return {
        "mode": mode,
        "action": f"{address}/{resource}",
        "cancel_url": address,
        "draft_id": draft.id if draft else None,
        "content_hash": draft.content_hash if draft else None,
        "answer": start.answer,
        "details": start.details,
        "frame": frame,
        "text": start.answer if mode == "note" else "",
        "problem": _unplaced(error),
        "errors": {name: errors[name] for name in ("answer", "details", "text") if name in errors},
    }


def _unplaced(error: InvalidInput | None) -> str | None:
    """What is wrong but belongs to no field of the form."""
    if error is None:
        return None
    others = [problem for name, problem in error.fields.items() if name not in ("answer", "details", "text")]
    return " ".join([error.message, *others])


def _queue(db: Session, view: queries.View, open_id: int | None) -> dict[str, Any]:
    person, now = signed_in(), services().clock()
    after = parse_cursor(request.args.get("after"))
    listed = queries.list_conversations(db, view, person.id, after=after)
    counts = queries.count_views(db, person.id)
    return queue_view(listed, counts, view, person=person, open_id=open_id, now=now)


def _view() -> queries.View:
    """The view asked for; an act, posted without one, stays in the view of the page it came from."""
    came_from = request.headers.get("HX-Current-URL") or request.referrer or ""
    asked = request.args.get("view")
    if asked is None and request.method == "POST":
        asked = parse_qs(split_address(came_from).query).get("view", ["all"])[0]
    asked = asked or "all"
    if asked not in queries.VIEWS:
        raise NotFound(f"There is no view {asked!r}.")
    return asked


def _before() -> int | None:
    """The message whose past is asked for; an act always shows the newest."""
    return whole_number(request.args.get("before"), name="before") if request.method == "GET" else None


def _address(conversation_id: int | None, compose: str | None) -> str:
    view = None if _view() == "all" else _view()
    if conversation_id is None:
        return url_for("inbox.page", view=view)
    return url_for("inbox.conversation", conversation_id=conversation_id, view=view, compose=compose)


def _moment(text: str | None) -> datetime:
    try:
        at = datetime.fromisoformat(text or "")
        if at.tzinfo is None:
            raise InvalidInput(f"{text!r} has no time zone.", fields={"until": "has no time zone"})
        return at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise InvalidInput(f"{text!r} is not a time.", fields={"until": "is not a time"}) from None
