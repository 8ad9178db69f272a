"""A round trip with a Stripe server that others wrote: charge there over HTTP, import, find the fact, draft, pay back.

localstripe is a program of its own, under the GPL: it runs as another process and is never imported here.
"""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from supportbot.cli import main
from supportbot.clock import system_clock
from supportbot.customers.tables import Customer
from supportbot.db import Database
from supportbot.drafting.tables import Draft
from tests.factories import SECRET_KEY, Shop, make_shop

KEY = "sk_test_localstripe12345"
# On a socket that is open already and on loopback only; its state stays in memory.
RUN = (
    "import socket, sys\nfrom aiohttp import web\nfrom localstripe import resources, server\n"
    "resources.Store.dump_to_disk = lambda store: None\n"
    "web.run_app(server.app, sock=socket.socket(fileno=int(sys.argv[1])), print=None, access_log=None)"
)


@dataclass
class Peer:
    """The server, spoken to as a shop's own software would."""

    url: str

    def post(self, path: str, **fields: Any) -> dict[str, Any]:
        """Create something."""
        answer = httpx.post(f"{self.url}/v1/{path}", data=fields, auth=(KEY, ""), timeout=30)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def delete(self, path: str) -> None:
        """Take something away."""
        assert httpx.delete(f"{self.url}/{path}", auth=(KEY, ""), timeout=30).status_code == 200

    def customer(self, user_id: str) -> str:
        """A customer of the shop with a card; gives the id."""
        number = {"card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2040"}
        token = self.post("tokens", **number, **{"card[cvc]": "123"})["id"]
        fields = {"name": "Tess Okafor", "email": "tess@post.example", "metadata[user_id]": user_id}
        return str(self.post("customers", source=token, **fields)["id"])

    def subscribe(self, customer: str) -> str:
        """A plan of 49.00 a month, and its first payment; gives the subscription's id."""
        box = {"product[name]": "Roaster's box", "interval": "month", "currency": "eur", "amount": "4900"}
        plan = self.post("plans", **box)["id"]
        return str(self.post("subscriptions", customer=customer, **{"items[0][plan]": plan})["id"])

    def charge(self, customer: str, amount: int = 4900) -> str:
        """A charge by hand; gives its id."""
        return str(self.post("charges", customer=customer, amount=amount, currency="eur")["id"])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peer]:
    log = tmp_path_factory.mktemp("localstripe") / "log"
    with socket.create_server(("127.0.0.1", 0)) as listening, log.open("wb") as output:
        number = listening.fileno()
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(number)],
            pass_fds=(number,),
            stdout=output,
            stderr=subprocess.STDOUT,
            env={"PATH": os.environ.get("PATH", "")},
        )
        port = listening.getsockname()[1]
    try:
        yield Peer(f"http://127.0.0.1:{port}")
    finally:
        process.kill()
        process.wait()


@pytest.fixture
def peer(server: Peer) -> Peer:
    server.delete("_config/data")
    return server


@dataclass
class Desk:
    """A shop whose records come from the peer through the command."""

    shop: Shop
    environment: dict[str, str]
    url: str
    tess_id: int

    def import_all(self, *options: str) -> Result:
        """`supportbot billing import --stripe`."""
        words = ["billing", "import", "--stripe", "--base-url", self.url, "--json", *options]
        return CliRunner(env=self.environment).invoke(main, words)

    def imported(self) -> dict[str, Any]:
        """An import that has to work; what it counted."""
        result = self.import_all()
        assert result.exit_code == 0, result.stderr
        return dict(json.loads(result.stdout))

    def drafted(self, text: str) -> Draft:
        """The draft on a question of Tess's."""
        return self.shop.drafted(self.tess_id, text)


@pytest.fixture
def desk(database: Database, peer: Peer, tmp_path: Path) -> Desk:
    shop = make_shop(database, now=system_clock())
    with database.transaction() as db:
        tess = Customer(
            site_id=shop.site_id, external_id="tess", name="Tess Okafor", locale="en", created_at=shop.clock()
        )
        db.add(tess)
    environment = {
        "SUPPORTBOT_DATABASE_URL": database.url.render_as_string(hide_password=False),
        "SUPPORTBOT_DATA_DIR": str(tmp_path),
        "SUPPORTBOT_SECRET_KEY": SECRET_KEY,
        "STRIPE_API_KEY": KEY,
    }
    return Desk(shop, environment, peer.url, tess.id or 0)


def kinds(draft: Draft) -> list[str]:
    return [fact["kind"] for fact in draft.facts["facts"]]


def test_a_double_charge_made_there_is_found_cited_and_due_back_here(desk: Desk, peer: Peer) -> None:
    customer = peer.customer("tess")
    peer.subscribe(customer)  # takes 49.00 with an invoice
    second = peer.charge(customer)  # and 49.00 again

    counts = desk.imported()
    draft = desk.drafted("I was charged twice for my box. Please return one of the payments.")

    assert (counts["added"], counts["changed"], counts["missing"]) == (5, 0, ["disputes"])
    assert counts["read"] == {
        **{"refunds": 0, "charges": 2, "invoices": 1, "subscriptions": 1},
        **{"products": 1, "customers": 1},
    }
    assert (draft.state, draft.hold_kind, draft.task) == ("held", "money", "dispute_reply")
    fact = next(fact for fact in draft.facts["facts"] if fact["kind"] == "double_charge")
    assert second in fact["sources"]
    assert (draft.facts["due_back_minor"], draft.facts["currency"]) == (4900, "EUR")  # 2 x 49.00 taken, 49.00 owed
    assert draft.facts["due_passage"] == "refunds#4.5"
    assert draft.proposed is not None and fact["id"] in draft.proposed["facts_used"]
    assert "refunds#4.5" in draft.proposed["sources"]
    assert [check["rule"] for check in draft.checks if not check["passed"]] == []
    assert draft.variants["approve_refund"]["promised_minor"] == 4900

    again = desk.imported()
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 5)


def test_refunds_made_there_are_counted_here_and_too_large_ones_are_seen(desk: Desk, peer: Peer) -> None:
    customer = peer.customer("tess")
    peer.subscribe(customer)
    second = peer.charge(customer)
    peer.post("refunds", charge=second, amount=1234)
    desk.imported()
    part = desk.drafted("I was charged twice for my box.")

    peer.post("refunds", charge=second, amount=9000)  # the server allows it: 102.34 back for 98.00 taken
    assert desk.imported()["added"] == 1
    too_much = desk.drafted("I was charged twice for my box. What now?")

    assert part.facts["due_back_minor"] == 4900 - 1234
    assert too_much.facts["due_back_minor"] is None
    assert "refunded_too_much" in kinds(too_much)
    assert list(too_much.variants) == ["as_drafted"]


def test_a_plan_ended_there_is_ended_here_although_the_server_gives_no_time_of_cancelling(
    desk: Desk, peer: Peer
) -> None:
    customer = peer.customer("tess")
    peer.delete(f"v1/subscriptions/{peer.subscribe(customer)}")
    desk.imported()

    draft = desk.drafted("I cancelled my plan. Was I charged after that?")

    assert draft.facts["due_back_minor"] is None
    assert "charge_after_cancellation" not in kinds(draft)
    with desk.shop.database.transaction(read_only=True) as db:
        from_there = db.connection().exec_driver_sql("SELECT cancelled_at FROM subscription WHERE account_id = 'tess'")
        assert from_there.scalar_one() is not None


def test_a_command_that_cannot_work_says_why_and_never_the_key(desk: Desk, peer: Peer) -> None:
    peer.customer("tess")
    refused = CliRunner(env={**desk.environment, "STRIPE_API_KEY": "pk_wrong_12345"}).invoke(
        main, ["billing", "import", "--stripe", "--base-url", desk.url]
    )
    unset = desk.import_all("--key-env", "NOT_SET_ANYWHERE")
    in_the_open = desk.import_all("--base-url", "http://stripe.example")
    no_zone = desk.import_all("--time-zone", "Mars/Phobos")
    odd_place = desk.import_all("--user-id", "phone")
    both = desk.import_all(str(Path(__file__).parent))

    assert refused.exit_code == 1 and "refuses the key in STRIPE_API_KEY (401)" in refused.stderr
    assert "pk_wrong" not in refused.output + refused.stderr
    assert unset.exit_code == 1 and "NOT_SET_ANYWHERE is not set. Put a restricted Stripe key there" in unset.stderr
    assert in_the_open.exit_code == 1 and "would carry the key unencrypted" in in_the_open.stderr
    assert no_zone.exit_code == 1 and "There is no time zone 'Mars/Phobos'" in no_zone.stderr
    assert (odd_place.exit_code, both.exit_code) == (2, 2)
