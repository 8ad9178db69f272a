"""Background work: what runs, when, and the net under it."""

DOOR = ("job_kinds", "schedule", "worker")
