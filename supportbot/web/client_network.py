"""Where a request comes from, as far as it can be told without believing what a header says."""

import ipaddress

_NEAR = {
    4: [ipaddress.ip_network(block) for block in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")],
    6: [ipaddress.ip_network("fc00::/7")],
}
UNKNOWN = "0.0.0.0"  # noqa: S104  # compared, not listened on


def is_near(remote_addr: str | None) -> bool:
    """Whether an address is loopback or private: a proxy of ours or a developer, so that everybody may share it."""
    address = ipaddress.ip_address(remote_addr or UNKNOWN)
    return address.is_loopback or address.is_link_local or any(address in net for net in _NEAR[address.version])


def network_of(remote_addr: str | None) -> str:
    """The network that counts as one place: an IPv4 address alone, the /64 of an IPv6 one."""
    address = ipaddress.ip_address(remote_addr or UNKNOWN)
    return str(ipaddress.ip_network(f"{address}/{64 if address.version == 6 else 32}", strict=False))
