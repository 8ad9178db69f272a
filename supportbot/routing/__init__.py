"""The routing policy with its owner, and the decision which lane a message takes."""
