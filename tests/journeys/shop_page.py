"""A running widget and, on another origin, the page of a shop that carries it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from playwright.sync_api import FrameLocator, Page
from werkzeug.serving import WSGIRequestHandler, make_server

from supportbot.accounts.types import Person
from tests.factories import Office
from tests.web.shop import Shop

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A shop</title>
<style>:root { color-scheme: light dark } button { all: revert; color: red !important; transform: rotate(9deg) }</style>
<script>window.supportbot ||= function () { (supportbot.q ||= []).push(arguments); }; SETUP</script>
<script src="HOME/widget.js" data-site-key="SITE" async></script>
</head><body><main><h1>Coffee roasted on Tuesday</h1><p>A small roastery.</p></main></body></html>
"""


class Quiet(WSGIRequestHandler):
    """A request handler that writes no access log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass
class Running:
    """Two servers: supportbot's (`home`) and the shop's (`front`), and what the first was asked."""

    shop: Shop
    home: str
    front: str
    setups: dict[str, str] = field(default_factory=dict)
    requests: list[str] = field(default_factory=list)

    def page_url(self, setup: str = "", *, site: str = "harbour-lane") -> str:
        """The address of a shop page that runs `setup` before the widget has loaded."""
        number = str(len(self.setups))
        self.setups[number] = PAGE.replace("HOME", self.home).replace("SITE", site).replace("SETUP", setup)
        return f"{self.front}/?page={number}"

    def as_customer(self, user_id: str = "user-17", then: str = "") -> str:
        """The address of a page that says who is signed in."""
        return self.page_url(f"supportbot('identify', {{token: '{self.shop.identity(user_id)}'}}); {then}")

    def asked_for(self, path: str) -> int:
        """How many requests supportbot got for a path."""
        return sum(request.split(" ")[1].split("?")[0] == path for request in self.requests)


@contextmanager
def running_shop(shop: Shop) -> Iterator[Running]:
    """Serve the shop's application and a page that embeds it, on two origins."""
    requests: list[str] = []
    setups: dict[str, str] = {}

    def watched(environ: WSGIEnvironment, start: StartResponse) -> object:
        requests.append(f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}?{environ['QUERY_STRING']}")
        return shop.app(environ, start)

    def front(environ: WSGIEnvironment, start: StartResponse) -> list[bytes]:
        number = parse_qs(environ["QUERY_STRING"]).get("page", [""])[0]
        start("200 OK" if number in setups else "404 Not Found", [("Content-Type", "text/html")])
        return [setups.get(number, "").encode()]

    with serving(watched) as home, serving(front) as shop_front:
        shop.allow_origin(shop_front)
        try:
            yield Running(shop, home, shop_front, setups, requests)
        finally:
            shop.tail.stop()


@contextmanager
def serving(app: WSGIApplication) -> Iterator[str]:
    """Serve an application on a port of its own; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(timeout=5)
        server.server_close()


def panel(page: Page) -> FrameLocator:
    """The chat inside its frame."""
    return page.frame_locator("iframe[title=Chat]")


@contextmanager
def desk_page(office: Office, person: Person, page: Page) -> Iterator[str]:
    """Serve an office's desk with `person` signed in on `page`, whose clock says what the shop's does; its address."""
    key = office.browser(person).client
    page.clock.set_fixed_time(office.shop.clock())
    with serving(office.app) as url:
        cookie = key.get_cookie("supportbot")
        assert cookie is not None
        page.context.add_cookies([{"name": "supportbot", "value": cookie.value, "url": url}])
        yield url
        page.goto("about:blank")
        office.close()
