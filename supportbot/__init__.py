"""supportbot: a self-hosted customer-support assistant that holds money questions for a person."""

__version__ = "0.1.0"
