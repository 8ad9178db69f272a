"""The shared fixtures do what the other tests rely on."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa
from playwright.sync_api import Page
from sqlmodel import SQLModel

from supportbot.clock import system_clock
from supportbot.customers.tables import Site
from supportbot.db import Database
from tests.browser import HOW_TO_GET_IT_TO_START, HOW_TO_GET_ONE, keep_screenshot, run_axe, watch_for_errors
from tests.conftest import OneFileOneProcess, free_port

ROOT = Path(__file__).parent.parent
INNER_TESTS = """
import os, pytest
def test_skipped(): pytest.skip('no server')
def test_good(): pass
def test_shell():
    assert 'SUPPORTBOT_TEST_KEPT' in os.environ
    assert 'SUPPORTBOT_DATABASE_URL' not in os.environ
"""


@pytest.fixture(scope="module")
def inner_run(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says about three small tests on this ground, in CI, with settings in the shell."""
    folder = tmp_path_factory.mktemp("inner")
    (folder / "test_inner.py").write_text(INNER_TESTS)
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "tests.conftest", "-c", ROOT / "pyproject.toml", folder]
    shell = {"CI": "true", "SUPPORTBOT_DATABASE_URL": "postgresql://live", "SUPPORTBOT_TEST_KEPT": "1"}
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **shell}, capture_output=True, text=True).stdout


def test_a_skipped_test_has_failed_in_ci(inner_run: str) -> None:
    assert re.findall(r"^(\w+) .*::(test_skipped|test_good)\b", inner_run, re.MULTILINE) == [
        ("PASSED", "test_good"),
        ("FAILED", "test_skipped"),
    ]


def test_settings_of_the_shell_do_not_reach_the_tests(inner_run: str) -> None:
    assert re.findall(r"^(\w+) .*::test_shell\b", inner_run, re.MULTILINE) == ["PASSED"]


@pytest.mark.parametrize(
    ("one", "other", "is_together"),
    [
        ("tests/a/test_b.py::test_1", "tests/a/test_b.py::test_2[x::y]", True),
        ("tests/a/test_b.py::test_1", "tests/a/test_c.py::test_1", False),
        ("tests/storm/test_kill.py::test_1", "tests/storm/test_rush.py::test_1", True),
    ],
)
def test_one_file_and_all_storms_stay_in_one_process(one: str, other: str, is_together: bool) -> None:
    scheduler = object.__new__(OneFileOneProcess)

    assert (scheduler._split_scope(one) == scheduler._split_scope(other)) is is_together


@pytest.mark.skipif(shutil.which("setpriv") is None, reason="this system has no setpriv")
def test_the_database_server_ends_with_the_test_run_even_when_that_is_killed() -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom tests.postgres import start_server\n"
        "print(start_server(Path(sys.argv[1])).process.pid, flush=True)\ntime.sleep(60)"
    )
    with tempfile.TemporaryDirectory(prefix="supportbot-pg-") as folder:
        command = [sys.executable, "-c", script, folder]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as run:
            assert run.stdout is not None
            server = psutil.Process(int(run.stdout.readline()))
            assert server.name() == "postgres"
            run.kill()

        server.wait(timeout=10)


@pytest.mark.parametrize("turn", [1, 2])
def test_each_test_gets_an_empty_database_with_every_table(database: Database, turn: int) -> None:
    with database.transaction() as db:
        assert set(SQLModel.metadata.tables) <= set(sa.inspect(db.connection()).get_table_names())
        assert db.exec(sa.select(sa.func.count()).select_from(Site)).scalar_one() == 0
        db.add(
            Site(
                key="shop",
                name="Shop",
                case_prefix="S",
                time_zone="UTC",
                currency="EUR",
                sign_off="Bye",
                created_at=system_clock(),
            )
        )


def test_a_free_port_can_be_bound() -> None:
    with socket.socket() as server:
        port = free_port()
        server.bind(("127.0.0.1", port))
        assert server.getsockname() == ("127.0.0.1", port)


@pytest.fixture
def bare_machine(tmp_path: Path) -> dict[str, str]:
    """The environment of a user whose system has no Chromium and who has downloaded none."""
    return {"PATH": str(tmp_path), "PLAYWRIGHT_BROWSERS_PATH": str(tmp_path / "playwright")}


def test_a_machine_without_chromium_is_told_how_to_get_one(bare_machine: dict[str, str]) -> None:
    asked = _ask_for_chromium(bare_machine)

    assert (asked.returncode, asked.stdout, asked.stderr) == (1, "", f"{HOW_TO_GET_ONE}\n")


def test_the_chromium_that_playwright_downloaded_is_found(bare_machine: dict[str, str]) -> None:
    downloaded = _download_stand_in(bare_machine, "echo Chromium 1")

    assert _ask_for_chromium(bare_machine).stdout == f"{downloaded}\n"


def test_the_chromium_of_the_system_goes_before_a_downloaded_one(bare_machine: dict[str, str]) -> None:
    _download_stand_in(bare_machine, "echo Chromium 1")
    installed = _program(Path(bare_machine["PATH"]) / "chromium", "echo Chromium 2")

    assert _ask_for_chromium(bare_machine).stdout == f"{installed}\n"


def test_a_chromium_that_lacks_its_libraries_is_named_with_what_brings_them(bare_machine: dict[str, str]) -> None:
    downloaded = _download_stand_in(bare_machine, "echo 'libnss3.so: cannot open' >&2; exit 127")

    asked = _ask_for_chromium(bare_machine)

    assert asked.returncode == 1
    assert asked.stderr == f"{downloaded} does not start: libnss3.so: cannot open. {HOW_TO_GET_IT_TO_START}\n"


def test_axe_names_the_element_that_breaks_a_rule(page: Page) -> None:
    page.set_content("<html lang=en><title>A</title><main><h1>A</h1><input id=nameless></main>")

    with pytest.raises(AssertionError, match=r"label \(critical\)[^\n]*\n    #nameless"):
        run_axe(page)

    page.set_content("<html lang=en><title>A</title><main><h1>A</h1><label>Name <input></label></main>")
    run_axe(page)


def test_an_uncaught_script_error_on_a_page_is_noticed(page: Page) -> None:
    other = page.context.new_page()
    problems = watch_for_errors(other)

    other.set_content("<script>throw new Error('lost')</script>")

    assert [problem for problem in problems if "lost" in problem]


def test_screenshots_are_kept_outside_git(page: Page) -> None:
    page.set_content("<h1>Ground</h1>")

    kept = keep_screenshot(page, "ground / first")

    assert kept.name == "ground-first.png"
    assert kept.stat().st_size > 1000
    assert kept.stat().st_mtime > time.time() - 60


def _ask_for_chromium(machine: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.browser"], cwd=ROOT, env=machine, capture_output=True, text=True
    )


def _download_stand_in(machine: dict[str, str], script: str) -> Path:
    """A program where this release of Playwright would put the Chromium that it downloads."""
    ask = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    said = subprocess.run([sys.executable, "-c", ask], env=machine, capture_output=True, text=True, check=True)
    return _program(Path(said.stdout.strip()), script)


def _program(path: Path, script: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path
