"""Anthropic's Messages API, and servers that speak it: one POST, whole answer, one deadline."""

from collections.abc import Mapping

from supportbot.gateway.providers.anthropic_wire import read_answer, request_body
from supportbot.gateway.providers.http import HttpProvider
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec

PUBLIC_URL = "https://api.anthropic.com"
API_VERSION = "2023-06-01"


class AnthropicProvider(HttpProvider):
    """Anthropic Messages. Without a base_url in the policy it is the public one; with or without /v1 at its end."""

    def url(self, spec: ModelSpec) -> str:
        """The messages endpoint."""
        return f"{(spec.base_url or PUBLIC_URL).rstrip('/').removesuffix('/v1')}/v1/messages"

    def headers(self, key: str | None) -> dict[str, str]:
        """The API version, and the key where the policy names one."""
        return {"anthropic-version": API_VERSION} | ({} if key is None else {"x-api-key": key})

    def body(self, spec: ModelSpec, request: ModelRequest) -> bytes:
        """See `anthropic_wire`."""
        return request_body(spec, request)

    def read(self, status: int, headers: Mapping[str, str], body: bytes) -> ModelAnswer:
        """See `anthropic_wire`."""
        return read_answer(status, headers, body)
