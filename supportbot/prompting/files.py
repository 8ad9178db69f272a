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
_RELEASE = re.compile(r"([0-9a-f]{64})\s+([a-z][a-z0-9_]{0,39}/[1-9][0-9]{0,3})")
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


def read_prompt(path: Path, *, draft_version: int | None = None) -> Prompt:
    """One prompt file, whatever its name.

    Args:
        draft_version: stands in for a version that the file does not name, as drafts need not.

    Raises:
        PromptError: its front matter is missing or wrong; the message names each field.
    """
    raw = path.read_bytes()
    shown = f"{path.parent.name}/{path.name}"
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise PromptError(f"Prompt {shown}, line {line}, is not UTF-8. Save the file as UTF-8.") from error
    parts = _PARTS.match(text)
    if parts is None:
        raise PromptError(
            f"Prompt {shown}, line 1, has no front matter. Begin the file with a block between two lines of ---."
        )
    try:
        matter = _FrontMatter.model_validate({"version": draft_version, **_mapping(parts.group(1))})
    except (ValidationError, yaml.YAMLError) as error:
        where, problem = _problems(error, parts.group(1))
        raise PromptError(f"Prompt {shown}, line {where}, has front matter that cannot be read: {problem}.") from error
    return Prompt(
        matter=parts.group(1),
        first_line=text.count("\n", 0, parts.start(2)) + 1,
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
    """Pin to sha256 of every released file, from `released.txt` ("<sha256>  <pin>" a line).

    Raises:
        PromptError: a line of it is broken.
    """
    path = (folder or top_folder("prompts")) / RELEASED
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    found: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith("#"):
            continue
        match = _RELEASE.fullmatch(line.strip())
        if match is None:
            raise PromptError(f"{RELEASED}, line {number}, is not '<sha256>  <name>/<version>'. Restore that line.")
        found[match.group(2)] = match.group(1)
    return found


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


def _mapping(front_matter: str) -> dict[str, object]:
    read = yaml.safe_load(front_matter)
    if not isinstance(read, dict):
        raise yaml.YAMLError("it is no set of names")
    return read


def _problems(error: ValidationError | yaml.YAMLError, front_matter: str) -> tuple[int, str]:
    """The first line to look at, and every problem."""
    if isinstance(error, ValidationError):
        found = [(str(item["loc"][0]) if item["loc"] else "", item) for item in error.errors(include_url=False)]
        lines = front_matter.split("\n")
        places = [number for field, _ in found for number, line in enumerate(lines, 2) if line.startswith(f"{field}:")]
        return min(places, default=2), "; ".join(
            f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for _, item in found
        )
    mark = getattr(error, "problem_mark", None)
    return (mark.line + 2 if mark else 2), str(getattr(error, "problem", None) or error).replace("\n", " ")
