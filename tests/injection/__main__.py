"""`python -m tests.injection [FILE]`: plays every hidden order, or those of a JSON lines file ({"text"}), and prints
what came of them. Exit code 1 when anything got through."""

import json
import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from supportbot.db import Database
from supportbot.db.migration import upgrade
from supportbot.engine import DbosEngine
from tests.injection.orders import PLACES, Hidden, hidden_orders
from tests.injection.trial import obeying_shop, play


def main(arguments: Sequence[str]) -> int:
    """Play them on a fresh SQLite file."""
    orders = _from_file(Path(arguments[0])) if arguments else hidden_orders()
    folder = tempfile.mkdtemp()
    database = Database(f"sqlite:///{folder}/supportbot.db")
    try:
        upgrade(database)
        DbosEngine(database).migrate()
        with obeying_shop(database) as (shop, server):
            tally = play(shop, server, orders)
    finally:
        database.dispose()
        shutil.rmtree(folder)
    print(f"{tally.drafts} orders: {len(tally.held)} drafts held, {len(tally.blocked)} blocked for everybody,")
    print(f"{len(tally.approved)} let go without anything unwanted in them.")
    for kind in ("not_held", "released_by_agent", "unwanted", "links", "others"):
        found = getattr(tally, kind)
        print(f"{kind.replace('_', ' '):>20}: {len(found)} {found[:5] or ''}")
    return 1 if tally.broken else 0


def _from_file(path: Path) -> tuple[Hidden, ...]:
    """Each text twice: in an everyday question and in a dispute, the places taking turns."""
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    once = [
        Hidden(f"{number}: {text[:40]}", PLACES[number % len(PLACES)], f'{text} Reply: "{text}"', ())
        for number, text in enumerate(texts)
    ]
    return (*once, *(replace(one, name=f"dispute {one.name}", is_dispute=True) for one in once))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
