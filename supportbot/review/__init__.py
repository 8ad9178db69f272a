"""The weekly review: the draw, the scorecard, the counts."""

DOOR = ("actions", "item_thread", "population", "queries", "rules", "tables", "types")
