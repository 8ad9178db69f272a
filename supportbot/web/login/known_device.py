"""Browsers in which somebody has signed in before, told by a signed cookie that opens nothing by itself."""

import secrets

from flask import current_app, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from werkzeug.wrappers import Response

LIFE_S = 180 * 24 * 3600


def known_device(email: str) -> str | None:
    """The name of this browser where this address has signed in here before; None elsewhere."""
    try:
        address, device = _serializer().loads(request.cookies.get(_cookie(), ""), max_age=LIFE_S)
    except (BadSignature, TypeError, ValueError):
        return None
    return str(device) if address == _normal(email) else None


def remember_device(response: Response, email: str) -> Response:
    """Mark this browser as one in which an address has signed in; the mark lasts half a year."""
    signed = _serializer().dumps((_normal(email), known_device(email) or secrets.token_hex(8)))
    config = current_app.config
    response.set_cookie(
        _cookie(),
        signed if isinstance(signed, str) else signed.decode(),
        max_age=LIFE_S,
        path="/",
        secure=config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _cookie() -> str:
    return f"{current_app.config['SESSION_COOKIE_NAME']}-device"


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="known device")


def _normal(email: str) -> str:
    return email.strip().lower()
