"""`python -m tests.benchmarks [word ...]`: run the benchmarks whose name holds one of the words, else all."""

import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from supportbot.db import Database, normal_url
from tests.benchmarks.figures import Figure, Ground
from tests.conftest import make_schema
from tests.postgres import administer, start_server

Benchmark = Callable[[Ground], Iterable[Figure]]


def main(words: list[str]) -> int:
    """Run and print; 1 when a limit is missed or a word fits nothing."""
    chosen = [(name, run) for name, run in _benchmarks() if not words or any(word in name for word in words)]
    if not chosen:
        print(f"No benchmark is called {' or '.join(words)}. There are: {', '.join(name for name, _ in _benchmarks())}")
        return 1
    missed = 0
    with tempfile.TemporaryDirectory(prefix="supportbot-pg-") as folder, _postgres(Path(folder)) as server_url:
        for name, run in chosen:
            print(f"\n{name}")
            with tempfile.TemporaryDirectory() as scratch:
                for figure in run(_ground(Path(scratch), server_url, name)):
                    missed += not figure.is_kept
                    print(f"  {figure.name:<60} {figure.value:>10.2f} {figure.unit:<6} {_verdict(figure)}".rstrip())
    return 1 if missed else 0


def _benchmarks() -> Iterator[tuple[str, Benchmark]]:
    for file in sorted(Path(__file__).parent.glob("bench_*.py")):
        module = import_module(f"tests.benchmarks.{file.stem}")
        for name, value in vars(module).items():
            if name.startswith("bench_"):
                yield name.removeprefix("bench_"), value


@contextmanager
def _postgres(folder: Path) -> Iterator[str]:
    server = start_server(folder, is_durable=True)
    yield server.url
    server.stop()


def _ground(scratch: Path, server_url: str, name: str) -> Ground:
    administer(server_url, f'CREATE DATABASE "{name}"')
    urls = {
        "sqlite": f"sqlite:///{scratch / 'supportbot.db'}",
        "postgresql": normal_url(server_url).set(database=name).render_as_string(hide_password=False),
    }
    for url in urls.values():
        database = Database(url)
        make_schema(database)
        database.dispose()
    return Ground(folder=scratch, database_urls=urls)


def _verdict(figure: Figure) -> str:
    if figure.at_most is None:
        return ""
    return f"limit {figure.at_most:g}" + ("" if figure.is_kept else "  MISSED")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
