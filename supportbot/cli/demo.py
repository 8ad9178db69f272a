"""`supportbot demo`: the whole product with a believable week of data, under one command."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

import click
import httpx

from supportbot.customers.identity import site_secret
from supportbot.errors import Conflict, Unavailable
from supportbot.settings import Settings, load_settings, make_private_folder, read_demo_file, store_secret

START_S = 60
WORKER_PAUSE_S = 1.0
LOOK_AT_RECORDS_S = 3600


@click.command()
@click.option("--port", default=8000, show_default=True, help="Where the demo answers, on this machine only.")
@click.option("--data-dir", type=click.Path(path_type=Path), default=None, help="Folder that keeps the demo's data.")
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=None,
    help="A routing policy to start with, instead of the built-in one.",
)
@click.option("--reset", is_flag=True, help="Forget the kept data and start over.")
def demo(port: int, data_dir: Path | None, policy_file: Path | None, reset: bool) -> None:
    """Run supportbot with a demo shop; Ctrl-C stops everything, a second start keeps the data."""
    folder = (data_dir or Path(os.environ.get("SUPPORTBOT_DATA_DIR") or "supportbot-data")).resolve()
    _require_free(port)
    if reset or _is_unfinished(folder):
        _reset(folder)
    env = _environment(folder, port)
    settings = load_settings(env)
    _prepare(settings, policy_file)
    _run(settings, env)


def _environment(folder: Path, port: int) -> dict[str, str]:
    """The environment of both processes: this machine only, and the secret kept in the folder."""
    make_private_folder(folder)
    secret = os.environ.get("SUPPORTBOT_SECRET_KEY") or store_secret(folder)
    address = f"127.0.0.1:{port}"
    return {
        **os.environ,
        "SUPPORTBOT_DATA_DIR": str(folder),
        "SUPPORTBOT_SECRET_KEY": secret,
        "SUPPORTBOT_BIND": address,
        "SUPPORTBOT_PUBLIC_URL": f"http://{address}",
    }


def _prepare(settings: Settings, policy_file: Path | None) -> None:
    from supportbot.app import migrate_all, wire
    from supportbot.customers.sites import site_of
    from supportbot.routing.policy import read_policy
    from supportbot.seed.load import is_seeded, seed

    parts = wire(settings)
    _say("Preparing the database ...")
    migrate_all(settings)
    if is_seeded(parts.database):
        if policy_file is not None:
            raise Conflict("This data folder has a policy already. Add --reset to start over with yours.")
        known = read_demo_file(settings.demo_file)
        if not known:
            raise Conflict(f"{settings.data_dir} holds data that is not a demo's. Choose another --data-dir.")
        with parts.database.transaction(read_only=True) as db:
            version = site_of(db, known["site_key"]).secret_version
        _write_demo_file(settings, known["site_key"], known["users"], secret_version=version)
    else:
        _write_demo_file(settings, "", [])
        _say("Writing a fortnight of the demo shop ...")
        document = read_policy(policy_file.read_text(encoding="utf-8")) if policy_file else None
        seeded = seed(
            parts.drafting,
            secret_key=settings.secret_key,
            policy_document=document,
            password=_password,
            progress=_say,
        )
        _write_demo_file(settings, seeded.site_key, [user.as_dict() for user in seeded.users])
    parts.database.dispose()


def _write_demo_file(
    settings: Settings, site_key: str, users: list[dict[str, str]], *, secret_version: int = 1
) -> None:
    url = settings.public_url
    content: dict[str, Any] = {
        "url": url,
        "shop_url": f"{url}/demo/shop",
        "inbox_url": f"{url}/inbox",
        "site_key": site_key,
        "site_secret": site_secret(settings.secret_key, site_key, secret_version),
        "users": users,
    }
    # Written whole or not at all: a file without people means that a first start was broken off.
    half_written = settings.demo_file.with_suffix(".new")
    handle = os.open(half_written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        json.dump(content, file, indent=2)
    half_written.replace(settings.demo_file)


def _run(settings: Settings, env: dict[str, str]) -> None:
    _say("Starting web and worker ...")
    commands = {"web": "serve", "worker": "worker"}
    children = {name: _start(command, env) for name, command in commands.items()}

    def stop(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, stop)
    try:
        _wait_until_ready(settings, children)
        _say(_welcome(settings))
        next_look = time.monotonic()
        while children["web"].poll() is None:
            if children["worker"].poll() is not None:
                # The web takes messages without a worker, and nothing is lost: the next one goes on with them.
                _say(f"The worker process ended ({_how(children['worker'])}). Starting another ...")
                time.sleep(WORKER_PAUSE_S)
                children["worker"] = _start(commands["worker"], env)
            if time.monotonic() >= next_look:
                _look_at_records(settings)
                next_look += LOOK_AT_RECORDS_S
            time.sleep(0.5)
        raise Unavailable(f"The web process ended by itself ({_how(children['web'])}). Start the demo again.")
    except KeyboardInterrupt:
        _say("\nStopping ...")
    finally:
        _stop(children)
    _say("Stopped. Everything is kept; start again to go on, or with --reset to start over.")


def _start(command: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", "supportbot.cli", command]
    return subprocess.Popen(words, env=env, start_new_session=True)  # noqa: S603 - our own command


def _how(child: subprocess.Popen[bytes]) -> str:
    code = child.returncode
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _look_at_records(settings: Settings) -> None:
    from supportbot.db import Database
    from supportbot.seed.load import keep_records_fresh

    database = Database(settings.database_url)
    keep_records_fresh(database)
    database.dispose()


def _wait_until_ready(settings: Settings, children: dict[str, subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline:
        for name, child in children.items():
            if child.poll() is not None:
                raise Unavailable(f"The {name} process did not start; the reason stands above.")
        try:
            if httpx.get(f"{settings.public_url}/readyz", timeout=2).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise Unavailable(f"supportbot did not answer within {START_S} s. Look at what stands above, and start again.")


def _stop(children: dict[str, subprocess.Popen[bytes]]) -> None:
    for child in children.values():
        if child.poll() is None:
            child.terminate()
    for child in children.values():
        try:
            child.wait(timeout=15)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _welcome(settings: Settings) -> str:
    known = read_demo_file(settings.demo_file)
    people = "\n".join(f"    {one['role']:<7} {one['email']:<28} {one['password']}" for one in known["users"])
    return (
        f"\nsupportbot is running.\n\n"
        f"  The demo shop, with the chat widget:  {known['shop_url']}\n"
        f"  The inbox:                            {known['inbox_url']}\n\n"
        f"  Log in as one of:\n{people}\n\n"
        f"Ctrl-C stops it."
    )


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            raise Conflict(
                f"Port {port} is taken or not allowed. Choose another one: make demo PORT={(port % 60000) + 1}"
            ) from None


def _is_unfinished(folder: Path) -> bool:
    """Whether a first start was broken off: it leaves a `demo.json` without people."""
    file = folder / "demo.json"
    return file.is_file() and not read_demo_file(file).get("users")


def _reset(folder: Path) -> None:
    """Empty a demo's data folder; any other folder is left alone."""
    if os.environ.get("SUPPORTBOT_DATABASE_URL"):
        raise Conflict("SUPPORTBOT_DATABASE_URL names the database; empty it yourself, then start without --reset.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / "demo.json").is_file():
        raise Conflict(f"{folder} is not a demo's data folder (it has no demo.json), so nothing was removed.")
    shutil.rmtree(folder)


def _password() -> str:
    """Easy to type, hard to guess."""
    return f"harbour-{secrets.token_hex(4)}"


def _say(text: str) -> None:
    click.echo(text)
