"""Customers, conversations and messages: receiving, sending, assigning."""
