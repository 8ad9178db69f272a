"""Reads the story's files: Markdown with front matter, YAML and CSV, each checked against its shape."""

import csv
import io
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from supportbot.errors import InvalidInput
from supportbot.seed.types import Passage

Shape = TypeVar("Shape")
CONTENT = files("supportbot.seed") / "content"


class Script(BaseModel):
    """The base of every shape that a content file must have; an unknown key is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def read_yaml(path: str, shape: type[Shape]) -> Shape:
    """One YAML file under `content/`, checked against `shape`."""
    return _checked(path, _yaml(_text(CONTENT.joinpath(path))), shape)


def read_csv(path: str, shape: type[Shape]) -> tuple[Shape, ...]:
    """The rows of one CSV file under `content/`, each checked against `shape`."""
    rows = csv.DictReader(io.StringIO(_text(CONTENT.joinpath(path))))
    return tuple(_checked(path, row, shape) for row in rows)


def read_markdown(folder: str, shape: type[Shape]) -> Iterator[tuple[Shape, tuple[Passage, ...], str]]:
    """Front matter, passages and whole text of each Markdown file in a folder, ordered by name."""
    for path in sorted(CONTENT.joinpath(folder).iterdir(), key=lambda entry: entry.name):
        source = _text(path)
        _, head, body = source.split("---\n", 2)
        yield _checked(path.name, _yaml(head), shape), passages(body), source


def passages(body: str) -> tuple[Passage, ...]:
    """The `##` sections of a body. A heading such as "4.2 Charged twice" brings its own number."""
    found = []
    for count, section in enumerate(body.strip().removeprefix("## ").split("\n## "), start=1):
        heading, _, text = section.partition("\n")
        number, _, title = heading.partition(" ")
        if not number[:1].isdigit():
            number, title = str(count), heading
        found.append(Passage(number=number, heading=title.strip(), text=" ".join(text.split())))
    return tuple(found)


def _yaml(text: str) -> object:
    """What the text holds; the safe loader in its fast form where it is built."""
    return yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe


def _text(path: Traversable) -> str:
    return path.read_text(encoding="utf-8")


def _checked(path: str, value: object, shape: type[Shape]) -> Shape:
    try:
        return TypeAdapter(shape).validate_python(value)
    except ValidationError as error:
        raise InvalidInput(f"The story's file {path} is not as it should be: {error}") from error
