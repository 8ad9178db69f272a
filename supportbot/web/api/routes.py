"""The agents' HTTP surface, /api/v1: JSON in and out, a bearer token of a person on every call."""

from typing import Any

from flask import Blueprint, g, jsonify, request
from pydantic import BaseModel, ConfigDict, Field, field_validator
from werkzeug.wrappers import Response

from supportbot.accounts.queries import person_by_token
from supportbot.accounts.types import Person
from supportbot.drafting.actions import corrections, decisions, dispatch, edits
from supportbot.drafting.queries import newest_divergences
from supportbot.errors import InvalidInput, NotSignedIn
from supportbot.governance.queries import active_policy
from supportbot.inbox import actions as inbox_actions
from supportbot.inbox import queries
from supportbot.inbox.pagination import parse_cursor
from supportbot.inbox.tables import Outgoing
from supportbot.web.api.context import conversation_detail, conversation_line, divergence_line, label_line
from supportbot.web.api.openapi import openapi_document
from supportbot.web.json_body import read_json
from supportbot.web.request_guards import whole_number
from supportbot.web.services import services

blueprint = Blueprint("api", __name__, url_prefix="/api/v1")
DIVERGENCES_A_PAGE = 50


class Body(BaseModel):
    """A request body: nothing but the named fields."""

    model_config = ConfigDict(extra="forbid", strict=True)

    @field_validator("*")
    @classmethod
    def refuse_nul(cls, value: object) -> object:
        """No text may hold what a database cannot store."""
        if isinstance(value, str) and "\x00" in value:
            raise ValueError("contains a NUL character")
        return value


class Approval(Body):
    """Which bytes are approved: `content_hash` as the draft showed it."""

    content_hash: str = Field(max_length=64)


class Release(Approval):
    """Which variant of a held draft is let go."""

    variant: str = Field(default="as_drafted", max_length=20)


class Rejection(Body):
    """Why a draft is refused."""

    reason: str = Field(max_length=30)
    note: str = Field(default="", max_length=500)


class Text(Body):
    """A note's or a reply's words."""

    text: str = Field(min_length=1, max_length=10_000)


class Reply(Text):
    """A hand-written reply."""

    resolve: bool = False


class TopicCorrection(Body):
    """What a message is really about: one of the topics."""

    topic: str = Field(max_length=30)


OPERATIONS: dict[str, type[Body] | None] = {
    "GET /conversations": None,
    "GET /conversations/{id}": None,
    "POST /conversations/{id}/replies": Reply,
    "POST /conversations/{id}/notes": Text,
    "POST /drafts/{id}/approval": Approval,
    "POST /drafts/{id}/release": Release,
    "POST /drafts/{id}/rejection": Rejection,
    "POST /messages/{id}/topic": TopicCorrection,
    "POST /messages/{id}/wrong-route": None,
    "DELETE /labels/{id}": None,
    "DELETE /outgoing/{id}": None,
    "GET /divergences": None,
    "GET /policy": None,
    "GET /metrics/summary": None,
    "GET /openapi.json": None,
}


@blueprint.before_request
def require_token() -> None:
    """Find the person the bearer token speaks for; the description of the surface is open.

    Raises:
        NotSignedIn: no token, or one that is unknown, revoked or of somebody disabled.
    """
    if request.endpoint == "api.openapi":
        return
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "bearer" or not token:
        raise NotSignedIn("Send 'Authorization: Bearer TOKEN'. Make a token with: supportbot token create EMAIL")
    with services().database.transaction(read_only=True) as db:
        person = person_by_token(db, token.strip())
    if person is None:
        raise NotSignedIn("This token is unknown or revoked. Make a new one with: supportbot token create EMAIL")
    g.person = person


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The description of this surface."""
    return jsonify(openapi_document(OPERATIONS))


@blueprint.get("/conversations")
def conversations() -> Response:
    """One page of a view; `next` is the cursor of the following one."""
    view = request.args.get("view", "all")
    if view not in queries.VIEWS:
        raise InvalidInput(f"View {view!r} does not exist. Choose one of: {', '.join(queries.VIEWS)}.")
    after = parse_cursor(request.args.get("after"))
    with services().database.transaction(read_only=True) as db:
        page = queries.list_conversations(db, view, _person().id, after=after)
    return jsonify(
        {
            "conversations": [conversation_line(line) for line in page.lines],
            "next": page.next.text if page.next else None,
        }
    )


@blueprint.get("/conversations/<int:conversation_id>")
def conversation(conversation_id: int) -> Response:
    """Everything about one conversation; `before` gives its earlier messages."""
    before = whole_number(request.args.get("before"), name="before")
    with services().database.transaction(read_only=True) as db:
        return jsonify(conversation_detail(db, conversation_id, before=before))


@blueprint.post("/conversations/<int:conversation_id>/replies")
def add_reply(conversation_id: int) -> tuple[Response, int]:
    """Let a hand-written reply go; it leaves in ten seconds."""
    body = read_json(Reply)
    wired = services()
    with wired.database.transaction() as db:
        outgoing = edits.write_reply(
            db, wired.runtime, conversation_id, edits.split_text(body.text), by=_person(), resolve=body.resolve
        )
        return jsonify(_on_its_way(outgoing)), 202


@blueprint.post("/conversations/<int:conversation_id>/notes")
def add_note(conversation_id: int) -> tuple[Response, int]:
    """Write a private note."""
    body = read_json(Text)
    wired = services()
    with wired.database.transaction() as db:
        note = inbox_actions.add_note(db, wired.runtime, conversation_id, body.text, by=_person())
        return jsonify({"id": note.id}), 201


@blueprint.post("/drafts/<int:draft_id>/approval")
def approve(draft_id: int) -> tuple[Response, int]:
    """Approve a ready draft as shown; it leaves in ten seconds."""
    body = read_json(Approval)
    wired = services()
    with wired.database.transaction() as db:
        outgoing = decisions.approve(db, wired.runtime, draft_id, content_hash=body.content_hash, by=_person())
        return jsonify(_on_its_way(outgoing)), 202


@blueprint.post("/drafts/<int:draft_id>/release")
def release(draft_id: int) -> tuple[Response, int]:
    """Release a held draft in one of its variants; it leaves in ten seconds."""
    body = read_json(Release)
    wired = services()
    with wired.database.transaction() as db:
        outgoing = decisions.release(
            db, wired.runtime, draft_id, content_hash=body.content_hash, variant=body.variant, by=_person()
        )
        return jsonify(_on_its_way(outgoing)), 202


@blueprint.post("/drafts/<int:draft_id>/rejection")
def reject(draft_id: int) -> Response:
    """Refuse a draft with a reason."""
    body = read_json(Rejection)
    wired = services()
    with wired.database.transaction() as db:
        draft = decisions.reject(db, wired.runtime, draft_id, reason=body.reason, note=body.note, by=_person())
        return jsonify({"id": draft.id, "state": draft.state})


@blueprint.post("/messages/<int:message_id>/topic")
def correct_topic(message_id: int) -> tuple[Response, int]:
    """Say what a customer's message is really about."""
    body = read_json(TopicCorrection)
    wired = services()
    with wired.database.transaction() as db:
        return jsonify(
            label_line(corrections.correct_topic(db, wired.runtime, message_id, body.topic, by=_person()))
        ), 201


@blueprint.post("/messages/<int:message_id>/wrong-route")
def wrong_route(message_id: int) -> tuple[Response, int]:
    """Say that a message was sent the wrong way; one that went fast is held at once."""
    wired = services()
    with wired.database.transaction() as db:
        return jsonify(label_line(corrections.say_wrong_route(db, wired.runtime, message_id, by=_person()))), 201


@blueprint.delete("/labels/<int:label_id>")
def take_back(label_id: int) -> Response:
    """Take back what one said of a message."""
    wired = services()
    with wired.database.transaction() as db:
        return jsonify(label_line(corrections.take_back(db, wired.runtime, label_id, by=_person())))


@blueprint.delete("/outgoing/<int:outgoing_id>")
def undo(outgoing_id: int) -> Response:
    """Take back a reply that has not left yet."""
    wired = services()
    with wired.database.transaction() as db:
        outgoing = dispatch.undo(db, wired.runtime, outgoing_id, by=_person())
        return jsonify({"id": outgoing.id, "state": outgoing.state})


@blueprint.get("/divergences")
def divergences() -> Response:
    """The log of answers that routing changed, newest first."""
    before = whole_number(request.args.get("before"), name="before")
    with services().database.transaction(read_only=True) as db:
        rows = newest_divergences(db, before_id=before, limit=DIVERGENCES_A_PAGE)
    more = rows[-1].id if len(rows) == DIVERGENCES_A_PAGE else None
    return jsonify({"divergences": [divergence_line(row) for row in rows], "next": more})


@blueprint.get("/policy")
def policy() -> Response:
    """The active routing policy."""
    with services().database.transaction(read_only=True) as db:
        active = active_policy(db)
    return jsonify({"number": active.number, "owner": active.policy.owner, "document": active.document})


@blueprint.get("/metrics/summary")
def summary() -> Response:
    """How much waits, counted up to 100 a view, and how the job engine does."""
    wired = services()
    with wired.database.transaction(read_only=True) as db:
        counts = queries.count_views(db, _person().id)
    health = wired.runtime.engine.health()
    jobs = {"waiting": health.waiting, "running": health.running, "failed": health.failed}
    return jsonify({"views": counts, "jobs": jobs})


def _person() -> Person:
    person: Person = g.person
    return person


def _on_its_way(outgoing: Outgoing) -> dict[str, Any]:
    return {
        "outgoing_id": outgoing.id,
        "conversation_id": outgoing.conversation_id,
        "content_hash": outgoing.content_hash,
        "sends_at": outgoing.sends_at.isoformat(),
    }
