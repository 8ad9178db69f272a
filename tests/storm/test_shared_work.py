"""Two web and two worker processes on one PostgreSQL database share the work, and nothing is done twice."""

from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session

from supportbot.db import Database
from tests.conftest import free_port
from tests.postgres import empty_database
from tests.storm.checks import Losses, find_losses, undrafted_count
from tests.storm.customers import Acknowledged, Customers
from tests.storm.ground import SITE_KEY, prepare
from tests.storm.processes import Role, Supervisor, python, wait_for

NOTHING = Losses((), (), (), (), (), ())
WANTED = 30
PATIENCE_S = 120


def test_two_web_and_two_worker_processes_share_the_work(postgres_url: str, tmp_path: Path) -> None:
    with empty_database(postgres_url, "supportbot_shared_work") as url:
        ground = prepare(url, tmp_path, free_port())
        second = f"127.0.0.1:{free_port()}"
        elsewhere = {**ground.env, "SUPPORTBOT_BIND": second}
        serve, work = (python("-m", "supportbot.cli", name) for name in ("serve", "worker"))
        roles = [
            Role("web", serve, ground.env, ready_url=f"{ground.url}/readyz"),
            Role("other-web", serve, elsewhere, ready_url=f"http://{second}/readyz"),
            Role("worker", work, ground.env, count=2, settle_s=4),
        ]
        database = Database(url)
        with Supervisor(roles, tmp_path) as supervisor:
            supervisor.wait_until_ready()
            written = _written(ground.url) + _written(f"http://{second}")

            def is_drained() -> bool:
                with database.transaction(read_only=True) as db:
                    return undrafted_count(db, written) == 0 and _runs(db, "draw_review") == ["SUCCESS"]

            wait_for(is_drained, "drafts and a draw", lambda _: supervisor.log("worker-0"), within_s=PATIENCE_S)
        with database.transaction(read_only=True) as db:
            losses = find_losses(db, written)
            draws, executors = _runs(db, "draw_review"), _drafting_executors(db)
        database.dispose()

    assert losses == NOTHING
    assert len(written) >= 2 * WANTED
    assert draws == ["SUCCESS"]
    assert len(executors) == 2


def _written(url: str) -> list[Acknowledged]:
    with Customers(url, SITE_KEY, threads=6, pause_s=(0.02, 0.1)) as customers:
        wait_for(lambda: len(customers.acknowledged) >= WANTED, f"{WANTED} messages", within_s=PATIENCE_S)
    assert customers.problems == []
    return customers.acknowledged


def _runs(db: Session, job: str) -> list[str]:
    ran = sa.text("SELECT status FROM dbos.workflow_status WHERE name = :job")
    return [row[0] for row in db.connection().execute(ran, {"job": job})]


def _drafting_executors(db: Session) -> set[str]:
    ran = sa.text("SELECT DISTINCT executor_id FROM dbos.workflow_status WHERE name LIKE '%draft%'")
    return {row[0] for row in db.connection().execute(ran)}
