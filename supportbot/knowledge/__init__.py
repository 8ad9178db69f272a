"""Help articles and policy passages that a draft may rest on."""

DOOR = ("actions", "full_text", "library", "queries", "tables", "types", "usage")
