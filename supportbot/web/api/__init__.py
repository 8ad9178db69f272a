"""The agents' HTTP surface, /api/v1."""
