"""The chat widget over HTTP."""
