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
from supportbot.gateway.rules.schema_modes import SCHEMA_MODES
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec, OutcomeClass, Provider, StructuredOutput

TIMEOUT_S = 30.0
_SYSTEM = "You help a shop. Keep every text under six words. Answer in JSON."
_USER = "A customer asks: when do you open? The shop opens at nine."
_WORDS: dict[OutcomeClass, str] = {
    "auth": "its key was not accepted. Check the key in {key}, and what it may do at the provider.",
    "quota": "its account is used up. Add credit at the provider.",
    "rate_limited": "it is asked too often. Try again in a minute, or raise the account's limit.",
    "overloaded": "its server fails or is overloaded. See its log, or the provider's status page.",
    "timeout": "it did not answer within {timeout:g} s. See that it runs, is reachable and is fast enough.",
    "transport": "the connection to {url} broke. See its server's log.",
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
    "ConnectError": "nobody answers at {url}. See that the server runs and that the address is right.",
    "HostUnknown": "there is no host of the name in {url}. Correct the address, or this machine's name service.",
    "TlsFailed": "{url} gives no secure connection. Correct its certificate, or write http if it speaks that.",
    "no_json": "something answers at {url}, but no model. Correct the address; most end in /v1.",
    "http_404": "nothing is served at {url}. Correct the address; most end in /v1.",
    "http_405": "nothing is served at {url}. Correct the address; most end in /v1.",
    "http_403": "{url} refuses us. Check the key in {key} and what it may do, or a proxy on the way.",
}
_MOVED = "{url} sends callers elsewhere, and nobody follows with the key. Write the address where it really is."
_WANTS_KEY = "it wants a key. Name the environment variable that holds it in api_key_env of this model."
_NO_MODEL = "its server knows no model {model!r}. Correct the name, or load that model there."
# What a request had that a model does not take, by the field's name.
_BY_FIELD = {
    "max_tokens": "it wants another name for the longest answer. Write length_field: max_completion_tokens.",
    "max_completion_tokens": "it wants another name for the longest answer. Write length_field: max_tokens.",
    "temperature": "it takes no temperature. Write temperature: null.",
    "reasoning_effort": "it takes no such effort. Leave effort out, or write another.",
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
        return Probe(spec.key, 0, SCHEMA_MODES["builtin"], None)
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
    return sorted(SCHEMA_MODES[spec.provider], key=lambda way: way != spec.structured)


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
    ways = tuple(way for way in SCHEMA_MODES[spec.provider] if way in {one.way for one in fitting})
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
    said = _words(spec, told).format(
        key=spec.api_key_env,
        url=spec.base_url or "the provider's public address",
        model=spec.model,
        timeout=TIMEOUT_S,
    )
    is_servers_own = told.http_status is not None and told.error_code not in (*_BY_CODE, f"http_{told.http_status}")
    return f"{said} ({told.http_status} {told.error_code})" if is_servers_own else said


def _words(spec: ModelSpec, told: ModelAnswer) -> str:
    """The sentence for a failure: by our own code or the field at fault, by the status, else by its class."""
    code, status = told.error_code or "", told.http_status or 0
    if told.outcome == "auth" and spec.api_key_env is None:
        return _WANTS_KEY
    known = _BY_CODE.get(code) or _BY_FIELD.get(code.rpartition(": ")[2])
    if known:
        return known
    if 300 <= status < 400:
        return _MOVED
    return _NO_MODEL if status == 404 else _WORDS.get(told.outcome, "it gives no usable answer.")
