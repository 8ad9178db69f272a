"""Writes about drafts. Actions never commit."""
