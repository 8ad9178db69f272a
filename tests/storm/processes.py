"""Processes that a storm starts, kills without warning and starts again."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

import httpx

ROOT = Path(__file__).parent.parent.parent
_END_S = 20


@dataclass(frozen=True, slots=True)
class Role:
    """A kind of process: what to run, with what added to the environment, and how many at once.

    `ready_url` answers 200 when such a process works; without one it counts as ready `settle_s` after its start.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    count: int = 1
    ready_url: str | None = None
    settle_s: float = 0


def python(*arguments: str) -> list[str]:
    """A command line that runs this Python."""
    return [sys.executable, *arguments]


def start_process(argv: Sequence[str], env: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a process in a group of its own; what it says goes to the end of `log`."""
    with log.open("ab") as output:
        return subprocess.Popen(
            argv,
            env={**os.environ, "PYTHONPATH": str(ROOT), **env},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def kill_now(process: subprocess.Popen[bytes]) -> None:
    """kill -9 for a process and everything it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=_END_S)


def wait_for(
    is_so: Callable[[], bool], what: str, log: Callable[[str], str] = lambda _: "", *, within_s: float
) -> None:
    """Wait for something; when it does not come in time, fail with `what` and its log."""
    deadline = time.monotonic() + within_s
    pause = threading.Event()
    while not is_so():
        assert time.monotonic() < deadline, f"{what}: not within {within_s} s.\n{log(what)}"
        pause.wait(0.05)


class Supervisor:
    """Keeps roles running, as systemd would, and kills them at random while `storm` lasts."""

    def __init__(self, roles: Sequence[Role], logs: Path) -> None:
        self.kills: Counter[str] = Counter()
        self._roles = {f"{role.name}-{number}": role for role in roles for number in range(role.count)}
        self._logs = logs
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._started_at: dict[str, float] = {}
        self._pause = threading.Event()

    def __enter__(self) -> "Supervisor":
        for name in self._roles:
            self._start(name)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in self._processes.values():
            process.terminate()
        deadline = time.monotonic() + _END_S
        for process in self._processes.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=max(0.1, deadline - time.monotonic()))
            kill_now(process)

    def wait_until_ready(self, *, within_s: float = 60) -> None:
        """Wait until every role answers; fails with its log when one does not in time, or ends by itself."""
        for name, role in self._roles.items():
            wait_for(lambda name=name, role=role: self._is_ready(name, role), name, self.log, within_s=within_s)

    def storm(self, duration_s: float, *, dice: random.Random, pause_s: tuple[float, float], at_least: int = 1) -> None:
        """For a while kill one process after the other at random and start it again after a moment.

        Four times of five the victim has come up since its last death, so that work goes on between the kills however
        slow the machine is; else it may be in the middle of its start.

        Args:
            pause_s: shortest and longest time between two kills.
            at_least: go on, up to five times as long, until each role has been killed so often.
        """
        start = time.monotonic()
        while (spent := time.monotonic() - start) < duration_s or (
            spent < 5 * duration_s and min(self.kills[role.name] for role in self._roles.values()) < at_least
        ):
            self._pause.wait(dice.uniform(*pause_s))
            self.revive()
            name = dice.choice(sorted(self._roles))
            if dice.random() < 0.8 and not self._is_ready(name, self._roles[name]):
                continue
            self.kill(name)
            self._pause.wait(dice.uniform(0, pause_s[0]))
            self.revive()

    def kill(self, name: str) -> None:
        """kill -9 for one process."""
        kill_now(self._processes[name])
        self.kills[self._roles[name].name] += 1

    def revive(self) -> list[str]:
        """Start again whatever does not run; gives the names."""
        ended = [name for name, process in self._processes.items() if process.poll() is not None]
        for name in ended:
            self._start(name)
        return ended

    def log(self, name: str) -> str:
        """The last lines that a process wrote."""
        file = self._logs / f"{name}.log"
        return file.read_text(errors="replace")[-4000:] if file.exists() else ""

    def _start(self, name: str) -> None:
        role = self._roles[name]
        self._started_at[name] = time.monotonic()
        self._processes[name] = start_process(role.argv, role.env, self._logs / f"{name}.log")

    def _is_ready(self, name: str, role: Role) -> bool:
        assert self._processes[name].poll() is None, f"{name} ended by itself:\n{self.log(name)}"
        if role.ready_url is None:
            return time.monotonic() - self._started_at[name] >= role.settle_s
        try:
            return httpx.get(role.ready_url, timeout=5).status_code == 200
        except httpx.TransportError:
            return False
