"""What may change an answer and who approved it: policy versions, activation, history."""

DOOR = ("actions", "cost_check", "known_names", "model_probe", "queries", "tables", "types")
