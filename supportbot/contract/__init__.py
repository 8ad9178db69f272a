"""The reply contract: parse, normalise, check and render; one module per schema version."""

from supportbot.contract.reply.registry import schema_version as schema_version
from supportbot.contract.types import SchemaVersion as SchemaVersion
