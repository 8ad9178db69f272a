"""A shop whose models are a server on loopback, customers who all write at once, and a worker process that drafts."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

import psutil
from sqlmodel import Session, col, func, select

from supportbot.app import wire
from supportbot.billing.actions import import_records
from supportbot.billing.types import BillingRecords
from supportbot.clock import system_clock
from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.drafting.tables import Draft
from supportbot.inbox.actions import receive_message
from supportbot.inbox.types import InboundMessage
from supportbot.routing.policy import shipped_document
from supportbot.settings import Settings
from supportbot.yaml_text import load_yaml
from tests.benchmarks.model_server import model_server
from tests.factories import DISPUTE, ROUTINE, SECRET_KEY, make_records, make_shop

ROOT = Path(__file__).parent.parent.parent
ONE_DISPUTE_IN = 7
"""Every seventh customer was charged twice, the others ask where their invoice is."""


def policy_with(base_url: str, *, wait_s: float) -> str:
    """The shipped policy with both lanes on a model server that takes so long to answer."""
    document: Any = load_yaml(shipped_document())
    del document["triage"]  # without it the shipped one holds
    model = {"provider": "openai_compatible", "base_url": base_url, "model": f"wait-{wait_s:g}"}
    for lane in ("fast", "reasoning"):
        document["models"][lane] |= model | {
            "structured": "json_schema",
            "price": {"input_usd": 0.25, "output_usd": 2.0},
        }
    if wait_s > 5:
        slow = {"deadline_s": wait_s + 10, "try_timeout_s": wait_s + 5, "retry": {"on": [], "times": 0}}
        document["tasks"]["routine_reply"] |= slow | {"backup": None, "fallback_on": []}
    return json.dumps(document)


class DraftShop:
    """A shop on `database_url` with customers who have records, and the look at what came of their messages.

    Both of its lanes take `wait_s` seconds to answer.
    """

    def __init__(self, database_url: str, folder: Path, *, wait_s: float) -> None:
        self._model_server = model_server()
        self.base_url = self._model_server.__enter__()
        policy = policy_with(self.base_url, wait_s=wait_s)
        self.settings = Settings(database_url, folder, SECRET_KEY, "http://127.0.0.1:8000", "127.0.0.1:8000")
        filled = Database(database_url)
        self.shop = make_shop(filled, now=system_clock(), policy=policy)
        filled.dispose()
        parts = wire(self.settings)
        self.database, self.desk = parts.database, parts.runtime
        self._customers = 0

    def write(self, customers: int) -> list[int]:
        """So many new customers write at once, in one transaction; gives the messages' ids."""
        numbers = range(self._customers, self._customers + customers)
        self._customers += customers
        with self.database.transaction() as db:
            ids = [self._customer(db, number) for number in numbers]
        with self.database.transaction() as db:
            return [self._receive(db, customer, number) for customer, number in zip(ids, numbers, strict=True)]

    def undrafted(self, message_ids: Sequence[int]) -> int:
        """How many of these messages a person cannot act on yet."""
        done = select(func.count(func.distinct(Draft.message_id))).where(
            col(Draft.message_id).in_(message_ids), col(Draft.state).in_(("ready", "held"))
        )
        with self.database.transaction(read_only=True) as db:
            return len(message_ids) - db.exec(done).one()

    def wait(self, is_so: Callable[[], bool], *, within_s: float = 120, pause_s: float = 0.05) -> None:
        """Wait until something is so.

        Raises:
            TimeoutError: it did not become so.
        """
        ends_at = time.monotonic() + within_s
        while not is_so():
            if time.monotonic() > ends_at:
                raise TimeoutError(f"Not within {within_s:g} s.")
            time.sleep(pause_s)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.database.dispose()
        self._model_server.__exit__(None, None, None)

    @contextmanager
    def worker(self, *python_options: str) -> Iterator[psutil.Process]:
        """`supportbot worker` on this database, in a process of its own."""
        env = {
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "SUPPORTBOT_DATABASE_URL": self.settings.database_url,
            "SUPPORTBOT_DATA_DIR": str(self.settings.data_dir),
            "SUPPORTBOT_SECRET_KEY": SECRET_KEY,
        }
        command = [sys.executable, *python_options, "-m", "supportbot.cli", "worker"]
        process = subprocess.Popen(command, cwd=ROOT, env=env)
        try:
            self.wait(lambda: bool(self.desk.engine.health().held_slots))
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()

    def _customer(self, db: Session, number: int) -> int:
        name = f"customer-{number}"
        customer = Customer(
            site_id=self.shop.site_id, external_id=name, name=name, locale="en", created_at=self.desk.clock()
        )
        db.add(customer)
        db.flush()
        like = "jonas" if number % ONE_DISPUTE_IN == 0 else "mira"
        import_records(db, records_like(like, name), at=self.desk.clock(), audit=self.desk.audit)
        return customer.id or 0

    def _receive(self, db: Session, customer_id: int, number: int) -> int:
        text = DISPUTE if number % ONE_DISPUTE_IN == 0 else ROUTINE
        inbound = InboundMessage("widget", customer_id, f"bench-{number}", text, self.desk.clock())
        return receive_message(db, self.desk, inbound).message_id


def records_like(model: str, name: str) -> BillingRecords:
    """The records of one customer of the tests, under another name and other numbers."""
    all_records = make_records()

    def own(row_id: str) -> str:
        return f"{row_id}-{name}"

    return BillingRecords(
        accounts=tuple(replace(row, external_id=name) for row in all_records.accounts if row.external_id == model),
        subscriptions=tuple(
            replace(row, id=own(row.id), account_id=name)
            for row in all_records.subscriptions
            if row.account_id == model
        ),
        invoices=tuple(
            replace(row, id=own(row.id), account_id=name, subscription_id=own(row.subscription_id or ""))
            for row in all_records.invoices
            if row.account_id == model
        ),
        charges=tuple(
            replace(row, id=own(row.id), account_id=name, invoice_id=own(row.invoice_id or ""))
            for row in all_records.charges
            if row.account_id == model
        ),
        refunds=tuple(
            replace(row, id=own(row.id), charge_id=own(row.charge_id))
            for row in all_records.refunds
            if model == "jonas"
        ),
    )


def cpu_s(process: psutil.Process) -> float:
    """Processor seconds that a process has used so far."""
    times = process.cpu_times()
    return float(times.user + times.system)


def peak_mb(process: psutil.Process) -> float:
    """The most memory that a process has held."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024
