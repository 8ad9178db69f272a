"""The chat widget over HTTP: its launcher, its frame, and the JSON that they speak.

The frame comes from supportbot itself, so its calls are same-origin and shop pages get no CORS. Every call but the
first carries the session token in its header, never in an address.
"""

import gzip
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template, request, url_for
from sqlmodel import Session
from werkzeug.wrappers import Response as BaseResponse

from supportbot.accounts.login_throttle import count_try
from supportbot.accounts.types import ShopUser
from supportbot.channels.message_text import LONGEST_TEXT_BYTES
from supportbot.channels.widget import NewMessage, NewSession, SeenMessage, WidgetChannel
from supportbot.customers.identity import AUDIENCE, site_secret, verify_identity
from supportbot.customers.sessions import (
    OpenedSession,
    WidgetHolder,
    close_session,
    find_site,
    open_customer_session,
    open_visitor_session,
    read_session,
)
from supportbot.customers.shop_front import Shopfront, read_shopfront
from supportbot.customers.tables import Site
from supportbot.errors import InvalidInput, NotFound, NotSignedIn
from supportbot.events.types import Audience
from supportbot.inbox.actions import mark_seen, receive_message
from supportbot.inbox.queries import widget_messages, widget_state
from supportbot.web.client_network import client_address, is_near, network_of
from supportbot.web.json_body import read_json
from supportbot.web.live_stream import stream_response
from supportbot.web.services import services

blueprint = Blueprint("widget", __name__)

MESSAGES_A_MINUTE = 20
SESSIONS_A_MINUTE_PER_USER = 60
VISITORS_A_MINUTE_PER_ADDRESS = 120
VISITORS_A_MINUTE_PER_NEAR_ADDRESS = 6_000

ASSETS = {"widget.js": "text/javascript", "panel.js": "text/javascript", "widget.css": "text/css"}
PERMANENT = "public, max-age=31536000, immutable"
# The launcher's address never changes, so browsers ask again soon.
LAUNCHER_CACHE = "public, max-age=300"

_SEEN_BY_CUSTOMERS = ("id", "role", "text", "reply", "sent_at")
_REPLY_FIELDS = ("answer", "details", "case_fields", "next_actions", "sign_off")


@blueprint.get("/widget.js")
def launcher() -> BaseResponse:
    """The one script that a shop's page loads."""
    response = _asset("widget.js", cache_control=LAUNCHER_CACHE)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@blueprint.get("/widget/assets/<name>")
def asset(name: str) -> BaseResponse:
    """The frame's script and sheet; `?v=` changes with their content."""
    if name not in ASSETS:
        raise NotFound("There is no such file.")
    return _asset(name, cache_control=PERMANENT)


@blueprint.get("/widget/frame")
def frame() -> Response:
    """The chat panel's page. Only the site's own origins may frame it."""
    now = services().clock()
    with services().database.transaction(read_only=True) as db:
        site = find_site(db, request.args.get("site", ""))
        front = read_shopfront(site, now=now)
    origins = sorted({_own_origin(), *front.origins})
    shop = json.dumps({"site": site.key, "origins": origins, "longest": LONGEST_TEXT_BYTES, **_shop(front)})
    page = render_template(
        "widget/frame.html", name=front.name, shop=shop, script=_url("panel.js"), sheet=_url("widget.css")
    )
    response = Response(page, mimetype="text/html")
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
        f"base-uri 'none'; form-action 'none'; frame-ancestors 'self' {' '.join(origins)}"
    )
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.post("/widget/v1/sessions")
def open_session() -> tuple[dict[str, Any], int]:
    """Exchange a proof of identity, or nothing, for a session token."""
    body = read_json(NewSession)
    now = services().clock()
    with services().database.transaction() as db:
        site = find_site(db, body.site_key)
        opened = _open(db, site, body, now=now)
        front = read_shopfront(site, now=now)
    return {
        "session_token": opened.session_token,
        "visitor_token": opened.visitor_token,
        "verified": opened.is_verified,
        "customer": {"name": opened.customer_name},
        "shop": _shop(front),
        "expires_at": _utc(opened.expires_at),
    }, 201


@blueprint.delete("/widget/v1/sessions/current")
def end_session() -> tuple[str, int]:
    """Sign out: the token and its streams end."""
    holder = _holder()
    with services().database.transaction() as db:
        close_session(db, holder)
    return "", 204


@blueprint.post("/widget/v1/messages")
def post_message() -> tuple[dict[str, int], int]:
    """Take one message in, once per client_message_id."""
    holder = _holder()
    body = read_json(NewMessage)
    clock = services().clock
    inbound = WidgetChannel().parse(body, customer_id=holder.customer_id, received_at=clock())
    with services().database.transaction() as db:
        received = receive_message(db, services().runtime, inbound)
        if received.is_new:  # a repeat costs nothing; over the limit the whole transaction is undone
            who = str(holder.customer_id)
            count_try(db, clock, name="message", who=who, limit=MESSAGES_A_MINUTE, window_s=60)
    return {"message_id": received.message_id, "conversation_id": received.conversation_id}, 202


@blueprint.get("/widget/v1/messages")
def list_messages() -> dict[str, Any]:
    """The customer's own thread, a page of it, oldest first: after a message id, before one, or the newest there are.

    `earlier` is there and true where messages came before these; after an id, `later` where more came since.
    """
    holder = _holder()
    asked = {name: _whole_number(request.args.get(name, "0"), name=name) for name in ("after", "before")}
    if asked["after"] and asked["before"]:
        raise InvalidInput("Give after or before, not both.")
    with services().database.transaction(read_only=True) as db:
        messages, has_more = widget_messages(
            db, holder.customer_id, after=asked["after"], before=asked["before"] or None
        )
    answer: dict[str, Any] = {"messages": [_for_customer(message) for message in messages]}
    return answer | {"later" if asked["after"] else "earlier": True} if has_more else answer


@blueprint.get("/widget/v1/conversation")
def newest_conversation() -> dict[str, Any]:
    """The customer's newest case: its number, its status, and whether an answer is still on its way."""
    holder = _holder()
    with services().database.transaction(read_only=True) as db:
        newest = widget_state(db, holder.customer_id)
    if newest is None:
        return {"case_number": None, "status": None, "waiting": False}
    waits = newest.waiting_since is not None and newest.status != "resolved"
    return {"case_number": newest.case_number, "status": newest.status, "waiting": waits}


@blueprint.post("/widget/v1/seen")
def post_seen() -> tuple[str, int]:
    """Note that the customer saw everything up to a message."""
    holder = _holder()
    body = read_json(SeenMessage)
    with services().database.transaction() as db:
        mark_seen(db, services().runtime, holder.customer_id, body.message_id)
    return "", 204


@blueprint.get("/widget/v1/events")
def events() -> Response:
    """The customer's live stream; ids only."""
    holder = _holder()
    return stream_response(
        services().tail,
        Audience(customer_id=holder.customer_id),
        last_event_id=request.headers.get("Last-Event-ID"),
        is_allowed=_still_allowed(),
    )


def _open(db: Session, site: Site, body: NewSession, *, now: datetime) -> OpenedSession:
    clock = services().clock
    if body.claims_identity:
        user = _proven(site, body, now=now)
        who = f"{site.id} {user.external_id}"
        count_try(db, clock, name="widget-user", who=who, limit=SESSIONS_A_MINUTE_PER_USER, window_s=60)
        return open_customer_session(db, site, user, now=now)
    if site.settings.get("verified_only") is True:
        raise NotSignedIn("This shop's chat is for signed-in customers. Sign in first.", code="identity_required")
    who, limit = _address()
    count_try(db, clock, name="widget-address", who=who, limit=limit, window_s=60)
    return open_visitor_session(db, site, visitor_token=body.visitor_token, now=now)


def _proven(site: Site, body: NewSession, *, now: datetime) -> ShopUser:
    if body.identity_token is not None and (body.user_id is not None or body.user_hash is not None):
        raise InvalidInput("Send identity_token, or user_id with user_hash, not both.")
    return verify_identity(
        secret=site_secret(services().settings.secret_key, site.key, site.secret_version),
        now=now,
        token=body.identity_token,
        user_id=body.user_id,
        user_hash=body.user_hash,
        audiences=(AUDIENCE, site.key),
    )


def _address() -> tuple[str, int]:
    """Where a visitor calls from, keyed so that the stored hash leads nobody back, and how many sessions a minute.

    A loopback or private address is a proxy of ours or a developer, so all visitors may share it.
    """
    address = client_address()
    who = hmac.new(services().settings.secret_key.encode(), network_of(address).encode(), hashlib.sha256).hexdigest()
    near = is_near(address)
    return who, VISITORS_A_MINUTE_PER_NEAR_ADDRESS if near else VISITORS_A_MINUTE_PER_ADDRESS


def _holder() -> WidgetHolder:
    token = _bearer()
    with services().database.transaction(read_only=True) as db:
        return read_session(db, token, now=services().clock())


def _bearer() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip() or len(token) > 200:
        raise NotSignedIn("Send 'Authorization: Bearer <session_token>'; POST /widget/v1/sessions gives one.")
    return token.strip()


def _still_allowed() -> Callable[[], bool]:
    """Whether this request's token still speaks for its customer; asked while its stream is open."""
    token, wired = _bearer(), services()

    def check() -> bool:
        try:
            with wired.database.transaction(read_only=True) as db:
                read_session(db, token, now=wired.clock())
        except NotSignedIn:
            return False
        return True

    return check


def _whole_number(text: str, *, name: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise InvalidInput(f"{name} must be a message id.", fields={name: "must be a whole number"})
    return int(text)


def _for_customer(message: dict[str, Any]) -> dict[str, Any]:
    shown = {name: message[name] for name in _SEEN_BY_CUSTOMERS}
    if shown["reply"] is not None:
        shown["reply"] = {name: shown["reply"][name] for name in _REPLY_FIELDS}
    return shown


def _shop(front: Shopfront) -> dict[str, Any]:
    shown = asdict(front)
    del shown["origins"]
    if front.hours is not None:
        shown["hours"]["changes_at"] = _utc(front.hours.changes_at)
    return shown


def _utc(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()


def _own_origin() -> str:
    parts = urlsplit(services().settings.public_url)
    return f"{parts.scheme}://{parts.netloc}"


def _url(name: str) -> str:
    return url_for("widget.asset", name=name, v=_content(name)[2])


def _asset(name: str, *, cache_control: str) -> BaseResponse:
    plain, small, version = _content(name)
    zipped = request.accept_encodings.quality("gzip") > 0
    response = Response(small if zipped else plain, mimetype=ASSETS[name])
    if zipped:
        response.headers["Content-Encoding"] = "gzip"
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = cache_control
    response.set_etag(version)
    return response.make_conditional(request)


@cache
def _content(name: str) -> tuple[bytes, bytes, str]:
    """A file as served, the same gzipped, and its version. Comment lines and indentation stay at home."""
    lines = (Path(__file__).parents[1] / "static" / name).read_text(encoding="utf-8").splitlines()
    kept = (line.strip() for line in lines)
    plain = "\n".join(line for line in kept if line and not line.startswith("//")).encode()
    return plain, gzip.compress(plain, 9, mtime=0), hashlib.sha256(plain).hexdigest()[:12]
