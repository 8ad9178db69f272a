"""The only door to models."""

from supportbot.gateway.gateway import Gateway as Gateway

DOOR = (
    "actions",
    "guard",
    "prices",
    "probe",
    "providers",
    "public_addresses",
    "queries",
    "rules.retry",
    "schema_mode_store",
    "tables",
    "types",
)
