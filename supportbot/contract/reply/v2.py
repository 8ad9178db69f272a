"""Schema reply/2: reply/1 with one question back to the customer as a field of its own. Released; it never changes.

A version is added like this: a file beside the last one, a line in `registry`, a prompt that pins it, and a routing
policy that pins both. Drafts of both versions stand side by side; each says which one it was made with.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from supportbot.contract.reply.parser import read_strictly
from supportbot.contract.reply.v1 import SCHEMA as SCHEMA_1
from supportbot.contract.reply.v1 import ReplyShape, as_fields
from supportbot.contract.types import ReplyFields, SchemaVersion

NAME = "reply/2"
SCHEMA: Mapping[str, Any] = {
    **SCHEMA_1,
    "required": [*SCHEMA_1["required"], "ask"],
    "properties": {
        **SCHEMA_1["properties"],
        "ask": {
            "type": "string",
            "description": "The one thing only the customer knows, as a question of at most 160 characters. "
            "Empty when nothing is missing.",
        },
    },
}


class _Reply(ReplyShape):
    ask: Annotated[str, Field(max_length=1_000)]


def parse(text: str) -> ReplyFields:
    """A model's whole answer as reply fields, checked strictly.

    Raises:
        ContractError: an unknown field or value, a wrong type or length, NaN, or no JSON object at all.
    """
    read = read_strictly(text, _Reply, schema=NAME)
    return replace(as_fields(read), ask=read.ask)


REPLY_2: SchemaVersion[ReplyFields] = SchemaVersion(NAME, SCHEMA, parse)
