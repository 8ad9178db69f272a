"""Any server that speaks OpenAI's chat completions: one POST, whole answer, one deadline."""

from collections.abc import Mapping

from supportbot.gateway.providers.http import HttpProvider
from supportbot.gateway.providers.openai_wire import read_answer, request_body
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec


class OpenAICompatibleProvider(HttpProvider):
    """OpenAI, Azure v1, Gemini's endpoint, OpenRouter, Ollama, llama.cpp, vLLM: they differ by data in the policy."""

    def url(self, spec: ModelSpec) -> str:
        """The chat completions below the policy's base_url."""
        return f"{(spec.base_url or '').rstrip('/')}/chat/completions"

    def headers(self, key: str | None) -> dict[str, str]:
        """A bearer token where the policy names a key."""
        return {} if key is None else {"Authorization": f"Bearer {key}"}

    def body(self, spec: ModelSpec, request: ModelRequest) -> bytes:
        """See `openai_wire`."""
        return request_body(spec, request)

    def read(self, status: int, headers: Mapping[str, str], body: bytes) -> ModelAnswer:
        """See `openai_wire`."""
        return read_answer(status, headers, body)
