"""Which addresses a model may have: public ones over https and loopback; any other only when its host is named."""

from collections.abc import Collection
from urllib.parse import SplitResult, urlsplit

from supportbot.gateway.public_addresses import is_public, read_address

_PRIVATE_ENDINGS = (".local", ".internal", ".lan", ".home", ".corp", ".intranet", ".home.arpa", ".localdomain")


def base_url_problem(url: str, *, allow_hosts: Collection[str] = ()) -> str | None:
    """What is wrong with a model's base_url; None when it may be called.

    Loopback counts as named, because the policy that holds it is approved. Names that only resolve to a private
    address are the caller's to refuse when it connects.
    """
    parts = _split(url)
    if parts is None or parts.scheme not in ("http", "https") or not parts.hostname:
        return "is not an http or https address; write for example https://models.example/v1"
    if parts.username or parts.password:
        return "carries a user name or password; name the key's variable in api_key_env instead"
    if parts.query or parts.fragment:
        return "has a query or fragment; end it at the path, for example https://models.example/v1"
    host, allowed = parts.hostname.lower().rstrip("."), {host.lower() for host in allow_hosts}
    return _host_problem(host, allowed) or _plain_problem(parts.scheme, host, allowed)


def _split(url: str) -> SplitResult | None:
    if any(letter.isspace() or not letter.isprintable() for letter in url) or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _host_problem(host: str, allowed: Collection[str]) -> str | None:
    if host in allowed or host == "localhost" or host.endswith(".localhost"):
        return None
    address = read_address(host)
    if address is None and _looks_numeric(host):
        return f"has the host {host!r}, an unusual spelling of an address; write it as four numbers"
    if address is not None:
        inside = not (address.is_loopback or is_public(address))
    else:
        inside = "." not in host or host.endswith(_PRIVATE_ENDINGS)
    return f"is on the private host {host!r}; add it to allow_hosts of this model if it is meant" if inside else None


def _plain_problem(scheme: str, host: str, allowed: Collection[str]) -> str | None:
    """Prompts hold customers' messages and records, and a header the key: nothing of it goes about unencrypted."""
    address = read_address(host)
    is_here = host == "localhost" or host.endswith(".localhost") or (address is not None and address.is_loopback)
    if scheme == "https" or is_here or host in allowed:
        return None
    return (
        f"sends customers' messages and the key over plain http to {host!r}; write https, or add the host to "
        "allow_hosts of this model if the way there is your own"
    )


def _looks_numeric(host: str) -> bool:
    last = host.rpartition(".")[2]
    return last.isdigit() or last.startswith("0x")
