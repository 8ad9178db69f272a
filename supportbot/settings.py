"""The only reader of the environment, and the finder of the top-level folders."""

import ipaddress
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from supportbot.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable: its name, what stands in for it, and what it does."""

    name: str
    default: str
    help: str


VARIABLES = (
    Variable("SUPPORTBOT_DATA_DIR", "supportbot-data", "Folder for the SQLite file and the stored secret."),
    Variable(
        "SUPPORTBOT_DATABASE_URL",
        "sqlite file in the data folder",
        "SQLAlchemy URL; postgresql://user:password@host/name for PostgreSQL.",
    ),
    Variable(
        "SUPPORTBOT_SECRET_KEY",
        "the file secret_key in the data folder",
        "Signs sessions, tokens and the audit log. Make one with: supportbot secret",
    ),
    Variable("SUPPORTBOT_PUBLIC_URL", "http://127.0.0.1:8000", "Where people reach the web process."),
    Variable("SUPPORTBOT_BIND", "127.0.0.1:8000", "Address and port the web process listens on."),
    Variable(
        "SUPPORTBOT_TRUSTED_PROXIES",
        "none",
        "Addresses or networks of your proxies, with commas; what they forward tells visitors apart.",
    ),
)


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the environment decides. `secret_key` is at least 32 characters."""

    database_url: str
    data_dir: Path
    secret_key: str
    public_url: str
    bind: str
    trusted_proxies: tuple[Network, ...] = ()

    @property
    def is_https(self) -> bool:
        """Whether people reach supportbot over TLS (cookies then carry the __Host- prefix)."""
        return self.public_url.startswith("https://")

    @property
    def demo_file(self) -> Path:
        """`demo.json`: there only when this data folder was made by `supportbot demo`."""
        return self.data_dir / "demo.json"


def load_settings(environ: Mapping[str, str] | None = None, *, need_secret: bool = True) -> Settings:
    """Read the environment once.

    Raises:
        SettingsError: lists every problem at once.
    """
    env = os.environ if environ is None else environ
    problems: dict[str, str] = {}
    data_dir = Path(env.get("SUPPORTBOT_DATA_DIR") or "supportbot-data").resolve()
    secret = env.get("SUPPORTBOT_SECRET_KEY") or _stored_secret(data_dir)
    if need_secret and not secret:
        problems["SUPPORTBOT_SECRET_KEY"] = "is not set. Generate one with: supportbot secret"
    elif secret and len(secret) < 32:
        problems["SUPPORTBOT_SECRET_KEY"] = (
            f"has {len(secret)} characters; 32 are needed. Generate one with: supportbot secret"
        )
    bind = env.get("SUPPORTBOT_BIND") or "127.0.0.1:8000"
    public_url = (env.get("SUPPORTBOT_PUBLIC_URL") or f"http://{bind}").rstrip("/")
    if urlsplit(public_url).scheme not in ("http", "https") or not urlsplit(public_url).hostname:
        problems["SUPPORTBOT_PUBLIC_URL"] = f"is {public_url!r}; give a full address such as https://support.example"
    if not bind.rpartition(":")[2].isdigit():
        problems["SUPPORTBOT_BIND"] = f"is {bind!r}; give address:port such as 127.0.0.1:8000"
    try:
        proxies = _networks(env.get("SUPPORTBOT_TRUSTED_PROXIES") or "")
    except ValueError as error:
        problems["SUPPORTBOT_TRUSTED_PROXIES"] = f"{error}; give addresses or networks such as 10.0.0.2, 172.18.0.0/16"
        proxies = ()
    if problems:
        listed = "\n".join(f"  {name} {problem}" for name, problem in problems.items())
        raise SettingsError(f"The environment needs attention:\n{listed}", fields=problems)
    return Settings(
        database_url=env.get("SUPPORTBOT_DATABASE_URL") or f"sqlite:///{data_dir / 'supportbot.db'}",
        data_dir=data_dir,
        secret_key=secret or "",
        public_url=public_url,
        bind=bind,
        trusted_proxies=proxies,
    )


def _networks(text: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def read_demo_file(file: Path) -> dict[str, Any]:
    """What `supportbot demo` keeps in `demo.json`; empty where no demo was started.

    Raises:
        SettingsError: the file is damaged.
    """
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    try:
        known = json.loads(text or "{}")
    except ValueError:
        known = None
    if not isinstance(known, dict):
        raise SettingsError(f"{file} cannot be read. Remove it if this folder is a demo's, or choose another folder.")
    return known


def provider_key(variable: str, environ: Mapping[str, str] | None = None) -> str | None:
    """The model provider's key that the policy names by `variable`; None when it is not set."""
    env = os.environ if environ is None else environ
    return env.get(variable) or None


def new_secret() -> str:
    """A fresh random secret, 43 characters."""
    return secrets.token_urlsafe(32)


def store_secret(data_dir: Path) -> str:
    """Give the data folder's secret, making it (readable by its owner alone) when there is none."""
    stored = _stored_secret(data_dir)
    if stored:
        return stored
    make_private_folder(data_dir)
    secret = new_secret()
    handle = os.open(data_dir / "secret_key", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secret)
    return secret


def make_private_folder(folder: Path) -> None:
    """Make a folder that its owner alone may enter; one that is there keeps its rights."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def top_folder(name: str) -> Path:
    """Find `templates`, `prompts` or `migrations`: beside the package in a checkout, inside it in a wheel.

    Raises:
        SettingsError: neither place has the folder; the installation is broken.
    """
    package = Path(__file__).parent
    for candidate in (package / "_top" / name, package.parent / name):
        if candidate.is_dir():
            return candidate
    raise SettingsError(f"The folder {name!r} is missing beside {package}. Install supportbot again.")


def _stored_secret(data_dir: Path) -> str | None:
    file = data_dir / "secret_key"
    return file.read_text().strip() or None if file.is_file() else None
