"""Output schemas, one module a released version."""
