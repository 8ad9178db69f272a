"""The storm's own tools, tried on a small server: what they count as lost must really be lost."""

import random
from pathlib import Path

import pytest

from tests.conftest import free_port
from tests.storm.customers import Acknowledged, Customers
from tests.storm.dummy_server import open_store
from tests.storm.processes import Role, Supervisor, python, wait_for


def storm_the_dummy(folder: Path, *options: str) -> tuple[list[Acknowledged], set[str], Supervisor]:
    """Storm the small server for some seconds; what was acknowledged, what is stored, and the supervisor."""
    port, store = free_port(), folder / "store.db"
    url = f"http://127.0.0.1:{port}"
    argv = python("-m", "tests.storm.dummy_server", str(port), str(store), *options)
    with Supervisor([Role("web", argv, ready_url=f"{url}/readyz")], folder) as supervisor:
        supervisor.wait_until_ready()
        with Customers(url, "any", threads=4, pause_s=(0.0, 0.05)) as customers:
            supervisor.storm(4, dice=random.Random(1), pause_s=(0.5, 1.0), at_least=2)
            supervisor.wait_until_ready()
            wait_for(lambda: len(customers.acknowledged) >= 20, "twenty messages", within_s=30)
    names = {row[0] for row in open_store(str(store)).execute("SELECT external_id FROM message")}
    assert customers.problems == []
    assert customers.retries > 0
    return customers.acknowledged, names, supervisor


def test_customers_repeat_through_kills_until_each_message_is_acknowledged(tmp_path: Path) -> None:
    acknowledged, stored, supervisor = storm_the_dummy(tmp_path)

    names = [message.client_message_id for message in acknowledged]
    assert supervisor.kills["web"] >= 2
    assert len(names) == len(set(names)) >= 20
    assert set(names) <= stored


def test_a_server_that_forgets_is_found_out(tmp_path: Path) -> None:
    acknowledged, stored, _ = storm_the_dummy(tmp_path, "--forgets")

    assert {message.client_message_id for message in acknowledged} - stored


def test_a_process_that_ends_by_itself_fails_with_its_last_words(tmp_path: Path) -> None:
    argv = python("-c", "raise SystemExit('the port is taken')")

    with (
        Supervisor([Role("web", argv, ready_url="http://127.0.0.1:9/readyz")], tmp_path) as supervisor,
        pytest.raises(AssertionError, match="the port is taken"),
    ):
        supervisor.wait_until_ready(within_s=30)


def test_what_ended_is_started_again(tmp_path: Path) -> None:
    roles = [Role("idle", python("-c", "import threading; threading.Event().wait()"), count=2)]

    with Supervisor(roles, tmp_path) as supervisor:
        supervisor.kill("idle-1")
        revived = supervisor.revive()
        again = supervisor.revive()

    assert (revived, again) == (["idle-1"], [])
    assert supervisor.kills == {"idle": 1}
