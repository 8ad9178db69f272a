"""The ground every test stands on: databases on both engines, a browser, and no silent skips in CI."""

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from xdist.scheduler import LoadScopeScheduling

from supportbot.db import Database, normal_url
from supportbot.db.migration import upgrade
from supportbot.engine import DbosEngine
from tests.browser import LAUNCH_ARGS, PATIENCE_MS, find_chromium, keep_screenshot, watch_for_errors
from tests.postgres import URL_VARIABLE, administer, start_server
from tests.reuse import ReusedDatabase

TEST_ONLY = "SUPPORTBOT_TEST_"
# Kill tests measure time and start many processes: never two of them at once.
STORM = "tests/storm/"
# All journeys walk on one running demo.
DEMO = "tests/journeys/demo/"
LONG_FIRST = (
    STORM,
    "tests/journeys/",
    "tests/engine/",
    "tests/sameness/",
    "tests/test_ground.py",
    "tests/test_packaging.py",
)

_FAILED = pytest.StashKey[bool]()


# Given samples are the same in each run, and a busy machine fails none of them.
hypothesis.settings.register_profile(
    "supportbot", deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("supportbot")
expect.set_options(timeout=PATIENCE_MS)


# Running: a clean environment, order, two processes, and skips in CI


def pytest_configure() -> None:
    """Forget the settings of the shell: no test may reach the database that someone works with."""
    for name in [name for name in os.environ if name.startswith("SUPPORTBOT_") and not name.startswith(TEST_ONLY)]:
        del os.environ[name]


class OneFileOneProcess(LoadScopeScheduling):
    """Hands whole files to the processes of `-n 2`, all storms to the same one, and all that walk on the demo.

    xdist's own groups (`--dist loadgroup`) have no effect with pytest 9.2: node ids can no longer be changed.
    """

    def _split_scope(self, nodeid: str) -> str:
        whole = next((folder for folder in (STORM, DEMO) if nodeid.startswith(folder)), None)
        return whole or nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneFileOneProcess:
    """Spread the tests by file."""
    config.option.loadscopereorder = False
    return OneFileOneProcess(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that two processes end together."""
    items.sort(
        key=lambda item: next((at for at, part in enumerate(LONG_FIRST) if part in item.nodeid), len(LONG_FIRST))
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Remember failures for the last screenshot; in CI a skipped test has failed."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"Skipped, and in CI nothing may be: {report.longrepr}"
    item.stash[_FAILED] = item.stash.get(_FAILED, False) or report.failed
    return report


@pytest.fixture
def has_failed(request: pytest.FixtureRequest) -> Callable[[], bool]:
    """Whether this test has failed so far: its fixtures then keep what they can show."""
    return lambda: request.node.stash.get(_FAILED, False)


# Databases


def make_schema(database: Database) -> None:
    """Give an empty database every table, the job engine's too."""
    upgrade(database)
    DbosEngine(database).migrate()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of a PostgreSQL server whose user may make databases; fails when there is none."""
    given = os.environ.get(URL_VARIABLE)
    if given:
        yield normal_url(given).render_as_string(hide_password=False)
        return
    # Not below pytest's own folder: a socket's path may have 107 characters at most.
    with tempfile.TemporaryDirectory(prefix="supportbot-pg-") as folder:
        server = start_server(Path(folder))
        yield server.url
        server.stop()


@pytest.fixture(scope="session")
def postgres_template(postgres_url: str) -> Iterator[str]:
    """The name of a PostgreSQL database with every table and no rows, to copy from."""
    name = f"supportbot_template_{os.getpid()}"
    administer(postgres_url, f'CREATE DATABASE "{name}"')
    _fill(_in_database(postgres_url, name))
    yield name
    administer(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with every table and no rows, to copy from."""
    path = tmp_path_factory.mktemp("template") / "supportbot.db"
    _fill(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def reused_database(postgres_url: str, postgres_template: str) -> Iterator[ReusedDatabase]:
    """The one PostgreSQL database of this process, lent to test after test."""
    reused = ReusedDatabase(server_url=postgres_url, template=postgres_template)
    yield reused
    reused.close()


@pytest.fixture
def postgres_database_url(reused_database: ReusedDatabase) -> Iterator[str]:
    """The address of a PostgreSQL database as good as new, with every table and no rows."""
    yield reused_database.lend()
    reused_database.take_back()


@pytest.fixture
def sqlite_database_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh SQLite file with every table and no rows."""
    path = tmp_path / "supportbot.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database, on each engine in turn; for tests that start processes."""
    return request.getfixturevalue(f"{request.param}_database_url")


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A fresh database with every table and no rows, on each engine in turn."""
    opened = Database(database_url)
    yield opened
    opened.dispose()


def free_port() -> int:
    """A port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# The browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium, for one module: Playwright's event loop must not outlive the tests that need it."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=find_chromium(playwright), args=LAUNCH_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest, has_failed: Callable[[], bool]) -> Iterator[Page]:
    """A page in a browser profile of its own; script errors and CSP violations fail the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-GB")
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    problems = watch_for_errors(opened)
    yield opened
    if has_failed():
        keep_screenshot(opened, f"failed {request.node.name}")
    context.close()
    assert not problems, "\n".join(problems)


def _fill(url: str) -> None:
    database = Database(url)
    make_schema(database)
    database.dispose()


def _in_database(url: str, name: str) -> str:
    return normal_url(url).set(database=name).render_as_string(hide_password=False)
