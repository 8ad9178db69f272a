"""Values of prompting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What a case can give a prompt (`drafting.material`).
INPUTS = frozenset(
    {
        *("task", "locale", "shop", "case", "messages", "question", "articles", "record", "policy_passages"),
        *("next_update_by", "hold_kind", "triage_reasons", "left_out"),
    }
)


@dataclass(frozen=True, slots=True)
class Prompt:
    """One version of a prompt.

    `sha256` is the whole file's, `text` the Jinja source after the front matter, `matter` that front matter as written;
    the text begins on the file's line `first_line`.
    """

    name: str
    version: int
    output_schema: str
    owner: str
    inputs: tuple[str, ...]
    changelog: tuple[str, ...]
    text: str
    sha256: str
    matter: str = ""
    first_line: int = 1

    def line_of(self, field: str) -> int:
        """The line of the file on which a field of the front matter stands; 1 when it cannot be told."""
        lines = self.matter.split("\n")
        return next((number for number, line in enumerate(lines, start=2) if line.startswith(f"{field}:")), 1)

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
