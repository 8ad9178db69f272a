"""What every request is asked before an endpoint sees it: numbers and texts that no database row could hold."""

from urllib.parse import SplitResult, urlsplit

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map

from supportbot.errors import InvalidInput, NotFound

LARGEST_ID = 2**63 - 1


class RowId(IntegerConverter):
    """A row's id in an address; a number that no row can have is an address that does not exist."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST_ID)


def register(app: Flask) -> None:
    """Stand at the door of an application; before its first endpoint is added."""
    app.url_map.converters["int"] = RowId
    app.before_request(_refuse_nul)


def whole_number(text: str | None, *, name: str) -> int | None:
    """A row's id from a form or an address; None when it was left out.

    Raises:
        InvalidInput: it is not a number that a row can have.
    """
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= LARGEST_ID):
        raise InvalidInput(f"{text[:40]!r} is not a number of something here.", fields={name: "must be a whole number"})
    return int(text)


def split_address(text: str) -> SplitResult:
    """The parts of an address that a browser named; all empty when it cannot be read."""
    try:
        return urlsplit(text)
    except ValueError:
        return urlsplit("")


def _refuse_nul() -> None:
    if any(isinstance(value, str) and "\x00" in value for value in (request.view_args or {}).values()):
        raise NotFound("There is nothing at this address.")
    for values in (request.args, request.form):
        for name, value in values.items(multi=True):
            if "\x00" in name or "\x00" in value:
                shown = "".join(mark if mark.isprintable() else "?" for mark in name)[:80]
                raise InvalidInput("A NUL character cannot be stored.", fields={shown: "contains a NUL character"})
