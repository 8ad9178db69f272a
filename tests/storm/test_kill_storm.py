"""The kill storm: web and worker processes of the real application die at random while customers write.

`SUPPORTBOT_STORM_S` lengthens it (60 s by default).
"""

import os
import random
from pathlib import Path

from supportbot.db import Database
from tests.conftest import free_port
from tests.storm.checks import Losses, find_losses, sent_replies, undrafted_count, waiting_replies
from tests.storm.customers import Approver, Customers
from tests.storm.ground import SITE_KEY, prepare
from tests.storm.processes import Role, Supervisor, python, wait_for

STORM_S = float(os.environ.get("SUPPORTBOT_STORM_S", "60"))
# The sweeper looks every 15 s for messages older than 90 s.
DRAIN_S = 120
NOTHING = Losses((), (), (), (), (), ())


def test_no_acknowledged_message_is_lost_undrafted_or_doubled(bare_url: str, tmp_path: Path) -> None:
    ground = prepare(bare_url, tmp_path, free_port())
    database = Database(bare_url)
    dice = random.Random(20261116)
    roles = [
        Role("web", python("-m", "supportbot.cli", "serve"), ground.env, ready_url=f"{ground.url}/readyz"),
        Role("worker", python("-m", "supportbot.cli", "worker"), ground.env, count=2, settle_s=4),
    ]

    with Supervisor(roles, tmp_path) as supervisor:
        supervisor.wait_until_ready()
        with (
            Approver(ground.url, ground.agent_token) as approver,
            Customers(ground.url, SITE_KEY, threads=6, pause_s=(0.2, 1.0)) as customers,
        ):
            supervisor.storm(STORM_S, dice=dice, pause_s=(0.8, 2.2), at_least=3)
            supervisor.wait_until_ready()
            customers.leave()
            written = customers.acknowledged

            def is_drained() -> bool:
                with database.transaction(read_only=True) as db:
                    return undrafted_count(db, written) == 0

            wait_for(is_drained, "every message has a draft", lambda _: supervisor.log("worker-0"), within_s=DRAIN_S)

        def is_sent() -> bool:
            with database.transaction(read_only=True) as db:
                return waiting_replies(db) == 0

        wait_for(is_sent, "every reply has left", lambda _: supervisor.log("worker-0"), within_s=DRAIN_S)
    with database.transaction(read_only=True) as db:
        losses = find_losses(db, written)
        sent = sent_replies(db)
    database.dispose()

    print(
        f"\n{sum(supervisor.kills.values())} kills {dict(supervisor.kills)}, {len(written)} acknowledged after "
        f"{customers.retries} retries, {len(approver.approved)} approvals answered, {sent} replies sent"
    )
    assert losses == NOTHING
    assert customers.problems + approver.problems == []
    assert sent >= len(approver.approved) > 0
    assert len(written) >= STORM_S / 2
    assert min(supervisor.kills.values()) >= 3
