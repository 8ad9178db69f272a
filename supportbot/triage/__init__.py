"""Topic and risk of a message: policy rules, and hold when unsure."""
