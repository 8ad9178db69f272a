"""Where a connection may lead."""

import pytest

from supportbot.gateway.providers.transport import _may_talk_to, call_within


@pytest.mark.parametrize(
    ("host", "address", "allowed"),
    [
        ("models.example", "93.184.216.34", True),
        ("models.example", "10.0.0.7", False),
        ("models.example", "127.0.0.1", False),
        ("models.example", "169.254.169.254", False),
        ("models.example", "::ffff:192.168.1.1", False),
        ("models.example", "fe80::1%eth0", False),
        ("10.0.0.7", "10.0.0.7", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("localhost", "127.0.0.1", True),
        ("[::1]", "::1", True),
        ("gpu.internal", "10.0.0.8", True),
    ],
)
def test_a_private_address_is_reached_only_by_a_host_that_is_named(host: str, address: str, allowed: bool) -> None:
    with call_within(1.0, allow_hosts=["gpu.internal"]):
        assert _may_talk_to(host, (address, 443)) is allowed
