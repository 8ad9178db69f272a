"""The only door to models."""

from supportbot.gateway.calling import Gateway as Gateway
