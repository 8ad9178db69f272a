"""Values of prompting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of a prompt. `sha256` is the whole file's, `text` the Jinja source after the front matter."""

    name: str
    version: int
    output_schema: str
    owner: str
    inputs: tuple[str, ...]
    changelog: tuple[str, ...]
    text: str
    sha256: str

    @property
    def pin(self) -> str:
        """How a routing policy names it, e.g. "routine_reply/2"."""
        return f"{self.name}/{self.version}"


@dataclass(frozen=True, slots=True)
class RenderedPrompt:
    """A prompt ready to send. `system` is the same text on every call of one version; `material` holds its inputs."""

    pin: str
    output_schema: str
    system: str
    user: str
    material: Mapping[str, Any]
