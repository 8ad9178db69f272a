"""Reads prompt files: front matter, pins, and the list of released files that never change again."""

import hashlib
import re
from functools import lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from supportbot.errors import PromptError
from supportbot.prompting.types import Prompt
from supportbot.settings import top_folder

RELEASED = "released.txt"
_PIN = re.compile(r"([a-z][a-z0-9_]{0,39})/([1-9][0-9]{0,3})")
_PARTS = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)


class _FrontMatter(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
    version: Annotated[int, Field(ge=1)]
    output_schema: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*/[1-9][0-9]*$")]
    owner: Annotated[str, Field(min_length=3)]
    inputs: Annotated[list[str], Field(min_length=1)]
    changelog: Annotated[list[str], Field(min_length=1)]


def load_prompt(pin: str, folder: Path | None = None) -> Prompt:
    """The prompt that a policy pins, e.g. "routine_reply/1"; a released file must be byte for byte as released.

    Raises:
        PromptError: no such prompt, a broken file, or a released file that changed.
    """
    return _load(pin, folder or top_folder("prompts"))


def list_prompts(folder: Path | None = None) -> tuple[str, ...]:
    """The pins of every prompt file, by name and version."""
    root = folder or top_folder("prompts")
    found = [(path.parent.name, path.stem.removeprefix("v")) for path in root.glob("*/v*.md")]
    known = sorted((name, int(version)) for name, version in found if version.isdigit())
    return tuple(f"{name}/{version}" for name, version in known)


def read_prompt(path: Path) -> Prompt:
    """One prompt file, whatever its name.

    Raises:
        PromptError: its front matter is missing or wrong; the message names each field.
    """
    raw = path.read_bytes()
    shown = f"{path.parent.name}/{path.name}"
    parts = _PARTS.match(raw.decode("utf-8"))
    if parts is None:
        raise PromptError(f"Prompt {shown} has no front matter. Begin the file with a block between two lines of ---.")
    try:
        matter = _FrontMatter.model_validate(yaml.safe_load(parts.group(1)))
    except (ValidationError, yaml.YAMLError) as error:
        raise PromptError(f"Prompt {shown} has front matter that cannot be read: {_problems(error)}.") from error
    return Prompt(
        name=matter.name,
        version=matter.version,
        output_schema=matter.output_schema,
        owner=matter.owner,
        inputs=tuple(matter.inputs),
        changelog=tuple(matter.changelog),
        text=parts.group(2),
        sha256=hashlib.sha256(raw).hexdigest(),
    )


def released_hashes(folder: Path | None = None) -> dict[str, str]:
    """Pin to sha256 of every released file, from `released.txt` ("<sha256>  <pin>" a line)."""
    path = (folder or top_folder("prompts")) / RELEASED
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return {
        pin: digest for digest, pin in (line.split() for line in lines if line.strip() and not line.startswith("#"))
    }


@lru_cache(maxsize=256)
def _load(pin: str, root: Path) -> Prompt:
    match = _PIN.fullmatch(pin)
    path = root / match.group(1) / f"v{match.group(2)}.md" if match else None
    if path is None or not path.is_file():
        raise PromptError(f"Prompt {pin!r} does not exist. Known: {', '.join(list_prompts(root)) or 'none'}.")
    prompt = read_prompt(path)
    if prompt.pin != pin:
        raise PromptError(f"Prompt file {pin} says it is {prompt.pin}. Name and version must be those of the file.")
    released = released_hashes(root).get(pin)
    if released and released != prompt.sha256:
        raise PromptError(f"Prompt {pin} was released and has changed since. Restore it and write the next version.")
    return prompt


def _problems(error: ValidationError | yaml.YAMLError) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors())
    return str(error).replace("\n", " ")
