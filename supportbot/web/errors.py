"""The one place that turns errors into status codes: one JSON shape for programs, one calm page for people."""

import logging

import sqlalchemy.exc
from flask import Blueprint, Flask, Response, g, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from supportbot.errors import (
    Conflict,
    Forbidden,
    InvalidInput,
    NotFound,
    NotSignedIn,
    SupportbotError,
    TooLarge,
    TooMany,
    Unavailable,
)
from supportbot.web.request_guards import split_address

logger = logging.getLogger(__name__)
blueprint = Blueprint("errors", __name__)

STATUS: dict[type[SupportbotError], int] = {
    InvalidInput: 400,
    NotSignedIn: 401,
    Forbidden: 403,
    NotFound: 404,
    Conflict: 409,
    TooLarge: 413,
    TooMany: 429,
    Unavailable: 503,
}
WORDS = {
    400: ("bad_request", "This request could not be understood."),
    401: ("not_signed_in", "Sign in first."),
    403: ("forbidden", "You may not do this."),
    404: ("not_found", "There is nothing at this address."),
    405: ("method_not_allowed", "This address does not take that kind of request."),
    413: ("too_large", "That is more than this address accepts."),
    415: ("unsupported_media_type", "This address does not take that kind of content."),
    429: ("too_many", "Too many requests. Wait a moment and try again."),
    500: ("internal", "Something failed on our side. It was written down; nothing you sent was half done."),
    503: ("unavailable", "A part we need does not answer. Try again in a moment."),
}


def register(app: Flask) -> None:
    """Attach the handlers to an application."""
    app.register_error_handler(SupportbotError, _deliberate)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(sqlalchemy.exc.OperationalError, _database_busy)
    app.register_error_handler(Exception, _unexpected)


def wants_json() -> bool:
    """Whether the reader is a program: an API address, or one that asks for JSON."""
    if request.path.startswith(("/widget/v1/", "/api/")):
        return True
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _deliberate(error: SupportbotError) -> BaseResponse:
    status = next((code for kind, code in STATUS.items() if isinstance(error, kind)), 500)
    if status == 500:
        logger.exception("request failed", extra={"code": error.code})
    if status == 401 and not wants_json():
        if request.headers.get("HX-Request"):
            return _to_login_by_htmx()
        if request.method == "GET":
            return redirect(url_for("login.page", next=request.full_path.rstrip("?")), code=303)
    wait_s = error.retry_after_s if isinstance(error, TooMany | Unavailable) else None
    return _answer(status, error.code, error.message, error.fields, retry_after_s=wait_s)


def _to_login_by_htmx() -> Response:
    """The whole page goes to the form: a redirect would be followed inside a region of the page."""
    shown = split_address(request.headers.get("HX-Current-URL", ""))
    response = make_response("", 401)
    response.headers["HX-Redirect"] = url_for("login.page", next=f"{shown.path}?{shown.query}".rstrip("?") or None)
    return response


def _csrf(_error: CSRFError) -> BaseResponse:
    return _answer(403, "csrf", "This form is out of date. Go back, reload the page and try again.", {})


def _unknown_host(_error: SecurityError) -> tuple[Response, int]:
    """No page: for a host that is not ours there are no addresses to link to."""
    code, message = WORDS[400]
    return jsonify({"error": code, "message": f"{message} Its host is not one of ours.", "fields": {}}), 400


def _http(error: HTTPException) -> BaseResponse:
    status = error.code or 500
    if status < 400:
        return error.get_response()
    code, message = WORDS.get(status, WORDS[400] if status < 500 else WORDS[500])
    response = _answer(status, code, message, {})
    if status == 405 and (allow := error.get_response().headers.get("Allow")):
        response.headers["Allow"] = allow
    return response


def _database_busy(error: sqlalchemy.exc.OperationalError) -> BaseResponse:
    logger.exception("database did not answer", exc_info=error)
    message = "The database is busy. Nothing was stored; try again in a moment."
    return _answer(503, "unavailable", message, {}, retry_after_s=2)


def _unexpected(error: Exception) -> BaseResponse:
    logger.exception("unexpected error", exc_info=error)
    return _answer(500, *WORDS[500], {})


def _answer(
    status: int, code: str, message: str, fields: dict[str, str], *, retry_after_s: int | None = None
) -> Response:
    if status >= 500:
        g.setdefault("signed_in", None)  # the page about a failure asks the database nothing
    if wants_json():
        response = jsonify({"error": code, "message": message, "fields": fields})
    elif request.headers.get("HX-Request"):
        response = make_response(render_template("errors/_toast.html", status=status, message=message))
        response.headers["HX-Retarget"] = "#toasts"
        response.headers["HX-Reswap"] = "innerHTML"
    else:
        back = ("/inbox", "Back to the inbox")
        error = {
            "status": status,
            "message": message,
            "fields": fields,
            "retry_after_s": retry_after_s,
            "reference": None,
            "back_url": back[0],
            "back_label": back[1],
        }
        response = make_response(render_template("errors/error.html", error=error))
    response.status_code = status
    if retry_after_s is not None:
        response.headers["Retry-After"] = str(retry_after_s)
    return response
