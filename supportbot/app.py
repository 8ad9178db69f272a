"""Wiring: the one place where settings become a database, an engine, a gateway and a web application."""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from flask import Flask, Response, request
from flask_wtf import CSRFProtect

from supportbot.audit.actions import AuditLog
from supportbot.clock import Clock, system_clock
from supportbot.db import Database
from supportbot.db.migration import require_current, upgrade
from supportbot.drafting.flow import DRAFTS_WORKING, Drafting
from supportbot.engine import DbosEngine, Engine
from supportbot.events.actions import publish_models
from supportbot.events.tail import EventTail
from supportbot.gateway import Gateway
from supportbot.gateway.guard import DatabaseGuard
from supportbot.gateway.providers import PROVIDERS
from supportbot.gateway.schema_mode_store import SchemaModeStore
from supportbot.jobs.job_kinds import register_jobs
from supportbot.runtime import Runtime
from supportbot.settings import Settings, provider_key, top_folder
from supportbot.turns import Turns
from supportbot.web import errors, request_guards, templating
from supportbot.web.blueprints import PAGE_FAMILIES, PUBLIC_ENDPOINTS
from supportbot.web.json_body import MAX_JSON_BYTES
from supportbot.web.login import routes as login
from supportbot.web.services import Services

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; img-src 'self' data:; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything below the web: what a worker or a command needs too."""

    settings: Settings
    database: Database
    runtime: Runtime
    drafting: Drafting


def wire(
    settings: Settings, *, gateway: Gateway | None = None, clock: Clock | None = None, engine: Engine | None = None
) -> Parts:
    """Open the database and put the parts together; nothing is started."""
    at = clock or system_clock
    database = Database(settings.database_url)
    runtime = Runtime(
        engine=engine or DbosEngine(database),
        audit=AuditLog(settings.secret_key, at),
        clock=at,
    )
    turns = Turns(DRAFTS_WORKING)
    models = gateway or Gateway(
        {name: make(provider_key) for name, make in PROVIDERS.items()},
        clock=at,
        guard=DatabaseGuard(database, runtime.audit, at, announce=publish_models),
        ways=SchemaModeStore(database, at),
        while_waiting=turns.given_back,
    )
    drafting = Drafting(database, runtime, models, turns=turns)
    # In the web too: an enqueue must know the kind's queue.
    register_jobs(drafting)
    return Parts(settings, database, runtime, drafting)


def migrate_all(settings: Settings) -> str:
    """Bring the tables and the job engine's own to this release; gives words about it."""
    database = Database(settings.database_url)
    revision = upgrade(database)
    DbosEngine(database).migrate()
    database.dispose()
    return f"The database is at {revision}, as this release needs it."


def require_migrated(settings: Settings) -> None:
    """Refuse to start on a database that was not migrated.

    Raises:
        SettingsError: run `supportbot migrate` first.
    """
    database = Database(settings.database_url)
    require_current(database)
    DbosEngine(database).check_migrated()
    database.dispose()


def create_app(
    settings: Settings, *, gateway: Gateway | None = None, clock: Clock | None = None, engine: Engine | None = None
) -> Flask:
    """The web application. Tests give their own gateway, clock and engine."""
    parts = wire(settings, gateway=gateway, clock=clock, engine=engine)
    app = Flask("supportbot.web", template_folder=str(top_folder("templates")))
    app.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_JSON_BYTES,
        SESSION_COOKIE_NAME="__Host-supportbot" if settings.is_https else "supportbot",
        SESSION_COOKIE_SECURE=settings.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        TRUSTED_HOSTS=[urlsplit(settings.public_url).hostname, "127.0.0.1", "localhost"],
        WTF_CSRF_TIME_LIMIT=None,
    )
    app.extensions["supportbot"] = Services(
        settings, parts.database, parts.runtime, parts.runtime.clock, EventTail(parts.database)
    )
    request_guards.register(app)
    csrf = CSRFProtect(app)
    errors.register(app)
    login.register(app)
    templating.register(app)
    for family in PAGE_FAMILIES:
        app.register_blueprint(family.blueprint)
        if family.uses_tokens:
            csrf.exempt(family.blueprint)
    if settings.demo_file.is_file():
        from supportbot.web.demo import routes as demo

        app.register_blueprint(demo.blueprint)
    app.before_request(_require_login)
    app.after_request(_harden)
    return app


def _require_login() -> None:
    """Refuse by default: an endpoint is open only when it is named so in `web/blueprints.py`."""
    token_families = {family.blueprint.name for family in PAGE_FAMILIES if family.uses_tokens}
    if request.endpoint in PUBLIC_ENDPOINTS or request.blueprint in token_families or request.endpoint is None:
        return
    login.signed_in()


def _harden(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    if response.mimetype in ("text/html", "application/json"):
        response.headers.setdefault("Cache-Control", "no-store")
    return response
