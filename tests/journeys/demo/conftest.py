"""One running demo for all journeys, and a stage of browsers for each."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.journeys.demo.ground import Demo, Stage, running_demo


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """`supportbot demo` with its whole story: web, worker and clock, started once."""
    with running_demo(tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="session")
def logins() -> dict[str, Any]:
    """Cookies of who has logged in, by role: each logs in once."""
    return {}


@pytest.fixture
def stage(
    browser: Browser,
    demo: Demo,
    logins: dict[str, Any],
    request: pytest.FixtureRequest,
    has_failed: Callable[[], bool],
) -> Iterator[Stage]:
    """Browser profiles for everybody in one journey."""
    stage = Stage(browser, demo, logins)
    yield stage
    stage.close(request.node.name if has_failed() else None)
