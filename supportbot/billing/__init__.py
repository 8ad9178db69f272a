"""Billing records and the facts code computes from them."""
