"""gunicorn, told what it needs in code: threads, since every open live stream takes one."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

THREADS = 600


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn is untyped
    """One gunicorn master with `workers` processes of 600 threads each."""

    def __init__(self, make_app: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make_app = make_app
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Take the options; gunicorn's own environment variable is ignored."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Make the application, in each worker process."""
        return self._make_app()


def run_server(make_app: Callable[[], Flask], *, bind: str, workers: int = 1) -> None:
    """Serve until stopped by a signal."""
    options = {
        "bind": bind,
        "workers": workers,
        "worker_class": "gthread",
        "threads": THREADS,
        "worker_connections": 2 * THREADS,
        "timeout": 60,
        "graceful_timeout": 5,
        "keepalive": 15,
        "accesslog": None,
        "errorlog": "-",
        "loglevel": "warning",
        "control_socket_disable": True,
    }
    Server(make_app, options).run()
