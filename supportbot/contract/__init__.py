"""The reply contract: parse, normalise, check and render; one module per schema version."""
