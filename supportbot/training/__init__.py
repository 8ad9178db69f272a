"""Labels from people's acts, and weights of triage trained from them. Serving needs none of it."""
