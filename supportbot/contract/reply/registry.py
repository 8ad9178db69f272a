"""Every released output schema by its name; a prompt pins one of them."""

from typing import Any

from supportbot.contract.reply.task_schemas import FIELDS_1, SUMMARY_1, TRIAGE_1
from supportbot.contract.reply.v1 import REPLY_1
from supportbot.contract.reply.v2 import REPLY_2
from supportbot.contract.types import SchemaVersion
from supportbot.errors import ContractError

SCHEMAS: dict[str, SchemaVersion[Any]] = {
    schema.name: schema for schema in (REPLY_1, REPLY_2, SUMMARY_1, FIELDS_1, TRIAGE_1)
}


def schema_version(name: str) -> SchemaVersion[Any]:
    """The schema of that name, e.g. "reply/1".

    Raises:
        ContractError: there is none.
    """
    if name not in SCHEMAS:
        raise ContractError(f"Schema {name!r} does not exist. Known: {', '.join(SCHEMAS)}.")
    return SCHEMAS[name]
