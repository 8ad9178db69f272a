"""Where a request comes from, believing a header only where a trusted proxy wrote it."""

import ipaddress
from collections.abc import Collection

from flask import request

from supportbot.settings import Network
from supportbot.web.services import services

_NEAR = {
    4: [ipaddress.ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")],
    6: [ipaddress.ip_network("fc00::/7")],
}
UNKNOWN = "0.0.0.0"  # noqa: S104  # compared, not listened on


def client_address() -> str | None:
    """The address that makes this request, told by the trusted proxies of the settings where it came through them."""
    forwarded = ",".join(request.headers.getlist("X-Forwarded-For"))
    return forwarded_for(request.remote_addr, forwarded, services().settings.trusted_proxies)


def forwarded_for(remote_addr: str | None, forwarded: str, trusted: Collection[Network]) -> str | None:
    """The nearest address that is no trusted proxy: `remote_addr`, or what the proxies noted, read from the right.

    Args:
        forwarded: the X-Forwarded-For header; what a client wrote there itself stands further left and is not read.
    """
    found = remote_addr
    for hop in reversed([hop.strip() for hop in forwarded.split(",")]):
        if not _is_in(found, trusted) or not _is_address(hop):
            break
        found = hop
    return found


def _is_in(address: str | None, networks: Collection[Network]) -> bool:
    return _is_address(address) and any(ipaddress.ip_address(address or "") in network for network in networks)


def _is_address(text: str | None) -> bool:
    try:
        ipaddress.ip_address(text or "")
    except ValueError:
        return False
    return True


def is_near(remote_addr: str | None) -> bool:
    """Whether an address is loopback or private: a proxy of ours or a developer, so that everybody may share it."""
    address = ipaddress.ip_address(remote_addr or UNKNOWN)
    return address.is_loopback or address.is_link_local or any(address in net for net in _NEAR[address.version])


def network_of(remote_addr: str | None) -> str:
    """The network that counts as one place: an IPv4 address alone, the /64 of an IPv6 one."""
    address = ipaddress.ip_address(remote_addr or UNKNOWN)
    return str(ipaddress.ip_network(f"{address}/{64 if address.version == 6 else 32}", strict=False))
