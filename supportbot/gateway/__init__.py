"""The only door to models."""

from supportbot.gateway.gateway import Gateway as Gateway
