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

    @property
    def meaning(self) -> dict[str, Any]:
        """What the file says that the response means; an error has a code and a success none."""
        told = {name: value for name, value in self.said.items() if name not in ("headers", "body")}
        return {**told, "has_code": told["outcome"] != "ok"}

    def as_read(self, answer: ModelAnswer) -> dict[str, Any]:
        """What a reader made of the response, of all that the file tells."""
        tokens = answer.tokens
        given = {
            "outcome": answer.outcome,
            "status": answer.http_status,
            "retry_after_s": answer.retry_after_s,
            "request_id": answer.provider_request_id,
            "model": answer.model_answered,
            "fingerprint": answer.fingerprint,
            "tokens": [tokens.input_uncached, tokens.cache_read, tokens.cache_write, tokens.output],
            "has_code": bool(answer.error_code),
        }
        return {name: given[name] for name in self.meaning}


def recorded(api: str) -> list[Recorded]:
    """Every response of one format."""
    files = sorted((Path(__file__).parent / api).glob("*.json"))
    assert files
    return [Recorded(file.stem, json.loads(file.read_text(encoding="utf-8"))) for file in files]
