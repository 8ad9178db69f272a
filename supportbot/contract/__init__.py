"""The reply contract: parse, normalise, check and render; one module per schema version."""

from supportbot.contract.reply.registry import schema_version as schema_version
from supportbot.contract.types import SchemaVersion as SchemaVersion

DOOR = (
    "checks.draft_checks",
    "promised_amounts",
    "refund_policy",
    "reply.registry",
    "reply.task_schemas",
    "rules",
    "types",
    "voice.catalogue",
    "voice.dates",
    "voice.fact_sentences",
    "voice.frame",
    "voice.normaliser",
    "voice.render",
)
