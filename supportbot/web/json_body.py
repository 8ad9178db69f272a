"""Reading request bodies: strict JSON into pydantic models, so that bad input is a clear 4xx."""

from typing import TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from supportbot.errors import InvalidInput, TooLarge

MAX_JSON_BYTES = 262_144
Body = TypeVar("Body", bound=BaseModel)


def read_json(model: type[Body]) -> Body:
    """The request's JSON body as `model`.

    Raises:
        TooLarge: it has over 256 KB.
        InvalidInput: it is not JSON, too deep, or not of the model's shape; `fields` names each problem.
    """
    if request.content_length is not None and request.content_length > MAX_JSON_BYTES:
        raise TooLarge(f"The body has {request.content_length} bytes; {MAX_JSON_BYTES} are the most.")
    if request.mimetype != "application/json":
        raise InvalidInput(f"Send application/json, not {request.mimetype or 'a body without a type'}.")
    try:
        return model.model_validate_json(request.get_data(cache=False))
    except ValidationError as error:
        raise InvalidInput("The body does not fit. See 'fields'.", fields=problems_of(error)) from None


def problems_of(error: ValidationError) -> dict[str, str]:
    """Field name to what is wrong with it; values are not repeated."""
    problems: dict[str, str] = {}
    for problem in error.errors(include_url=False, include_input=False, include_context=False)[:20]:
        name = ".".join(str(part) for part in problem["loc"]) or "body"
        problems[_printable(name)] = problem["msg"]
    return problems


def _printable(name: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in name)[:80]
