"""Signing in and out, and who is signed in."""

from pathlib import Path

from flask import Blueprint, Flask, g, redirect, render_template, request, session, url_for
from flask_login import LoginManager, current_user, login_user, logout_user
from werkzeug.wrappers import Response

from supportbot.accounts import actions, queries
from supportbot.accounts.login_throttle import Origin
from supportbot.accounts.sign_in import sign_in
from supportbot.accounts.types import Person
from supportbot.errors import NotSignedIn, TooMany
from supportbot.settings import read_demo_file
from supportbot.web.client_network import client_address, is_near, network_of
from supportbot.web.login.known_device import known_device, remember_device
from supportbot.web.services import services

blueprint = Blueprint("login", __name__)


class SignedIn:
    """Flask-Login's view of a person; the id in the cookie ends with the session key, so it can be revoked."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, person: Person, session_key: str) -> None:
        self.person = person
        self._id = f"{person.id}:{session_key}"

    def get_id(self) -> str:
        """What the session cookie holds."""
        return self._id


def register(app: Flask) -> None:
    """Attach Flask-Login to an application."""
    manager = LoginManager(app)
    manager.session_protection = None  # behind changing addresses; the session key is what ends a session
    manager.user_loader(_load)
    manager.unauthorized_handler(_unauthorized)


def signed_in() -> Person:
    """The person who makes this request.

    Raises:
        NotSignedIn: nobody is.
    """
    if not current_user.is_authenticated:
        raise NotSignedIn("Sign in first.")
    return current_user.person  # type: ignore[no-any-return]  # Flask-Login is untyped


def session_key() -> str:
    """The key of the session that makes this request; it stops fitting when the session ends."""
    return str(current_user.get_id()).partition(":")[2]


@blueprint.get("/login")
def page() -> str | Response:
    """The sign-in form."""
    if current_user.is_authenticated:
        return redirect(_next_page(), code=303)
    return _form("", None)


@blueprint.post("/login")
def submit() -> tuple[str, int] | Response:
    """Sign in, or show the form again with what is wrong."""
    wired, email = services(), request.form.get("email", "")
    place = client_address()
    origin = Origin(network_of(place), is_shared=is_near(place), device=known_device(email))
    try:
        signed = sign_in(wired.database, wired.runtime.audit, email, request.form.get("password", ""), origin)
    except (NotSignedIn, TooMany) as error:
        status = 429 if isinstance(error, TooMany) else 401
        return _form(email, error.message), status
    session.clear()
    login_user(SignedIn(signed.person, signed.session_key))
    return remember_device(redirect(_next_page(), code=303), email)


@blueprint.post("/logout")
def logout() -> Response:
    """Sign out on every device."""
    person = signed_in()
    wired = services()
    with wired.database.transaction() as db:
        actions.end_sessions(db, wired.runtime.audit, person)
    logout_user()
    session.clear()
    return redirect(url_for("login.page"), code=303)


def _form(email: str, problem: str | None) -> str:
    view = {
        "email": email,
        "next_url": request.values.get("next", ""),
        "error": problem,
        "demo": _demo_people(services().settings.demo_file),
    }
    return render_template("login/login.html", login=view)


def _demo_people(file: Path) -> list[dict[str, str]]:
    """The demo's people with their passwords; nothing outside a demo's data folder."""
    users = read_demo_file(file).get("users", [])
    return [{name: user[name] for name in ("role", "name", "email", "password")} for user in users]


def _load(session_id: str) -> SignedIn | None:
    agent_id, _, key = session_id.partition(":")
    if not agent_id.isdigit():
        return None
    if "signed_in" not in g:
        with services().database.transaction(read_only=True) as db:
            person = queries.person_by_session(db, int(agent_id), key)
        g.signed_in = SignedIn(person, key) if person else None
    return g.signed_in  # type: ignore[no-any-return]  # flask.g is untyped


def _unauthorized() -> Response:
    raise NotSignedIn("Sign in first.")


def _next_page() -> str:
    """The page asked for before signing in, when it is one of ours."""
    asked = request.values.get("next", "")
    is_plain = asked.isprintable() and "\\" not in asked  # browsers skip tabs and read a backslash as a slash
    is_ours = is_plain and asked.startswith("/") and not asked.startswith("//")
    return asked if is_ours else url_for("inbox.page")
