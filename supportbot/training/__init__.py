"""Labels from people's acts, and weights of triage trained from them. Serving needs none of it."""

DOOR = (
    "actions",
    "candidates",
    "comparison",
    "counts",
    "evaluation",
    "fine_tune",
    "labelled_messages",
    "queries",
    "tables",
    "trainer",
    "types",
)
