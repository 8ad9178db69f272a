"""Where a request comes from: what counts as one place, and which places everybody may share."""

import pytest

from supportbot.web.client_network import is_near, network_of


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
