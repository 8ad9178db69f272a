"""Asks a model three short questions: does it answer, how fast, and in which ways can it be held to a schema."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec, OutcomeClass, Provider, StructuredOutput

_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["colour"],
    "properties": {"colour": {"type": "string", "enum": ["red", "blue"]}},
}
_WAYS: tuple[StructuredOutput, ...] = ("json_schema", "json_object", "none")
_TIMEOUT_S = 20.0
_WORDS: dict[OutcomeClass, str] = {
    "auth": "its key is missing or was not accepted. Set the variable that api_key_env names.",
    "quota": "its account is used up. Add credit at the provider.",
    "rate_limited": "it is asked too often. Try again in a minute, or raise the account's limit.",
    "overloaded": "its server fails or is overloaded. See the provider's status page.",
    "timeout": f"it did not answer within {_TIMEOUT_S:g} s. See that it runs and is reachable.",
    "transport": "nobody answers at base_url. See that the server runs and that the address is right.",
    "invalid_request": "it does not accept the request. Check model, base_url, length_field and temperature.",
    "schema_invalid": "its answers are too large.",
}


@dataclass(frozen=True, slots=True)
class Probe:
    """What one model can do. `ways` are those in which it gave an object of the schema; `problem` is for people."""

    model_key: str
    latency_ms: int
    ways: tuple[StructuredOutput, ...]
    problem: str | None

    @property
    def words(self) -> str:
        """One line."""
        can = ", ".join(self.ways) or "no structured answer"
        return self.problem or f"answers in {self.latency_ms} ms; can: {can}"


def probe_model(provider: Provider, spec: ModelSpec, *, monotonic: Callable[[], float] = time.monotonic) -> Probe:
    """Ask one model. Costs a few hundred tokens; counts in no limit and trips no breaker."""
    if spec.provider == "builtin":
        return Probe(spec.key, 0, _WAYS[:1], None)
    started = monotonic()
    answers = {spec.structured: _ask(provider, spec, spec.structured)}
    latency_ms = round((monotonic() - started) * 1000)
    own = answers[spec.structured]
    if own.outcome not in ("auth", "quota", "timeout", "transport"):
        answers |= {way: _ask(provider, spec, way) for way in _WAYS if way not in answers}
    ways = tuple(way for way, answer in answers.items() if _fits(answer))
    return Probe(spec.key, latency_ms, ways, _problem(spec, own, ways))


def _ask(provider: Provider, spec: ModelSpec, way: StructuredOutput) -> ModelAnswer:
    request = ModelRequest(
        task="probe",
        model=spec.model,
        system="Answer in JSON.",
        user='Name a colour, red or blue, as {"colour": ...}.',
        schema_name="probe/1",
        schema=_SCHEMA,
        material={},
        max_output_tokens=256,
        timeout_s=_TIMEOUT_S,
    )
    return provider.complete(replace(spec, structured=way), request)


def _fits(answer: ModelAnswer) -> bool:
    try:
        said = json.loads(answer.text) if answer.outcome == "ok" else None
    except ValueError:
        return False
    return isinstance(said, dict) and set(said) == {"colour"} and said["colour"] in ("red", "blue")


def _problem(spec: ModelSpec, own: ModelAnswer, ways: tuple[StructuredOutput, ...]) -> str | None:
    if spec.structured in ways:
        return None
    if ways:
        return f"it does not keep to structured: {spec.structured}. Write structured: {ways[0]} in the policy."
    if own.outcome == "ok":
        return "it answers, but never with an object of the schema. Name another model."
    code = f" ({own.error_code})" if own.error_code else ""
    return f"{_WORDS.get(own.outcome, 'it gives no usable answer.')}{code}"
