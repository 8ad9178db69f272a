"""`python -m tests.gateway.caller DATABASE BASE_URL`: one worker's gateway, in a process of its own.

It reads a line for each run, `low` or `high` (the task's risk), and answers with one line of JSON; `wait SECONDS` moves
its clock.
"""

import json
import sys
from datetime import timedelta

from supportbot.audit.actions import AuditLog
from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.gateway import Gateway
from supportbot.gateway.guard import DatabaseGuard
from supportbot.gateway.providers import PROVIDERS
from tests.gateway.factories import AT, complete, make_rule, make_spec
from tests.prompting.test_prompting import make_material


def main(url: str, base_url: str) -> None:
    """Make the runs that are asked for."""
    database, clock = Database(url), FixedClock(AT)
    gateway = Gateway(
        {name: make(lambda _: None) for name, make in PROVIDERS.items()},
        clock=clock,
        guard=DatabaseGuard(database, AuditLog("k" * 43, clock), clock),
    )
    models = {
        "fast": make_spec(base_url=base_url),
        "builtin": make_spec("builtin", provider="builtin", model="extractive"),
    }
    print("ready", flush=True)
    for line in sys.stdin:
        said, _, seconds = line.strip().partition(" ")
        if said == "wait":
            clock.move(timedelta(seconds=float(seconds)))
            continue
        backup = {} if said == "low" else {"backup": None, "fallback_on": frozenset()}
        rule = make_rule(risk=said, retry_times=0, deadline_s=60.0, try_timeout_s=50.0, **backup)
        result = complete(gateway, rule, models=models, material=make_material())
        print(json.dumps({"outcome": result.outcome, "reason": result.reason}), flush=True)
    gateway.close()
    database.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
