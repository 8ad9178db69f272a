"""A whole folder of prompts: what is in it, and everything that is wrong with it."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from supportbot.errors import PromptError
from supportbot.prompting.files import RELEASED, list_prompts, read_prompt, released_hashes
from supportbot.prompting.lint import PromptProblem, prompt_problems
from supportbot.prompting.types import Prompt

DRAFT = "draft.md"
State = Literal["released", "changed", "not released", "draft"]
_FILE = re.compile(r"v[1-9][0-9]{0,3}\.md")


@dataclass(frozen=True, slots=True)
class Listed:
    """One file of the folder. `pin` of a draft is "<name>/draft"; `pinned_by` are the tasks of the policy at hand."""

    pin: str
    output_schema: str
    owner: str
    state: State
    pinned_by: tuple[str, ...]
    newest_change: str


@dataclass(frozen=True, slots=True)
class Linted:
    """What a lint of the folder found: problems to mend, and notes that stop nothing."""

    checked: int
    problems: tuple[PromptProblem, ...]
    notes: tuple[str, ...]


def list_folder(folder: Path, pins: Mapping[str, tuple[str, str]]) -> tuple[Listed, ...]:
    """Every prompt of the folder by name and version, drafts last.

    Args:
        pins: task to the prompt and schema that the policy pins.

    Raises:
        PromptError: a file cannot be read.
    """
    released = released_hashes(folder)
    rows = []
    for pin in list_prompts(folder):
        prompt = read_prompt(_path(folder, pin))
        rows.append(_listed(pin, prompt, _state(pin, prompt, released), pins))
    rows += [_listed(f"{path.parent.name}/draft", _read_draft(path), "draft", pins) for path in _drafts(folder)]
    return tuple(rows)


def lint_folder(folder: Path, pins: Mapping[str, tuple[str, str]], *, policy: str) -> Linted:
    """Check every file, the list of released ones, and what the policy pins.

    Args:
        policy: how the policy is called in a message, e.g. "Routing policy v7".
    """
    try:
        released = released_hashes(folder)
    except PromptError as error:
        released, broken = (
            {},
            [PromptProblem(RELEASED, 1, error.message.rstrip("."), "Nothing can be compared until then")],
        )
    else:
        broken = []
    known = list_prompts(folder)
    problems = [*broken, *_stray(folder), *_gone(folder, released)]
    schemas: dict[str, str] = {}
    for pin in known:
        found, prompt = _check(_path(folder, pin), pin)
        problems += found
        if prompt is not None:
            schemas[pin] = prompt.output_schema
            problems += [] if broken else _released(pin, prompt, released)
    for path in _drafts(folder):
        problems += _check(path, None)[0]
    problems += _pins(pins, schemas, known, policy)
    pinned = {prompt for prompt, _ in pins.values()}
    notes = tuple(f"{pin}: no task of {policy[:1].lower() + policy[1:]} pins it." for pin in known if pin not in pinned)
    return Linted(len(known) + len(_drafts(folder)), tuple(problems), notes)


def _path(folder: Path, pin: str) -> Path:
    name, _, version = pin.partition("/")
    return folder / name / f"v{version}.md"


def _drafts(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*/{DRAFT}"))


def _read_draft(path: Path) -> Prompt:
    return read_prompt(path, draft_version=1)


def _state(pin: str, prompt: Prompt, released: Mapping[str, str]) -> State:
    digest = released.get(pin)
    if digest is None:
        return "not released"
    return "released" if digest == prompt.sha256 else "changed"


def _listed(pin: str, prompt: Prompt, state: State, pins: Mapping[str, tuple[str, str]]) -> Listed:
    by = tuple(task for task, (pinned, _) in sorted(pins.items()) if pinned == pin)
    return Listed(pin, prompt.output_schema, prompt.owner, state, by, prompt.changelog[-1])


def _check(path: Path, pin: str | None) -> tuple[list[PromptProblem], Prompt | None]:
    """What is wrong with one file, and the prompt when it can be read. `pin` None: a draft."""
    file = f"{path.parent.name}/{path.name}"
    try:
        prompt = read_prompt(path) if pin else _read_draft(path)
    except PromptError as error:
        line = re.search(r", line (\d+)", error.message)
        return [PromptProblem(file, int(line[1]) if line else 1, error.message.rstrip("."), "Mend it")], None
    problems = list(prompt_problems(prompt, file))
    wanted = pin or f"{path.parent.name}/{prompt.version}"
    if prompt.pin != wanted:
        text = f"says it is {prompt.pin}"
        problems.append(PromptProblem(file, prompt.line_of("name"), text, "Name and version must be those of the file"))
    return problems, prompt


def _released(pin: str, prompt: Prompt, released: Mapping[str, str]) -> list[PromptProblem]:
    state, name = _state(pin, prompt, released), prompt.name
    file = f"{name}/v{prompt.version}.md"
    if state == "changed":
        advice = f"Restore it, write {name}/{DRAFT} and run: supportbot prompts release {name}"
        return [PromptProblem(file, 1, "was released and has changed since", advice)]
    if state == "not released":
        advice = f"Rename it to {name}/{DRAFT} and run: supportbot prompts release {name}"
        return [PromptProblem(file, 1, f"is not among the released ones in {RELEASED}", advice)]
    return []


def _gone(folder: Path, released: Mapping[str, str]) -> Iterator[PromptProblem]:
    for number, pin in enumerate(released, start=1):
        if not _path(folder, pin).is_file():
            yield PromptProblem(RELEASED, number, f"{pin} was released and its file is gone", "Restore the file")


def _stray(folder: Path) -> Iterator[PromptProblem]:
    for path in sorted(folder.glob("*/*")):
        if path.name != DRAFT and not _FILE.fullmatch(path.name):
            yield PromptProblem(
                f"{path.parent.name}/{path.name}", 1, "is neither a version (v3.md) nor draft.md", "Rename or remove it"
            )


def _pins(
    pins: Mapping[str, tuple[str, str]], schemas: Mapping[str, str], known: tuple[str, ...], policy: str
) -> Iterator[PromptProblem]:
    for task, (prompt, schema) in sorted(pins.items()):
        where = f"tasks.{task}.prompt of the policy"
        if prompt not in known:
            text = f"{policy} pins {prompt}, which does not exist"
            yield PromptProblem(where, 1, text, f"Known: {', '.join(known) or 'none'}. Pin one, or release the next")
        elif schemas.get(prompt, schema) != schema:
            text = f"{policy} pins {prompt} with {schema}, and it was released with {schemas[prompt]}"
            yield PromptProblem(where, 1, text, "Pin the two together")


def digest_of(text: str) -> str:
    """The hash under which a file is released."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
