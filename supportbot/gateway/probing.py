"""Asks a model on purpose: does it answer, how fast, and in which ways can it be held to a schema?

The question never shows the schema in words where the server is given it, so a server that ignores it is found out.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from supportbot.contract.types import SchemaVersion
from supportbot.errors import ContractError
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec, OutcomeClass, Provider, StructuredOutput
from supportbot.gateway.ways import WAYS

TIMEOUT_S = 30.0
_SYSTEM = "You help a shop. Keep every text under six words. Answer in JSON."
_USER = "A customer asks: when do you open? The shop opens at nine."
_WORDS: dict[OutcomeClass, str] = {
    "auth": "its key was not accepted. Check the key in {key}, and what it may do at the provider.",
    "quota": "its account is used up. Add credit at the provider.",
    "rate_limited": "it is asked too often. Try again in a minute, or raise the account's limit.",
    "overloaded": "its server fails or is overloaded. See its log, or the provider's status page.",
    "timeout": "it did not answer within {timeout:g} s. See that it runs, is reachable and is fast enough.",
    "transport": "nobody answers at {url}. See that the server runs and that the address is right.",
    "truncated": "its answer was cut off. Choose a model that reasons less, or set a lower effort.",
    "refused": "it refused a harmless question. Name another model.",
    "filtered": "its filter held back a harmless question. Loosen the filter at the provider.",
    "context_length": "a short question is too long for it. Start its server with a longer context.",
    "invalid_request": "it does not accept the request. Check model, base_url, length_field and temperature.",
    "schema_invalid": "its answers are too large.",
}
_BY_CODE = {
    "key_missing": "its key is missing. Set the variable {key} where the workers run.",
    "key_malformed": "its key in {key} has letters that no key has. Set it again, without quotes or line ends.",
    "base_url": "its address {url} cannot be called. Give http or https, a host and a path such as /v1.",
    "AddressRefused": "its host leads to a private address. Add it to allow_hosts of this model if it is meant.",
}
# These would end every other question the same way.
_FINAL = frozenset({"auth", "quota", "timeout", "transport", "rate_limited"})
# What waiting, or a person outside the policy, can mend.
_PASSING = _FINAL | {"overloaded"}


@dataclass(frozen=True, slots=True)
class Probe:
    """What one model can do. `ways` are those in which it gave an object of the schema; `problem` is for people.

    `unfit` says that the policy must change: the model answers, but not as the policy needs it. A problem without it
    may pass by itself, or by something outside the policy (a server started, a key set).
    """

    model_key: str
    latency_ms: int
    ways: tuple[StructuredOutput, ...]
    problem: str | None
    unfit: bool = False
    model_answered: str | None = None

    @property
    def words(self) -> str:
        """One line."""
        if self.problem:
            return self.problem
        name = f" as {self.model_answered}" if self.model_answered else ""
        return f"answers in {self.latency_ms} ms{name}; can: {', '.join(self.ways)}"


@dataclass(frozen=True, slots=True)
class _Asked:
    way: StructuredOutput
    answer: ModelAnswer
    latency_ms: int
    fits: bool


def probe_model(
    provider: Provider,
    spec: ModelSpec,
    schema: SchemaVersion[Any],
    *,
    every_way: bool = False,
    monotonic: Callable[[], float] = time.monotonic,
) -> Probe:
    """Ask one model for an object of `schema`. Costs some hundred tokens; counts in no limit and trips no breaker.

    Args:
        every_way: go on after the first way that works, to know them all.
    """
    if spec.provider == "builtin":
        return Probe(spec.key, 0, WAYS["builtin"], None)
    asked: list[_Asked] = []
    for way in _order(spec):
        if way == "none" and any(one.fits for one in asked):
            break
        asked.append(_ask(provider, spec, way, schema, monotonic))
        if _is_final(asked) or (asked[-1].fits and not every_way):
            break
    return _read(spec, asked)


def _order(spec: ModelSpec) -> Sequence[StructuredOutput]:
    """The way that the policy names first, then the others, the most reliable first."""
    return sorted(WAYS[spec.provider], key=lambda way: way != spec.structured)


def _is_final(asked: Sequence[_Asked]) -> bool:
    """Whether the other ways need not be tried: nothing worked yet, and this would end them the same."""
    newest = asked[-1].answer
    is_down = newest.outcome == "overloaded" and newest.http_status != 500  # 500 is also said to an unknown way
    ends_all = newest.outcome in _FINAL or newest.error_code in _BY_CODE or is_down
    return ends_all and not any(one.fits for one in asked)


def _ask(
    provider: Provider,
    spec: ModelSpec,
    way: StructuredOutput,
    schema: SchemaVersion[Any],
    monotonic: Callable[[], float],
) -> _Asked:
    request = ModelRequest(
        task="probe",
        model=spec.model,
        system=_SYSTEM,
        user=_USER,
        schema_name=schema.name,
        schema=schema.schema,
        material={},
        max_output_tokens=1000,
        timeout_s=TIMEOUT_S,
    )
    started = monotonic()
    answer = provider.complete(replace(spec, structured=way), request)
    latency_ms = round((monotonic() - started) * 1000)
    return _Asked(way, answer, latency_ms, answer.outcome == "ok" and _fits(answer.text, schema))


def _fits(text: str, schema: SchemaVersion[Any]) -> bool:
    """Whether this is an answer of the schema, or at least an object of its form."""
    try:
        schema.parse(text)
        return True
    except ContractError:
        pass
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and set(said) == set(schema.schema["required"])


def _read(spec: ModelSpec, asked: Sequence[_Asked]) -> Probe:
    fitting = [one for one in asked if one.fits]
    told = fitting[0] if fitting else _telling(asked)
    ways = tuple(way for way in WAYS[spec.provider] if way in {one.way for one in fitting})
    problem = _problem(spec, told.answer, ways)
    unfit = problem is not None and (bool(ways) or told.answer.outcome not in _PASSING)
    return Probe(spec.key, told.latency_ms, ways, problem, unfit, told.answer.model_answered)


def _telling(asked: Sequence[_Asked]) -> _Asked:
    """Of answers that all failed, the one that tells most: any that was given at all, what ended it, else the first."""
    given = next((one for one in asked if one.answer.outcome == "ok"), None)
    return given or (asked[-1] if _is_final(asked) else asked[0])


def _problem(spec: ModelSpec, told: ModelAnswer, ways: Sequence[StructuredOutput]) -> str | None:
    if spec.structured in ways or (spec.structured is None and ways):
        return None
    if ways:
        return f"it does not keep to structured: {spec.structured}. Write structured: {ways[0]}, or leave it out."
    if told.outcome == "ok":
        return "it answers, but never with an object of the schema. Name another model."
    words = _BY_CODE.get(told.error_code or "") or _WORDS.get(told.outcome, "it gives no usable answer.")
    said = words.format(key=spec.api_key_env or "api_key_env", url=spec.base_url, timeout=TIMEOUT_S)
    code = "" if told.error_code is None or told.error_code in _BY_CODE else f" ({told.error_code})"
    return f"{said}{code}"
