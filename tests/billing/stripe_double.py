"""A Stripe account in memory behind httpx: pages of 100, rate limits, refusals; in the shape of API 2024-06-20.

The objects in `recorded/` have the fields that Stripe's reference documents for that version.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from supportbot.billing.stripe import StripeClient

RECORDED = Path(__file__).parent / "recorded"
KEY = "rk_test_51NotARealKey"


class StripeDouble(httpx.BaseTransport):
    """Serves lists; keeps every request.

    `faults` are answers that come first, one a request; `before` is called before each answer, and may raise.
    """

    def __init__(self, lists: dict[str, list[dict[str, Any]]] | None = None) -> None:
        self.lists = recorded() if lists is None else lists
        self.faults: list[httpx.Response | Exception] = []
        self.requests: list[httpx.Request] = []
        self.waits: list[float] = []
        self.before: Callable[[httpx.Request], None] = lambda request: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The next fault, or the page that is asked for."""
        self.requests.append(request)
        self.before(request)
        if self.faults:
            fault = self.faults.pop(0)
            if isinstance(fault, Exception):
                raise fault
            return fault
        name = request.url.path.removeprefix("/v1/")
        if name not in self.lists:
            return httpx.Response(404, json={"error": {"type": "invalid_request_error", "message": "Unrecognized"}})
        return httpx.Response(200, json=self._page(name, request.url.params))

    def _page(self, name: str, query: httpx.QueryParams) -> dict[str, Any]:
        objects = self.lists[name]
        if name == "subscriptions" and query.get("status") != "all":
            objects = [one for one in objects if one["status"] != "canceled"]
        ids = [one["id"] for one in objects]
        start = ids.index(query["starting_after"]) + 1 if "starting_after" in query else 0
        end = start + int(query.get("limit", 10))
        return {"object": "list", "url": f"/v1/{name}", "has_more": end < len(objects), "data": objects[start:end]}

    def client(self, key: str = KEY) -> StripeClient:
        """A client that talks to this account and waits without waiting."""
        return StripeClient(key, key_name="STRIPE_API_KEY", sleep=self.waits.append, transport=self)

    def asked(self, name: str) -> list[str | None]:
        """The `starting_after` of each request for a list."""
        of_list = [request for request in self.requests if request.url.path == f"/v1/{name}"]
        return [request.url.params.get("starting_after") for request in of_list]


def recorded() -> dict[str, list[dict[str, Any]]]:
    """The recorded account, list by list."""
    return {path.stem: json.loads(path.read_text())["data"] for path in sorted(RECORDED.glob("*.json"))}


def slow_down(retry_after: str | None = "2") -> httpx.Response:
    """A rate limit."""
    headers = {"Retry-After": retry_after} if retry_after else {}
    return httpx.Response(429, headers=headers, json={"error": {"code": "rate_limit"}})


def many_charges(count: int) -> list[dict[str, Any]]:
    """Charges of the recorded customer, newest first."""
    first = recorded()["charges"][2]
    return [{**first, "id": f"ch_{number:05d}", "invoice": None} for number in range(count, 0, -1)]
