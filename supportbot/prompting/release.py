"""Makes the next version of a prompt out of its draft. A released file never changes again."""

import json
import os
import re
from dataclasses import dataclass
from pathlib import Path

from supportbot.errors import PromptError
from supportbot.prompting.files import RELEASED, list_prompts, load_prompt, read_prompt, released_hashes
from supportbot.prompting.lint import prompt_problems
from supportbot.prompting.prompt_folder import DRAFT, digest_of
from supportbot.prompting.types import Prompt

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


@dataclass(frozen=True, slots=True)
class Release:
    """A version just made."""

    pin: str
    output_schema: str
    sha256: str
    file: str
    change: str


def release_prompt(name: str, folder: Path, *, why: str | None = None) -> Release:
    """Write `<name>/v<next>.md` from `<name>/draft.md` and its hash into the list. The draft stays where it is.

    Args:
        why: what changed, for the changelog, when the draft's own has no line for the new version.

    Raises:
        PromptError: no draft, nothing changed, a lint problem, or no word on what changed. Nothing was written.
    """
    draft, version, before = _read(name, folder)
    problems = prompt_problems(draft, f"{name}/{DRAFT}")
    if problems:
        listed = "\n".join(f"  {problem}" for problem in problems)
        raise PromptError(f"The draft of {name} cannot be released:\n{listed}")
    if before is not None and _content(before) == _content(draft):
        raise PromptError(f"{name}/{DRAFT} says the same as {before.pin}. Change it first.")
    changes = _changelog(draft, before, version, why)
    text = _document(draft, version, changes)
    released = released_hashes(folder)
    path = folder / name / f"v{version}.md"
    try:
        _write_new(path, text)
    except OSError as error:
        raise PromptError(
            f"{path} cannot be written: {error.strerror}. Name a folder of yours with --folder."
        ) from error
    pin = f"{name}/{version}"
    _write_list(folder, {**released, pin: digest_of(text)})
    return Release(pin, draft.output_schema, digest_of(text), str(path), changes[-1])


def _read(name: str, folder: Path) -> tuple[Prompt, int, Prompt | None]:
    """The draft, the version it becomes, and the newest one before it."""
    path = folder / name / DRAFT
    if not _NAME.fullmatch(name) or not path.is_file():
        raise PromptError(f"There is no draft {name}/{DRAFT} in {folder}. Copy the newest version there and change it.")
    versions = [int(pin.partition("/")[2]) for pin in list_prompts(folder) if pin.startswith(f"{name}/")]
    before = load_prompt(f"{name}/{max(versions)}", folder) if versions else None
    if before is not None and before.pin not in released_hashes(folder):
        raise PromptError(
            f"{before.pin} is not in {RELEASED}. Remove its file, or restore the list, and release again."
        )
    version = max(versions, default=0) + 1
    draft = read_prompt(path, draft_version=version)
    if draft.name != name:
        raise PromptError(f"{name}/{DRAFT}, line {draft.line_of('name')}: says it is {draft.name}. Name it {name}.")
    if draft.version not in (version, version - 1):
        line = draft.line_of("version")
        raise PromptError(
            f"{name}/{DRAFT}, line {line}: version {draft.version} is not next; {version} is. Leave it out."
        )
    return draft, version, before


def _content(prompt: Prompt) -> tuple[str, str, tuple[str, ...]]:
    return prompt.text, prompt.output_schema, prompt.inputs


def _changelog(draft: Prompt, before: Prompt | None, version: int, why: str | None) -> tuple[str, ...]:
    earlier = before.changelog if before else ()
    own = [line for line in draft.changelog if line.partition(":")[0].strip() == str(version)]
    change = f"{version}: {' '.join(why.split())}" if why and why.strip() else (own[-1] if own else None)
    if change is None:
        raise PromptError(
            f"What changed is not said. Add '{version}: ...' to the changelog of {draft.name}/{DRAFT}, or --why."
        )
    return (*earlier, change)


def _document(draft: Prompt, version: int, changes: tuple[str, ...]) -> str:
    lines = [
        "---",
        f"name: {draft.name}",
        f"version: {version}",
        f"output_schema: {draft.output_schema}",
        f"owner: {draft.owner}",
        f"inputs: [{', '.join(draft.inputs)}]",
        "changelog:",
        *(f"  - {json.dumps(change, ensure_ascii=False)}" for change in changes),
        "---",
    ]
    return "\n".join(lines) + "\n" + draft.text


def _write_new(path: Path, text: str) -> None:
    with path.open("x", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _write_list(folder: Path, released: dict[str, str]) -> None:
    """Whole or not at all, by name and version."""

    def order(pin: str) -> tuple[str, int]:
        name, _, version = pin.partition("/")
        return name, int(version)

    text = "".join(f"{released[pin]}  {pin}\n" for pin in sorted(released, key=order))
    fresh = folder / f"{RELEASED}.new"
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, folder / RELEASED)
