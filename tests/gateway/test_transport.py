"""Where a connection may lead, and how long finding the way may take."""

import threading
from collections.abc import Sequence

import httpcore
import httpx
import pytest

from supportbot.gateway.providers.dns import HostUnknown, LookUp, host_addresses
from supportbot.gateway.providers.transport import AddressRefused, _may_talk_to, call_within, make_client
from tests.gateway.stand_in import reply, stand_in


@pytest.mark.parametrize(
    ("host", "address", "allowed"),
    [
        ("models.example", "93.184.216.34", True),
        ("models.example", "10.0.0.7", False),
        ("models.example", "127.0.0.1", False),
        ("models.example", "169.254.169.254", False),
        ("models.example", "::ffff:192.168.1.1", False),
        ("models.example", "fe80::1%eth0", False),
        ("models.example", "::10.0.0.7", False),
        ("models.example", "64:ff9b::a9fe:a9fe", False),
        ("models.example", "64:ff9b::808:808", True),
        ("models.example", "2002:a00:1::", False),
        ("models.example", "fec0::1", False),
        ("models.example", "224.0.0.1", False),
        ("app.localhost", "10.0.0.7", False),
        ("10.0.0.7", "10.0.0.7", False),
        ("127.0.0.1", "127.0.0.1", True),
        ("localhost", "127.0.0.1", True),
        ("[::1]", "::1", True),
        ("gpu.internal", "10.0.0.8", True),
        ("gpu.internal.", "10.0.0.8", True),
    ],
)
def test_a_private_address_is_reached_only_by_a_host_that_is_named(host: str, address: str, allowed: bool) -> None:
    with call_within(1.0, allow_hosts=["gpu.internal"]):
        assert _may_talk_to(host, (address, 443)) is allowed


def post(look_up: LookUp, url: str, *, within_s: float = 30.0, allow_hosts: Sequence[str] = ()) -> int:
    with make_client(look_up) as client, call_within(within_s, allow_hosts=allow_hosts):
        return client.post(url, json={}).status_code


def test_a_look_up_that_hangs_ends_with_the_call() -> None:
    released, ended = threading.Event(), threading.Event()

    def hang(host: str) -> Sequence[str]:
        released.wait(60)
        ended.set()
        return ["127.0.0.1"]

    with pytest.raises((httpcore.ConnectTimeout, httpx.ConnectTimeout)):
        post(hang, "http://models.example/v1", within_s=0.2)
    assert not ended.is_set()
    released.set()
    assert ended.wait(30)


def test_a_host_that_nobody_knows_is_a_failed_connection() -> None:
    def unknown(host: str) -> Sequence[str]:
        raise OSError("no such host")

    with pytest.raises(HostUnknown):
        post(unknown, "http://models.example/v1")


def test_the_first_address_that_answers_is_taken_and_the_host_keeps_its_name() -> None:
    with stand_in(reply(200, {})) as server:
        port = server.base_url.split(":")[2].split("/")[0]
        status = post(
            lambda host: ["::1", "127.0.0.1"], f"http://models.example:{port}/v1", allow_hosts=["models.example"]
        )
    assert status == 200
    assert server.headers[0]["Host"] == f"models.example:{port}"


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1"])
def test_an_unusual_spelling_of_loopback_is_no_way_around(host: str) -> None:
    with stand_in(reply(200, {})) as server:
        port = server.base_url.split(":")[2].split("/")[0]
        with pytest.raises((AddressRefused, httpcore.ConnectError)):
            post(host_addresses, f"http://{host}:{port}/v1")
    assert server.bodies == []


def test_nothing_is_sent_to_a_private_address_that_a_public_name_leads_to() -> None:
    with stand_in(reply(200, {})) as server:
        port = server.base_url.split(":")[2].split("/")[0]
        with pytest.raises(AddressRefused):
            post(lambda host: ["127.0.0.1"], f"http://models.example:{port}/v1")
    assert server.bodies == []
