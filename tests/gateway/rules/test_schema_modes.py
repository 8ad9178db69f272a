"""How a model's way of keeping to a schema is found out from its answers, remembered, and found out again."""

from datetime import timedelta

import pytest
from sqlmodel import select

from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.gateway import Gateway
from supportbot.gateway.rules.schema_modes import best_mode
from supportbot.gateway.schema_mode_store import KEPT_S, SchemaModeStore, remember
from supportbot.gateway.tables import ModelWay
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec, StructuredOutput
from tests.gateway.factories import AT, MODELS, OK, Time, complete, failed, make_rule, make_spec

UNNAMED = make_spec(structured=None, base_url="http://127.0.0.1:1/v1")
REFUSED = failed("invalid_request", http_status=400)


class WayProvider:
    """Knows some ways and answers the others with a given failure; keeps the ways it was asked for."""

    def __init__(self, *known: StructuredOutput, otherwise: ModelAnswer = REFUSED) -> None:
        self.known = known
        self.otherwise = otherwise
        self.asked: list[StructuredOutput | None] = []

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        self.asked.append(spec.structured)
        return OK if spec.structured in self.known else self.otherwise

    def close(self) -> None:
        """There is nothing to close."""


class Ground:
    """Gateways that share one database, as the processes of an installation do."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FixedClock(AT)
        self.time = Time()

    def ways(self) -> SchemaModeStore:
        return SchemaModeStore(self.database, self.clock, monotonic=self.time.monotonic)

    def run(
        self, provider: WayProvider, *, ways: SchemaModeStore | None = None, spec: ModelSpec = UNNAMED, **rule: object
    ):  # type: ignore[no-untyped-def]
        gateway = Gateway(
            {"openai_compatible": provider},
            clock=self.clock,
            monotonic=self.time.monotonic,
            sleep=self.time.sleep,
            ways=ways or self.ways(),
        )
        return complete(gateway, make_rule(**{"backup": None, **rule}), models={**MODELS, "fast": spec})

    def rows(self) -> list[tuple[str, str]]:
        with self.database.transaction(read_only=True) as db:
            return [(row.way, row.found_by) for row in db.exec(select(ModelWay))]


@pytest.fixture
def ground(database: Database) -> Ground:
    return Ground(database)


def test_an_unknown_model_is_asked_in_the_best_way_and_its_answer_is_remembered(ground: Ground) -> None:
    provider = WayProvider("json_schema")
    assert ground.run(provider).outcome == "ok"
    assert ground.rows() == [("json_schema", "call")]
    ground.run(provider)
    assert provider.asked == ["json_schema", "json_schema"]


@pytest.mark.parametrize(
    "otherwise",
    [REFUSED, failed("overloaded", http_status=500), ModelAnswer("ok", text="Surely!", http_status=200)],
    ids=["refuses", "fails", "ignores"],
)
@pytest.mark.parametrize("retries", [0, 1])
def test_a_server_that_lacks_the_best_way_is_asked_in_the_next_one_once_and_never_again(
    ground: Ground, otherwise: ModelAnswer, retries: int
) -> None:
    provider = WayProvider("json_object_schema", otherwise=otherwise)
    assert ground.run(provider, retry_times=retries).outcome == "ok"
    assert provider.asked == ["json_schema", "json_object_schema"]
    assert ground.rows() == [("json_object_schema", "call")]
    assert ground.run(provider).outcome == "ok"
    assert provider.asked[2:] == ["json_object_schema"]


def test_plain_json_mode_is_reached_within_three_calls(ground: Ground) -> None:
    provider = WayProvider("json_object")
    result = ground.run(provider)
    assert (result.outcome, len(result.attempts)) == ("ok", 3)
    assert ground.run(provider).outcome == "ok"
    assert provider.asked == ["json_schema", "json_object_schema", "json_object", "json_object"]


@pytest.mark.parametrize("code", ["model_not_found", "model_not_found: model", "not_found_error"])
def test_a_wrong_name_of_a_model_is_asked_once(ground: Ground, code: str) -> None:
    provider = WayProvider(otherwise=failed("invalid_request", http_status=404, error_code=code))
    result = ground.run(provider)
    assert (result.outcome, len(result.attempts)) == ("invalid_request", 1)


def test_a_model_that_takes_no_request_ends_after_three_calls_and_teaches_nothing(ground: Ground) -> None:
    provider = WayProvider()
    result = ground.run(provider)
    assert (result.outcome, len(result.attempts)) == ("invalid_request", 3)
    assert ground.rows() == []


def test_a_failing_server_of_unknown_ways_leaves_its_turn_to_the_backup(ground: Ground) -> None:
    provider = WayProvider(otherwise=failed("overloaded", http_status=500))
    gateway_models = {"openai_compatible": provider, "builtin": WayProvider("json_schema")}
    gateway = Gateway(gateway_models, clock=ground.clock, sleep=ground.time.sleep, ways=ground.ways())
    result = complete(gateway, make_rule(), models={**MODELS, "fast": UNNAMED})
    assert (result.outcome, len(provider.asked), len(result.attempts)) == ("ok", 2, 3)
    assert result.attempts[-1].is_backup


def test_an_overload_is_no_fault_of_the_way(ground: Ground) -> None:
    provider = WayProvider(otherwise=failed("overloaded", http_status=503))
    ground.run(provider)
    assert provider.asked == ["json_schema", "json_schema"]
    assert ground.rows() == []


def test_a_way_that_the_policy_names_is_used_as_it_stands(ground: Ground) -> None:
    provider = WayProvider("json_schema")
    named = make_spec(structured="tool")
    assert ground.run(provider, spec=named).outcome == "invalid_request"
    assert provider.asked == ["tool"]
    assert ground.rows() == []


def test_a_known_way_that_is_refused_is_forgotten_and_found_out_anew(ground: Ground) -> None:
    ground.run(WayProvider("json_schema"))
    changed = WayProvider("json_object_schema")
    assert ground.run(changed).outcome == "invalid_request"
    assert ground.run(changed).outcome == "ok"
    assert changed.asked == ["json_schema", "json_schema", "json_object_schema"]
    assert ground.rows() == [("json_object_schema", "call")]


def test_what_another_process_found_is_used_within_a_minute(ground: Ground) -> None:
    ways, provider = ground.ways(), WayProvider("tool", otherwise=failed("overloaded", http_status=503))
    ground.run(provider, ways=ways, retry_times=0)
    with ground.database.transaction() as db:
        remember(db, UNNAMED, ["tool", "json_object"], found_by="doctor", at=AT + timedelta(minutes=1))
    ground.time.now += KEPT_S + 1
    assert ground.run(provider, ways=ways).outcome == "ok"
    assert provider.asked == ["json_schema", "tool"]


def test_the_same_name_at_another_address_is_another_model(ground: Ground) -> None:
    ground.run(WayProvider("json_object_schema"))
    elsewhere = make_spec(structured=None, base_url="http://127.0.0.1:2/v1")
    assert elsewhere.endpoint != UNNAMED.endpoint
    provider = WayProvider("json_schema")
    ground.run(provider, spec=elsewhere)
    assert provider.asked == ["json_schema"]


def test_the_most_reliable_of_the_ways_found_is_taken() -> None:
    assert best_mode("openai_compatible", ["json_object", "tool"]) == "tool"
    assert best_mode("anthropic", ["none"]) == "none"
    assert best_mode("anthropic") == "json_schema"
