"""Reads a model's answer as one strict JSON object, whatever it is wrapped in. Never crashes; raises ContractError."""

import json
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from supportbot.errors import ContractError

MAX_CHARACTERS = 200_000
_THINKING = ("think", "thinking", "reasoning", "thought")
_MOST_THOUGHTS = 20
_SHOWN = 80


class Border(BaseModel):
    """Base of every model output: nothing unknown, nothing converted, no NaN."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, allow_inf_nan=False)


BorderT = TypeVar("BorderT", bound=Border)


def read_strictly(text: str, shape: type[BorderT], *, schema: str) -> BorderT:
    """One object of `shape` out of a model's answer; reasoning tags and text around the object are dropped.

    Raises:
        ContractError: it is not exactly one such object; `fields` names each field with the value found.
    """
    data = _read_object(text, schema)
    try:
        return shape.model_validate(data)
    except ValidationError as error:
        problems = {
            ".".join(map(str, item["loc"])) or schema: f"{item['msg']}, found {_short(item['input'])}"
            for item in error.errors(include_url=False)
        }
        listed = "; ".join(f"{field}: {problem}" for field, problem in list(problems.items())[:5])
        raise ContractError(f"The answer does not fit {schema}: {listed}.", fields=problems) from None


def _read_object(text: str, schema: str) -> dict[str, Any]:
    if len(text) > MAX_CHARACTERS:
        _refuse(schema, f"{len(text)} characters, at most {MAX_CHARACTERS} are read")
    body = _after_thinking(text)
    start, end = body.find("{"), body.rfind("}")
    if start < 0 or end < start:
        _refuse(schema, f"no JSON object, found {_short(text)}")
    try:
        data = json.loads(body[start : end + 1], object_pairs_hook=_no_duplicates, parse_constant=_no_constant)
        written = json.dumps(data, ensure_ascii=False)
        written.encode("utf-8")
    except UnicodeEncodeError:
        _refuse(schema, "a lone surrogate, which is no character")
    except RecursionError:
        _refuse(schema, "nested too deep")
    except ValueError as error:
        _refuse(schema, f"no valid JSON ({str(error)[:_SHOWN]}), found {_short(text)}")
    if "\\u0000" in written.replace("\\\\", ""):
        _refuse(schema, "a NUL, which PostgreSQL does not store")
    if not isinstance(data, dict):
        _refuse(schema, f"no JSON object, found {_short(data)}")
    return data


def _after_thinking(text: str) -> str:
    """What follows the thoughts that stand before the object, each between its tags."""
    for _ in range(_MOST_THOUGHTS):
        before = text.partition("{")[0].lower()
        tag = next((tag for tag in _THINKING if f"<{tag}>" in before), None)
        if tag is None:
            return text
        text = text[before.index(f"<{tag}>") :].partition(f"</{tag}>")[2]
    return text


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise ValueError(f"field named twice: {next(name for name in names if names.count(name) > 1)[:_SHOWN]!r}")
    return dict(pairs)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a number")


def _refuse(schema: str, problem: str) -> NoReturn:
    raise ContractError(f"The answer does not fit {schema}: {problem}.", fields={schema: problem})


def _short(value: object) -> str:
    try:
        shown = repr(value[:_SHOWN] if isinstance(value, str) else value)
    except RecursionError:
        return "something nested too deep"
    return shown.encode("ascii", "backslashreplace").decode()[: _SHOWN + 2]
