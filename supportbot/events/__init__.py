"""Live updates: what changed, kept as rows that every process tails."""

DOOR = ("actions", "tables", "tail", "types")
