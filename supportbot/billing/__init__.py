"""Billing records and the facts code computes from them."""

DOOR = ("actions", "files", "queries", "rules", "stripe", "stripe.client", "stripe.import_run", "types")
