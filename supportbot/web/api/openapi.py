"""The OpenAPI 3.1 document of /api/v1, made from the table of operations and their body models."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from supportbot import __version__

ERROR = {
    "type": "object",
    "required": ["error", "message", "fields"],
    "properties": {
        "error": {"type": "string", "description": "Stable code for programs"},
        "message": {"type": "string", "description": "What is wrong and what to do next"},
        "fields": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def openapi_document(operations: Mapping[str, type[BaseModel] | None]) -> dict[str, Any]:
    """Describe every operation; `operations` maps "METHOD /path" to the body's model."""
    paths: dict[str, dict[str, Any]] = {}
    for name, body in operations.items():
        method, _, path = name.partition(" ")
        paths.setdefault(f"/api/v1{path}", {})[method.lower()] = _operation(name, body)
    return {
        "openapi": "3.1.0",
        "info": {"title": "supportbot", "version": __version__},
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": {"Error": ERROR},
        },
    }


def _operation(name: str, body: type[BaseModel] | None) -> dict[str, Any]:
    failure = {
        "description": "Refused; nothing changed",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    described: dict[str, Any] = {
        "operationId": name.lower().replace(" /", "_").replace("/", "_").replace("{id}", "one").replace(".", "_"),
        "responses": {"2XX": {"description": "Done"}, "4XX": failure},
    }
    if "{id}" in name:
        described["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    if body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": body.model_json_schema()}},
        }
    return described
