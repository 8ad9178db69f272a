"""The weekly review: the draw, the scorecard, the counts."""
