"""The page families of the web application, in the order of the navigation, and which of them use bearer tokens."""

from dataclasses import dataclass

from flask import Blueprint

from supportbot.web import api, articles, health, inbox, login, review, routing, triage, widget


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
