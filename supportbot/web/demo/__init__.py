"""The demo shop's page."""
