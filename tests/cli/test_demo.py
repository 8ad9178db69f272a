"""`supportbot demo` before anything is started: what it refuses, and what it leaves alone."""

import json
import socket
from pathlib import Path

import pytest

from supportbot.routing.policy import shipped_document
from tests.cli.operator import Operator, operator
from tests.conftest import free_port

A_PERSON = {"role": "agent", "name": "Noor", "email": "noor@shop.example", "password": "x", "api_token": "x"}


@pytest.fixture
def stranger(tmp_path: Path) -> Operator:
    return operator("", tmp_path / "data", SUPPORTBOT_SECRET_KEY="")


def start(stranger: Operator, *words: str) -> str:
    """Why the demo does not start."""
    result = stranger.run("demo", "--port", str(free_port()), *words, code=1)
    assert "Starting web and worker" not in result.output
    return result.stderr


def demo_folder(stranger: Operator, users: list[dict[str, str]]) -> Path:
    folder = Path(stranger.env["SUPPORTBOT_DATA_DIR"])
    folder.mkdir()
    (folder / "demo.json").write_text(json.dumps({"site_key": "harbour-lane", "users": users}))
    return folder


def test_a_taken_port_is_named_with_one_to_take_instead(stranger: Operator) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        said = stranger.refused("demo", "--port", str(port))

    assert said.startswith(f"Port {port} is taken or not allowed. Choose another one: make demo PORT=")
    assert not Path(stranger.env["SUPPORTBOT_DATA_DIR"]).exists()


def test_a_number_that_is_no_port_is_named(stranger: Operator) -> None:
    assert "Port 99999 is taken or not allowed" in stranger.refused("demo", "--port", "99999")
    assert "Port -1 is taken or not allowed" in stranger.refused("demo", "--port", "-1")


def test_starting_over_never_empties_a_folder_that_is_no_demos(stranger: Operator) -> None:
    folder = Path(stranger.env["SUPPORTBOT_DATA_DIR"])
    folder.mkdir()
    (folder / "letters.txt").write_text("Dear all")

    assert "is not a demo's data folder (it has no demo.json), so nothing was removed" in start(stranger, "--reset")
    assert (folder / "letters.txt").read_text() == "Dear all"


def test_starting_over_leaves_a_database_that_the_environment_names_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'mine.db'}"
    said = start(operator(url, tmp_path / "data"), "--reset")
    assert said.startswith("SUPPORTBOT_DATABASE_URL names the database; empty it yourself")


def test_a_database_that_is_no_demos_is_not_taken_for_one(stranger: Operator) -> None:
    own = Operator(stranger.env | {"SUPPORTBOT_SECRET_KEY": "s" * 43})
    own.said("migrate")
    own.said("site", "add", "mine", "--name", "Mine", "--prefix", "MI")

    assert "holds data that is not a demo's. Choose another --data-dir." in start(own)
    assert [site["key"] for site in own.read("site", "list")] == ["mine"]


def test_another_policy_for_a_kept_demo_says_how_to_start_over(stranger: Operator, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(shipped_document())
    own = Operator(stranger.env | {"SUPPORTBOT_SECRET_KEY": "s" * 43})
    demo_folder(own, [A_PERSON])
    own.said("migrate")
    own.said("site", "add", "harbour-lane", "--name", "Harbour Lane", "--prefix", "HL")

    assert "Add --reset to start over with yours." in start(own, "--policy", str(policy))


def test_a_policy_that_cannot_be_used_ends_the_start_with_its_reason(stranger: Operator, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text("owner: me")

    assert "tasks" in start(stranger, "--policy", str(policy))
    assert stranger.run("demo", "--policy", str(tmp_path / "none.yaml"), code=2).stdout == ""


def test_a_damaged_file_is_named_and_left_alone(stranger: Operator) -> None:
    folder = demo_folder(stranger, [A_PERSON])
    (folder / "demo.json").write_text("{half")

    assert f"{folder}/demo.json cannot be read" in start(stranger)
    assert (folder / "demo.json").read_text() == "{half"
