"""Where a request comes from: what counts as one place, and which places everybody may share."""

import ipaddress

import pytest

from supportbot.web.client_network import forwarded_for, is_near, network_of


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "10.1.2.3", "172.16.0.9", "192.168.1.1", "169.254.0.1", "::1", "fe80::1", "fd00::9"]
)
def test_a_loopback_or_private_address_may_be_shared(address: str) -> None:
    assert is_near(address)


@pytest.mark.parametrize("address", ["203.0.113.7", "172.32.0.1", "100.64.0.1", "2001:db8::1", None, ""])
def test_any_other_address_is_one_place(address: str | None) -> None:
    assert not is_near(address)


def test_neighbours_in_one_ipv6_network_count_as_one() -> None:
    assert network_of("2001:db8:1:2::1") == network_of("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert network_of("203.0.113.7") == "203.0.113.7/32" != network_of("203.0.113.8")


PROXIES = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("2001:db8:5::/48"))


@pytest.mark.parametrize(
    ("remote", "forwarded", "seen"),
    [
        ("10.0.0.2", "203.0.113.7", "203.0.113.7"),
        ("10.0.0.2", "198.51.100.1, 203.0.113.7", "203.0.113.7"),  # what the client wrote itself stands further left
        ("10.0.0.2", "203.0.113.7, 10.0.0.9", "203.0.113.7"),  # two proxies of ours
        ("2001:db8:5::1", "2001:db8:9::7", "2001:db8:9::7"),
        ("10.0.0.2", "", "10.0.0.2"),
        ("10.0.0.2", "unknown", "10.0.0.2"),
        ("10.0.0.2", "203.0.113.7, _hidden", "10.0.0.2"),
        ("10.0.0.2", "10.0.0.3", "10.0.0.3"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # no proxy of ours: its header counts for nothing
        (None, "198.51.100.1", None),
    ],
)
def test_a_trusted_proxy_tells_where_a_request_came_from(remote: str | None, forwarded: str, seen: str | None) -> None:
    assert forwarded_for(remote, forwarded, PROXIES) == seen


def test_without_trusted_proxies_no_header_is_believed() -> None:
    assert forwarded_for("10.0.0.2", "203.0.113.7", ()) == "10.0.0.2"
