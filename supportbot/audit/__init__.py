"""The append-only log: who did what to which thing, chained so that tampering shows."""

DOOR = ("actions", "tables", "types")
