"""What asking a model on purpose finds out: does it answer, in which ways does it keep to a schema, what is wrong."""

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from supportbot.contract.reply.v1 import REPLY_1
from supportbot.gateway.probe import Probe, probe_model
from supportbot.gateway.providers import PROVIDERS
from supportbot.gateway.types import StructuredOutput
from tests.contract.factories import make_answer
from tests.gateway.factories import make_spec
from tests.gateway.faults import said
from tests.gateway.stand_in import Behaviour, StandIn, reply, stand_in

GOOD = said("openai_compatible", make_answer())
ERROR = {"error": {"message": "no", "type": "invalid_request_error", "code": "unsupported_parameter"}}


def refuses(field: str) -> Behaviour:
    return reply(400, {"error": {**ERROR["error"], "param": field}})


def web_page(handler: BaseHTTPRequestHandler) -> None:
    raw = b"<html>Welcome!</html>"
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(raw)))
    handler.end_headers()
    handler.wfile.write(raw)


def probe(
    *behaviours: Behaviour, structured: StructuredOutput | None = None, every_way: bool = False, **spec: Any
) -> tuple[Probe, StandIn]:
    provider = PROVIDERS["openai_compatible"]({"SET": "sk-1"}.get)
    with stand_in(*behaviours) as server:
        given = {"base_url": server.base_url, **spec}
        found = probe_model(provider, make_spec(structured=structured, **given), REPLY_1, every_way=every_way)
    provider.close()
    return found, server


def mode_of(body: dict[str, Any]) -> str:
    """The way a request asks for, read off the wire."""
    form = body.get("response_format")
    if form is None:
        return "tool" if "tools" in body else "none"
    return "json_object_schema" if "schema" in form else str(form["type"])


class Knows:
    """A server that knows some ways and answers the others as told."""

    def __init__(self, *ways: str, otherwise: Behaviour) -> None:
        self.ways = ways
        self.otherwise = otherwise
        self.server: StandIn | None = None

    def __call__(self, handler: BaseHTTPRequestHandler) -> None:
        assert self.server is not None
        (GOOD if mode_of(self.server.bodies[-1]) in self.ways else self.otherwise)(handler)


def probe_server(knows: Knows, **options: Any) -> tuple[Probe, list[str]]:
    provider = PROVIDERS["openai_compatible"]({}.get)
    with stand_in(knows) as server:
        knows.server = server
        spec = make_spec(structured=options.pop("structured", None), base_url=server.base_url)
        found = probe_model(provider, spec, REPLY_1, **options)
    provider.close()
    return found, [mode_of(body) for body in server.bodies]


def test_one_question_is_enough_for_a_model_that_keeps_to_the_schema() -> None:
    found, server = probe(GOOD)
    assert (found.ways, found.problem, found.unfit) == (("json_schema",), None, False)
    assert (found.model_answered, len(server.bodies)) == ("small-chat-0613", 1)
    assert "answers in" in found.words


def test_the_schema_is_not_told_in_words_where_the_server_is_given_it() -> None:
    _, server = probe(GOOD)
    assert "next_actions" not in json.dumps(server.bodies[0]["messages"])


@pytest.mark.parametrize(
    "otherwise",
    [reply(500, ERROR), reply(400, ERROR), said("openai_compatible", '{"answer": "At nine."}')],
    ids=["fails", "refuses", "ignores"],
)
def test_a_server_without_schemas_is_asked_on_until_a_way_works(otherwise: Behaviour) -> None:
    found, asked = probe_server(Knows("json_object_schema", "json_object", otherwise=otherwise))
    assert asked == ["json_schema", "json_object_schema"]
    assert (found.ways, found.problem) == (("json_object_schema",), None)


def test_every_way_is_asked_when_all_are_wanted_and_words_alone_only_when_nothing_works() -> None:
    knows = Knows("json_schema", "json_object", otherwise=reply(400, ERROR))
    found, asked = probe_server(knows, every_way=True)
    assert asked == ["json_schema", "json_object_schema", "tool", "json_object"]
    assert found.ways == ("json_schema", "json_object")
    found, asked = probe_server(Knows("none", otherwise=reply(400, ERROR)), every_way=True)
    assert (found.ways, asked[-1]) == (("none",), "none")


def test_a_way_that_the_policy_names_and_the_model_lacks_makes_it_unfit_and_says_what_to_write() -> None:
    found, _ = probe_server(Knows("json_object", otherwise=reply(400, ERROR)), structured="json_schema")
    assert found.unfit
    assert found.words == "it does not keep to structured: json_schema. Write structured: json_object, or leave it out."


@pytest.mark.parametrize(
    ("behaviour", "calls", "unfit", "words"),
    [
        (reply(401, ERROR), 1, False, "its key was not accepted. Check the key in SET"),
        (reply(429, ERROR), 1, False, "it is asked too often"),
        (reply(503, ERROR), 1, False, "its server fails or is overloaded"),
        (
            reply(400, ERROR),
            5,
            True,
            "Check model, base_url, length_field and temperature. (400 unsupported_parameter)",
        ),
        (
            refuses("max_tokens"),
            5,
            True,
            "Write length_field: max_completion_tokens. (400 unsupported_parameter: max_t",
        ),
        (refuses("temperature"), 5, True, "it takes no temperature. Write temperature: null."),
        (reply(404, ERROR), 5, True, "its server knows no model 'small-chat'. Correct the name, or load that model"),
        (reply(404, {"detail": "Not Found"}), 1, True, "nothing is served at http://127.0.0.1:"),
        (reply(301, {}, location="https://a.example"), 5, True, "sends callers elsewhere"),
        (web_page, 1, False, "something answers at http://127.0.0.1:"),
        (said("openai_compatible", "At nine."), 5, True, "never with an object of the schema"),
    ],
)
def test_what_is_wrong_is_said_in_words(behaviour: Behaviour, calls: int, unfit: bool, words: str) -> None:
    found, server = probe(behaviour, api_key_env="SET")
    assert words in found.words
    assert (len(server.bodies), found.unfit) == (calls, unfit)


def test_a_missing_key_is_told_by_its_variable_and_nothing_is_asked() -> None:
    found, server = probe(GOOD, api_key_env="NOT_SET")
    assert found.words == "its key is missing. Set the variable NOT_SET where the workers run."
    assert (server.bodies, found.unfit) == ([], False)


def test_a_key_that_is_asked_for_and_not_named_is_told() -> None:
    found, _ = probe(reply(401, ERROR))
    assert "it wants a key. Name the environment variable that holds it in api_key_env of this model." in found.words


def test_a_server_without_tls_behind_an_https_address_is_told() -> None:
    with stand_in(GOOD) as server:
        found, _ = probe(GOOD, base_url=server.base_url.replace("http:", "https:"))
    assert "gives no secure connection" in found.words


def test_an_address_where_nobody_answers_is_told() -> None:
    found, _ = probe(GOOD, base_url="http://127.0.0.1:9/v1")
    assert "nobody answers at http://127.0.0.1:9/v1" in found.words
    assert not found.unfit


def test_a_busy_server_that_lacks_the_first_way_is_told_as_busy() -> None:
    found, asked = probe_server(Knows(otherwise=one_after_the_other(reply(500, ERROR), reply(429, ERROR))))
    assert asked == ["json_schema", "json_object_schema"]
    assert "it is asked too often" in found.words
    assert not found.unfit


def one_after_the_other(*behaviours: Behaviour) -> Behaviour:
    left = list(behaviours)
    return lambda handler: left.pop(0)(handler)
