"""From a customer's message to a draft, and from a draft to what a person let go."""

DOOR = (
    "actions.corrections",
    "actions.decisions",
    "actions.dispatch",
    "actions.edits",
    "actions.failed_drafts",
    "actions.redrafts",
    "case_aids",
    "flow",
    "queries",
    "queries.desk_case",
    "rules.draft_state",
    "tables",
    "triage_training",
    "types",
)
