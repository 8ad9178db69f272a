"""What `supportbot doctor` finds out about a model."""

import pytest

from supportbot.gateway.probing import probe_model
from supportbot.gateway.providers import PROVIDERS
from supportbot.gateway.types import StructuredOutput
from tests.gateway.factories import make_spec
from tests.gateway.faults import said
from tests.gateway.stand_in import Behaviour, reply, stand_in

GOOD = '{"colour": "red"}'
ERROR = {"error": {"message": "no", "type": "invalid_request_error", "code": "unsupported_parameter"}}


def probe(*behaviours: Behaviour, structured: StructuredOutput = "json_schema"):  # type: ignore[no-untyped-def]
    provider = PROVIDERS["openai_compatible"](lambda _: None)
    with stand_in(*behaviours) as server:
        found = probe_model(provider, make_spec(base_url=server.base_url, structured=structured))
    provider.close()
    return found, len(server.bodies)


def test_a_model_that_keeps_to_the_schema_is_well() -> None:
    found, _ = probe(said("openai_compatible", GOOD))
    assert (found.ways, found.problem) == (("json_schema", "json_object", "none"), None)
    assert "answers in" in found.words


def test_a_server_without_schemas_is_told_which_way_to_write_instead() -> None:
    found, _ = probe(reply(500, ERROR), said("openai_compatible", GOOD))
    assert found.ways == ("json_object", "none")
    assert found.words == "it does not keep to structured: json_schema. Write structured: json_object in the policy."


@pytest.mark.parametrize(
    ("behaviour", "calls", "words"),
    [
        (reply(401, ERROR), 1, "its key is missing or was not accepted"),
        (reply(400, ERROR), 3, "Check model, base_url, length_field and temperature. (unsupported_parameter)"),
        (said("openai_compatible", "Red, I think."), 3, "never with an object of the schema"),
    ],
)
def test_what_is_wrong_is_said_in_words(behaviour: Behaviour, calls: int, words: str) -> None:
    found, asked = probe(behaviour)
    assert words in found.words
    assert asked == calls
