"""In which way a model is held to a schema: the best one first, and the next one when an answer shows that it failed.

Nobody lists which model can do what: a probe or the first answers tell. Pure.
"""

from collections.abc import Mapping, Sequence

from supportbot.gateway.types import ModelAnswer, ModelSpec, ProviderName, StructuredOutput

SCHEMA_MODES: Mapping[ProviderName, tuple[StructuredOutput, ...]] = {
    "builtin": ("json_schema",),
    "openai_compatible": ("json_schema", "json_object_schema", "tool", "json_object", "none"),
    "anthropic": ("json_schema", "tool", "none"),
}
"""Every way of an API, the most reliable first."""
_IN_A_RUN: Mapping[ProviderName, tuple[StructuredOutput, ...]] = {
    **SCHEMA_MODES,
    "openai_compatible": ("json_schema", "json_object_schema", "json_object"),
}
"""What is tried while a message waits: a run has three calls."""

_NO_SUCH_MODEL = ("model_not_found", "not_found_error")
"""A wrong name stays wrong in every way. A plain 404 may be an aggregator that has no endpoint for this way."""


def best_mode(provider: ProviderName, found: Sequence[StructuredOutput] = ()) -> StructuredOutput:
    """The most reliable of the ways that were found to work; of all when none was."""
    return next((way for way in SCHEMA_MODES[provider] if way in found), SCHEMA_MODES[provider][0])


def mode_after(spec: ModelSpec, tried: StructuredOutput, answer: ModelAnswer) -> StructuredOutput | None:
    """The way to try when a model's way is not known and `answer` may be the fault of the one that was tried.

    A server that does not know a way says 400 or (llama-cpp-python) 500, or ignores it and answers off the schema.
    None: the way is not to blame, or there is no other.
    """
    blamed = answer.outcome in ("invalid_request", "schema_invalid") or answer.http_status == 500
    names_no_model = (answer.error_code or "").startswith(_NO_SUCH_MODEL)
    ways = _IN_A_RUN[spec.provider]
    if not blamed or names_no_model or tried not in ways[:-1]:
        return None
    return ways[ways.index(tried) + 1]
