"""Every API that models are reached by, one file each; one line here."""

from collections.abc import Callable, Mapping

from supportbot.gateway.providers.anthropic import AnthropicProvider
from supportbot.gateway.providers.builtin import BuiltinProvider
from supportbot.gateway.providers.http import KeyFor
from supportbot.gateway.providers.openai_compatible import OpenAICompatibleProvider
from supportbot.gateway.types import Provider

PROVIDERS: Mapping[str, Callable[[KeyFor], Provider]] = {
    "anthropic": AnthropicProvider,
    "builtin": lambda _: BuiltinProvider(),
    "openai_compatible": OpenAICompatibleProvider,
}
