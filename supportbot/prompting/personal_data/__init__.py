"""Finds personal data in what people write."""
