"""What may change an answer and who approved it: policy versions, activation, history."""
