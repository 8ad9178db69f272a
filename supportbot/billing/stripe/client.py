"""Reads lists from Stripe's API, page by page. The key travels in one header and stands in no address, log or error."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import httpx

from supportbot.errors import InvalidInput, SettingsError, Unavailable

PUBLIC_URL = "https://api.stripe.com"
# Fixed, so that Stripe goes on answering in the shape that `objects.py` reads.
API_VERSION = "2024-06-20"
PAGE = 100
MOST_TRIES = 6
FIRST_WAIT_S = 0.5
# The longest that one page waits in all, whatever Retry-After asks for.
MOST_WAIT_S = 120.0
TIMEOUT = httpx.Timeout(60.0, connect=10.0)
AGAIN = "Run the same command again: it goes on where this one stopped."


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list. `is_missing` means that the server has no such list at all."""

    objects: tuple[Mapping[str, Any], ...]
    has_more: bool
    is_missing: bool = False


class StripeClient:
    """One Stripe account, read through one connection pool. Close it when done.

    Args:
        key: a secret or, better, a restricted key that may read what is imported.
        key_name: the environment variable that holds it, for words about problems.
        base_url: Stripe's own address, or a server on this machine; anything else must be https.
        sleep: waits between tries.
    """

    def __init__(
        self,
        key: str,
        *,
        key_name: str,
        sleep: Callable[[float], None],
        base_url: str = PUBLIC_URL,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if not key.isascii() or not key.isprintable() or " " in key:
            raise SettingsError(f"{key_name} holds no API key: only letters, digits and signs without spaces are one.")
        self.base_url, self.key_name, self._sleep = checked_address(base_url), key_name, sleep
        self._http = httpx.Client(
            base_url=self.base_url,
            headers={"Authorization": f"Bearer {key}", "Stripe-Version": API_VERSION},
            timeout=TIMEOUT,
            follow_redirects=False,
            trust_env=False,
            transport=transport,
        )

    def close(self) -> None:
        """Let the connections go."""
        self._http.close()

    def page(self, name: str, *, after: str | None, **wishes: str) -> Page:
        """The next page of a list such as "charges", after the object with this id.

        Raises:
            SettingsError: the key is refused, or may not read this list.
            InvalidInput: the address answers, but not as Stripe does.
            Unavailable: nobody answers, or too slowly, or asks for more patience than there is.
        """
        query = {"limit": str(PAGE), **wishes, **({"starting_after": after} if after else {})}
        response = self._get(name, query)
        if response.status_code == HTTPStatus.NOT_FOUND:
            return Page((), has_more=False, is_missing=True)
        return self._read(name, response)

    def _get(self, name: str, query: Mapping[str, str]) -> httpx.Response:
        """One answer, tried again while that may help and the bound on waiting holds."""
        waited, problem = 0.0, ""
        for number in range(MOST_TRIES):
            wait = FIRST_WAIT_S * 2**number
            try:
                response = self._http.get(f"/v1/{name}", params=dict(query))
            except httpx.TransportError as error:
                problem = f"{self.base_url} gives no answer ({type(error).__name__}: {_reason(error)})"
            else:
                if response.status_code != HTTPStatus.TOO_MANY_REQUESTS and response.status_code < 500:
                    return self._accepted(name, response)
                problem = f"{self.base_url} answers {response.status_code} for {name}"
                wait = max(wait, _retry_after(response))
            if number + 1 == MOST_TRIES or waited + wait > MOST_WAIT_S:
                break
            self._sleep(wait)
            waited += wait
        raise Unavailable(f"{problem}, after {number + 1} tries in {waited:.0f} s. Nothing was changed. {AGAIN}")

    def _accepted(self, name: str, response: httpx.Response) -> httpx.Response:
        status = response.status_code
        if status == HTTPStatus.UNAUTHORIZED:
            raise SettingsError(
                f"{self.base_url} refuses the key in {self.key_name} (401). Put a secret or restricted key of this "
                "account there; it is found in Stripe's dashboard under Developers, API keys."
            )
        if status == HTTPStatus.FORBIDDEN:
            raise SettingsError(
                f"The key in {self.key_name} may not read {name} (403). Give it the permission to read {name} in "
                "Stripe's dashboard, or use another key."
            )
        if status not in (HTTPStatus.OK, HTTPStatus.NOT_FOUND):
            raise InvalidInput(
                f"{self.base_url} answers {status} for {name}, which is not how Stripe answers. Check the address "
                f"({PUBLIC_URL} is Stripe's own)."
            )
        return response

    def _read(self, name: str, response: httpx.Response) -> Page:
        try:
            body = response.json()
            objects, has_more = body["data"], body["has_more"]
            listed = all(isinstance(one, dict) and isinstance(one["id"], str) and one["id"] for one in objects)
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise self._no_list(name) from error
        if not listed or not isinstance(has_more, bool) or (has_more and not objects):
            raise self._no_list(name)
        return Page(tuple(objects), has_more)

    def _no_list(self, name: str) -> InvalidInput:
        return InvalidInput(
            f"{self.base_url} answers for {name} with something that is no list of Stripe's. Check the address "
            f"({PUBLIC_URL} is Stripe's own)."
        )


def checked_address(base_url: str) -> str:
    """The address without a closing slash.

    Raises:
        InvalidInput: it is no plain http or https address, or would carry the key over a network in the open.
    """
    parts = urlsplit(base_url.strip())
    plain = parts.scheme in ("http", "https") and parts.hostname and not (parts.username or parts.query)
    if not plain or parts.fragment or parts.path.rstrip("/"):
        raise InvalidInput(f"{base_url!r} is no address of an API; give one such as {PUBLIC_URL}")
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        raise InvalidInput(f"{base_url!r} would carry the key unencrypted; use https (http is for this machine only).")
    return f"{parts.scheme}://{parts.netloc}"


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _retry_after(response: httpx.Response) -> float:
    """The seconds that the server asks to wait; 0 when it does not say. A date is not understood."""
    value = response.headers.get("Retry-After", "").strip()
    return float(value) if value.isascii() and value.isdigit() and len(value) < 7 else 0.0


def _reason(error: httpx.TransportError) -> str:
    return str(error) or "no more is known"
