"""The policies under which messages are played: the shipped one, changed where a model takes the place of code."""

from collections.abc import Callable, Mapping

BUILTIN_FAST = "fast: {provider: builtin, model: extractive,"
BUILTIN_REASONING = "reasoning: {provider: builtin, model: facts,"
OPENAI = 'provider: openai_compatible, base_url: "https://models.example/v1", api_key_env: MODEL_KEY'
ANTHROPIC = "provider: anthropic, api_key_env: MODEL_KEY"
PRICE = "price: {input_usd: 0.5, output_usd: 1.5, cache_read_usd: 0.1}"
MODELLESS = "  triage:\n    model: null\n"
SECOND_READING = """  triage:
    model: fast
    backup: null
    prompt: triage/2
    schema: triage/1
    deadline_s: 0.5
    try_timeout_s: 0.5
    retry: {on: [], times: 0}
"""


def changed(text: str, *pairs: tuple[str, str]) -> str:
    """The text with each old part replaced; each must be there."""
    for old, new in pairs:
        if old not in text:
            raise ValueError(f"The shipped policy has no {old!r} any more.")
        text = text.replace(old, new)
    return text


def _models(fast: str, reasoning: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (BUILTIN_FAST, f"fast: {{{fast},"), (BUILTIN_REASONING, f"reasoning: {{{reasoning},")


def _openai(text: str) -> str:
    """Both tasks with models that keep to a schema by `json_schema`, at a price."""
    held = f"{OPENAI}, structured: json_schema, {PRICE}"
    return changed(text, *_models(f"{held}, model: small-chat", f"{held}, effort: low, model: large-chat"))


def _openai_unknown(text: str) -> str:
    """Nobody knows yet how the models keep to a schema; no price either."""
    return changed(text, *_models(f"{OPENAI}, model: small-chat", f"{OPENAI}, model: large-chat"))


def _openai_object(text: str) -> str:
    """The schema in words; another field for the length; no key."""
    open_ = OPENAI.replace(", api_key_env: MODEL_KEY", "")
    fast = f"{open_}, structured: json_object, length_field: max_completion_tokens, temperature: null"
    return changed(text, *_models(f"{fast}, model: small-chat", f"{open_}, structured: tool, model: large-chat"))


def _openai_keyless(text: str) -> str:
    """The variable that should hold the key holds none."""
    return changed(_openai(text), ("MODEL_KEY", "ANOTHER_KEY"))


def _anthropic(text: str) -> str:
    """Both tasks with the Messages API, at a price, by tool and by schema."""
    fast = f"{ANTHROPIC}, structured: tool, {PRICE}, model: small-chat"
    return changed(text, *_models(fast, f"{ANTHROPIC}, structured: json_schema, {PRICE}, model: large-chat"))


def _second_reading(text: str) -> str:
    """The fast model reads again what would go the fast way."""
    return changed(_openai(text), (MODELLESS, SECOND_READING))


def _reply_2(text: str) -> str:
    """The routine task fills reply/2."""
    newer = ("prompt: routine_reply/3\n    schema: reply/1", "prompt: routine_reply/4\n    schema: reply/2")
    return changed(_openai(text), newer)


def _tight(text: str) -> str:
    """Hardly anything may be spent, and a held customer hears later."""
    limits = ("limits: {per_day_usd: 20,", "limits: {per_reply_usd: 0.004, per_day_usd: 0.02,")
    return changed(_openai(text), limits, ("next working day 12:00", "in 4 hours"))


POLICIES: Mapping[str, Callable[[str], str]] = {
    "shipped": str,
    "openai": _openai,
    "openai, way unknown": _openai_unknown,
    "openai, schema in words": _openai_object,
    "openai, no key": _openai_keyless,
    "anthropic": _anthropic,
    "second reading": _second_reading,
    "reply/2": _reply_2,
    "tight": _tight,
}
