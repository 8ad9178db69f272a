"""`python -m tests.gateway.spender URL ID`: one process that spends until it is refused, as fast as it can.

For each limit it waits for a line on stdin, spends, and prints how many calls were let through.
"""

import sys

from supportbot.audit.actions import AuditLog
from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.gateway.guard import DatabaseGuard
from supportbot.gateway.types import Admitted
from tests.gateway.spending import AT, LIMITS, MOST_TRIES, call_of


def main(url: str) -> None:
    """Spend against every limit in turn."""
    database, clock = Database(url), FixedClock(AT)
    guard = DatabaseGuard(database, AuditLog("k" * 43, clock), clock)
    print("ready", flush=True)
    for limit in LIMITS:
        sys.stdin.readline()
        answers = [guard.admit(call_of(limit)) for _ in range(MOST_TRIES)]
        print(sum(isinstance(answer, Admitted) for answer in answers), flush=True)
    database.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
