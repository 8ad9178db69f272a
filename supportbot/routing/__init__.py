"""The routing policy with its owner, and the decision which lane a message takes."""

DOOR = ("held_reply_time", "policy", "policy_checks", "rules", "summary", "tables", "types", "weights_name")
