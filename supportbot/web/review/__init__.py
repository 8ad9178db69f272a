"""The weekly review's pages."""
