"""The page families of the web application, in the order of the navigation, and which of them use bearer tokens."""

from dataclasses import dataclass

from flask import Blueprint

from supportbot.web import health
from supportbot.web.api import routes as api
from supportbot.web.articles import routes as articles
from supportbot.web.governance import routes as routing
from supportbot.web.inbox import routes as inbox
from supportbot.web.login import routes as login
from supportbot.web.review import routes as review
from supportbot.web.triage import routes as triage
from supportbot.web.widget import routes as widget


@dataclass(frozen=True, slots=True)
class Family:
    """One blueprint; `uses_tokens` means no cookie is read, so no CSRF token is asked for."""

    blueprint: Blueprint
    uses_tokens: bool = False


PAGE_FAMILIES = (
    Family(login.blueprint),
    Family(inbox.blueprint),
    Family(review.blueprint),
    Family(articles.blueprint),
    Family(triage.blueprint),
    Family(routing.blueprint),
    Family(widget.blueprint, uses_tokens=True),
    Family(api.blueprint, uses_tokens=True),
    Family(health.blueprint),
)

# Every endpoint needs a person signed in, unless it is named here or its family uses tokens.
PUBLIC_ENDPOINTS = frozenset(
    {"static", "login.page", "login.submit", "health.alive", "health.ready", "health.metrics", "demo.shop"}
)
