"""Whether an IP address is a public one, whatever form it is written in. Pure."""

import ipaddress

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

_CARRIES_IPV4 = [ipaddress.IPv6Network(network) for network in ("::/96", "64:ff9b::/96")]
_LOCAL = [ipaddress.IPv6Network(network) for network in ("fec0::/10", "64:ff9b:1::/48")]
"""Meant for one site alone, though `ipaddress` calls them global."""


def read_address(text: str) -> Address | None:
    """The address that a text writes, out of an IPv6 form that only carries an IPv4 one; None when it is a name."""
    try:
        address = ipaddress.ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    return (_carried(address) or address) if isinstance(address, ipaddress.IPv6Address) else address


def is_public(address: Address) -> bool:
    """Whether anybody may be reached there: not this machine, a network of one's own, or many at once."""
    inside = isinstance(address, ipaddress.IPv6Address) and any(address in network for network in _LOCAL)
    return address.is_global and not address.is_multicast and not inside


def _carried(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address inside a mapped, 6to4, translated (RFC 6052) or compatible one; `::` and `::1` are their own."""
    known = address.ipv4_mapped or address.sixtofour
    if known is not None or address.is_unspecified or address.is_loopback:
        return known
    carries = any(address in network for network in _CARRIES_IPV4)
    return ipaddress.IPv4Address(int(address) & 0xFFFF_FFFF) if carries else None
