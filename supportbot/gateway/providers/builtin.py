"""The built-in provider: no model at all. It extracts from help articles and tells computed facts; it invents nothing.

It works on `request.material` alone and answers with the same JSON text as any model, through the same parser.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

from supportbot.gateway.providers.builtin_dispute import draft_dispute
from supportbot.gateway.providers.builtin_routine import draft_routine, has_no_articles
from supportbot.gateway.providers.builtin_small import extract_fields, summarise
from supportbot.gateway.types import NO_ARTICLES, ModelAnswer, ModelRequest, ModelSpec, Tokens

Extractor = Callable[[Mapping[str, Any]], Mapping[str, Any]]
_BY_SCHEMA: Mapping[str, Extractor] = {"summary/1": summarise, "fields/1": extract_fields}
_FACTS_MODEL = "facts"


class BuiltinProvider:
    """Extracts from help articles and the case record. Needs no key and calls nothing."""

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        """The extracted answer; `invalid_request` for a task that cannot be done by extracting."""
        extract = _extractor(spec, request)
        if extract is draft_routine and has_no_articles(request.material):
            return ModelAnswer("invalid_request", error_code=NO_ARTICLES, tokens=Tokens(0, 0, 0, 0))
        if extract is None:
            return ModelAnswer("invalid_request", error_code="task_not_built_in", tokens=Tokens(0, 0, 0, 0))
        text = json.dumps({**_left_empty(request), **extract(request.material)}, ensure_ascii=False)
        return ModelAnswer("ok", text=text, model_answered=f"builtin/{spec.model}", tokens=Tokens(0, 0, 0, 0))

    def close(self) -> None:
        """There is nothing to close."""


def _left_empty(request: ModelRequest) -> Mapping[str, str]:
    """The fields of later versions of the reply, which an extractor has nothing to say in."""
    return {"ask": ""} if "ask" in request.schema.get("properties", {}) else {}


def _extractor(spec: ModelSpec, request: ModelRequest) -> Extractor | None:
    if not request.schema_name.startswith("reply/"):
        return _BY_SCHEMA.get(request.schema_name)
    disputes = request.task == "dispute_reply" or spec.model == _FACTS_MODEL
    return draft_dispute if disputes else draft_routine
