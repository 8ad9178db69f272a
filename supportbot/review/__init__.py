"""The weekly review: the draw, the scorecard, the counts."""

DOOR = ("actions", "draw_time", "item_thread", "population", "queries", "rules", "sample", "tables", "types")
