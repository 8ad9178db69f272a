"""What every template knows: who is signed in, the pages they may see, and how times are written."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Flask, request, url_for
from flask_login import current_user

from supportbot.accounts.rules import Right, may
from supportbot.accounts.types import Person
from supportbot.channels.message_text import LONGEST_TEXT_BYTES
from supportbot.drafting.types import REJECT_REASONS
from supportbot.inbox.undo import UNDO_S

# The navigation in its order: who sees an entry, its name, endpoint and icon.
NAVIGATION: tuple[tuple[Right, tuple[str, str, str]], ...] = (
    ("answer", ("Inbox", "inbox.page", "inbox")),
    ("review", ("Review", "review.page", "review")),
    ("answer", ("Articles", "articles.page", "book")),
    ("answer", ("Triage", "triage.page", "pause")),
    ("answer", ("Policy", "routing.page", "route")),
)


@dataclass(frozen=True, slots=True)
class PageLink:
    """One entry of the navigation."""

    name: str
    url: str
    icon: str
    current: bool


@dataclass(frozen=True, slots=True)
class PersonView:
    """Who is signed in, for the navigation."""

    name: str
    first_name: str
    initials: str
    role: str


def register(app: Flask) -> None:
    """Attach filters and the context to an application."""
    app.jinja_env.filters["in_zone"] = in_zone
    app.jinja_env.globals |= {"reject_reasons": REJECT_REASONS, "undo_s": UNDO_S, "longest_message": LONGEST_TEXT_BYTES}
    app.context_processor(_context)


def in_zone(at: datetime, zone: str) -> datetime:
    """A moment as the clock in `zone` shows it."""
    return at.astimezone(ZoneInfo(zone))


def _context() -> dict[str, object]:
    person = current_user.person if current_user and current_user.is_authenticated else None
    return {
        "person": _person_view(person) if person else None,
        "pages": _pages(person) if person else [],
        "banner": None,
    }


def _person_view(person: Person) -> PersonView:
    return PersonView(person.name, person.name.split()[0], person.initials, person.role)


def _pages(person: Person) -> list[PageLink]:
    entries = [entry for right, entry in NAVIGATION if may(person, right)]
    family = (request.endpoint or "").partition(".")[0]
    return [
        PageLink(name, url_for(endpoint), symbol, endpoint.partition(".")[0] == family)
        for name, endpoint, symbol in entries
    ]
