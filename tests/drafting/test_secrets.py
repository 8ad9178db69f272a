"""A key goes into one header and nowhere else: not into rows, logs, prompts, errors or tracebacks, whatever happens."""

import logging
import sys
import traceback
from collections.abc import Iterator, Mapping
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
import sqlalchemy as sa

from supportbot.db import Database
from supportbot.db.migration import all_tables
from supportbot.drafting.flow import Drafting
from supportbot.gateway import Gateway
from supportbot.gateway.guard import DatabaseGuard
from supportbot.gateway.providers import PROVIDERS
from supportbot.gateway.providers.openai_compatible import OpenAICompatibleProvider
from supportbot.gateway.schema_mode_store import SchemaModeStore
from supportbot.gateway.types import ModelAnswer
from supportbot.governance.types import ActivePolicy
from supportbot.logs import configure_logging
from supportbot.routing.policy import parse_policy, shipped_document
from tests.factories import DISPUTE, ROUTINE, make_shop
from tests.gateway.faults import faults_of, said
from tests.gateway.stand_in import Behaviour, StandIn, reply, stand_in

CANARY = "sk-canary-5f0c-do-not-tell"
KEYS = {"A_KEY": CANARY}
HEADER = {"openai_compatible": "Authorization", "anthropic": "x-api-key"}


def gossips() -> dict[str, Behaviour]:
    """Servers that repeat the key wherever they may."""
    told = {"error": {"message": f"Incorrect API key: {CANARY}", "type": CANARY, "code": CANARY}, "request_id": CANARY}
    choice = {"finish_reason": "stop", "message": {"content": f"Your key is {CANARY}."}}
    answer = {"id": CANARY, "model": CANARY, "system_fingerprint": CANARY, "choices": [choice]}
    return {
        "tells it in an error": reply(401, told, request_id=CANARY),
        "tells it in an error with 200": reply(200, told, x_request_id=CANARY),
        "tells it in an answer": reply(200, answer, request_id=CANARY),
        "sends it back as a header of its own": reply(429, told, retry_after=CANARY),
        "redirects to it": reply(302, told, location=f"http://127.0.0.1:9/{CANARY}"),
    }


@pytest.fixture
def logs() -> Iterator[StringIO]:
    """Everything that is logged, down to debug, in the form that processes write; the libraries' own lines too."""
    root, written, stderr = logging.getLogger(), StringIO(), sys.stderr
    before, level = root.handlers[:], root.level
    sys.stderr = written
    configure_logging(level="DEBUG")
    yield written
    sys.stderr = stderr
    root.handlers[:] = before
    root.setLevel(level)
    libraries_log(logging.NOTSET)


def libraries_log(level: int) -> None:
    """At debug they tell every header of an answer, which is why `configure_logging` never lets them."""
    for name in ("httpx", "httpcore"):
        logging.getLogger(name).setLevel(level)


def policy(api: str, server: StandIn) -> ActivePolicy:
    """The shipped policy with both models behind one server, and little patience."""
    entry = f'provider: {api}, base_url: "{server.base_url}", api_key_env: A_KEY,'
    text = shipped_document()
    text = text.replace("fast: {provider: builtin, model: extractive,", f"fast: {{{entry} model: small-chat,")
    text = text.replace("reasoning: {provider: builtin, model: facts,", f"reasoning: {{{entry} model: big-chat,")
    text = text.replace("try_timeout_s: 5", "try_timeout_s: 0.3").replace("try_timeout_s: 25", "try_timeout_s: 0.3")
    return ActivePolicy(1, text, parse_policy(text))


def stored(database: Database) -> str:
    """Every row of every table."""
    with database.transaction(read_only=True) as db:
        return "\n".join(
            f"{table.name} {tuple(row)!r}"
            for table in all_tables().sorted_tables
            for row in db.connection().execute(sa.select(table))
        )


@pytest.mark.parametrize("api", ["openai_compatible", "anthropic"])
def test_through_every_fault_the_key_stands_in_one_header_and_nowhere_else(
    api: str, sqlite_database_url: str, logs: StringIO
) -> None:
    database = Database(sqlite_database_url)
    shop = make_shop(database)
    gateway = Gateway(
        {name: make(KEYS.get) for name, make in PROVIDERS.items()},
        clock=shop.clock,
        guard=DatabaseGuard(database, shop.runtime.audit, shop.clock),
        ways=SchemaModeStore(database, shop.clock),
        sleep=lambda _: None,
    )
    libraries_log(logging.DEBUG)
    with stand_in(said(api, "{}")) as server:
        drafting = Drafting(database, shop.runtime, gateway, policy(api, server))

        def play(behaviour: Behaviour, text: str = ROUTINE) -> None:
            server.behaviours[:] = [behaviour]
            asked = len(server.bodies)
            drafting.draft_reply(shop.write(shop.mira_id if text == ROUTINE else shop.jonas_id, text))
            assert len(server.bodies) > asked
            shop.clock.move(timedelta(minutes=10))  # a paused model is asked again

        for behaviour in faults_of(api, hang_s=0.5).values():
            play(behaviour)
        play(said(api, "No."), DISPUTE)
        libraries_log(logging.WARNING)
        for behaviour in gossips().values():
            play(behaviour)
    gateway.close()

    rows = stored(database)
    database.dispose()
    written = {line.partition(" ")[0] for line in rows.splitlines()}
    assert {"attempt", "draft", "decision", "audit_entry", "reservation"} <= written
    assert CANARY not in rows
    assert "supportbot.gateway" in logs.getvalue() and "httpcore" in logs.getvalue()
    assert CANARY not in logs.getvalue()
    assert DISPUTE in str(server.bodies)
    assert CANARY not in str(server.bodies) + str(server.paths)
    for headers in server.headers:
        assert [name for name, value in headers.items() if CANARY in value] == [HEADER[api]]


class Broken(OpenAICompatibleProvider):
    """A reader with a mistake in it."""

    def read(self, status: int, headers: Mapping[str, str], body: bytes) -> ModelAnswer:
        raise RuntimeError("a mistake")


def test_a_mistake_in_our_own_code_shows_no_key_in_its_traceback(sqlite_database_url: str, logs: StringIO) -> None:
    database = Database(sqlite_database_url)
    shop = make_shop(database)
    gateway = Gateway({"openai_compatible": Broken(KEYS.get)}, clock=shop.clock)
    with stand_in(said("openai_compatible", "{}")) as server:
        drafting = Drafting(database, shop.runtime, gateway, policy("openai_compatible", server))
        message_id = shop.write(shop.jonas_id, DISPUTE)
        with pytest.raises(RuntimeError, match="a mistake") as raised:
            drafting.draft_reply(message_id)
        logging.getLogger("supportbot.test").error("It broke.", exc_info=raised.value)
    gateway.close()
    database.dispose()

    assert CANARY in str(server.headers)
    told = "".join(traceback.format_exception(raised.value)) + logs.getvalue()
    assert "a mistake" in logs.getvalue()
    assert CANARY not in told
    assert str(Path(__file__).name) in told
