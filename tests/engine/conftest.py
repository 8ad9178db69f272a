"""Engines for the engine's tests: one at work per module and store, since starting a worker takes a second."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from supportbot.db import Database
from tests.engine.harness import Harness, durable_harness, memory_harness
from tests.postgres import empty_database as making_database


def _empty_url(store: str, request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if store != "postgres":
        yield f"sqlite:///{folder / 'engine.db'}"
        return
    server = request.getfixturevalue("postgres_url")
    with making_database(server, f"supportbot_engine_{os.getpid()}_{folder.name}") as url:
        yield url


@pytest.fixture(params=["sqlite", "postgres"])
def empty_database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database without any table, on each store in turn."""
    for url in _empty_url(request.param, request, tmp_path_factory.mktemp("empty")):
        database = Database(url)
        yield database
        database.dispose()


@pytest.fixture(scope="module", params=["memory", "sqlite", "postgres"])
def harness(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """Each engine at work in turn; shared by the tests of a module, which use keys of their own."""
    for url in _empty_url(request.param, request, tmp_path_factory.mktemp("harness")):
        database = Database(url)
        if request.param == "memory":
            with memory_harness(database) as made:
                yield made
        else:
            with durable_harness(request.param, database) as made:
                yield made
        database.dispose()


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def durable(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harness]:
    """The durable engine at work on each store in turn; shared by the tests of a module."""
    for url in _empty_url(request.param, request, tmp_path_factory.mktemp("durable")):
        database = Database(url)
        with durable_harness(request.param, database) as made:
            yield made
        database.dispose()
