"""Customers, conversations and messages: receiving, sending, assigning."""

DOOR = ("actions", "actions.case_aid_jobs", "pagination", "queries", "rules", "tables", "types", "undo")
