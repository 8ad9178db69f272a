"""Reads the recorded responses, one folder for each wire format."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from supportbot.gateway.types import ModelAnswer


@dataclass(frozen=True, slots=True)
class Recorded:
    """One response as the provider's reference describes it, and what it must mean."""

    name: str
    said: dict[str, Any]

    @property
    def status(self) -> int:
        return int(self.said["status"])

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.said["headers"])

    @property
    def body(self) -> bytes:
        return json.dumps(self.said["body"]).encode()

    def check(self, answer: ModelAnswer) -> None:
        """Whether the answer is what the file says it is."""
        tokens = answer.tokens
        given = {
            "outcome": answer.outcome,
            "status": answer.http_status,
            "retry_after_s": answer.retry_after_s,
            "request_id": answer.provider_request_id,
            "model": answer.model_answered,
            "fingerprint": answer.fingerprint,
            "tokens": [tokens.input_uncached, tokens.cache_read, tokens.cache_write, tokens.output],
        }
        wanted = {name: value for name, value in self.said.items() if name not in ("headers", "body")}
        assert {name: given[name] for name in wanted} == wanted
        assert bool(answer.error_code) == (answer.outcome != "ok")


def recorded(api: str) -> list[Recorded]:
    """Every response of one format."""
    files = sorted((Path(__file__).parent / api).glob("*.json"))
    assert files
    return [Recorded(file.stem, json.loads(file.read_text(encoding="utf-8"))) for file in files]
