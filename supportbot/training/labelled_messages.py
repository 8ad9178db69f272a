"""Reads labelled messages from JSON lines, for training and for measuring."""

import hashlib
from collections.abc import Iterable, Iterator
from importlib import resources
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from supportbot.channels.message_text import LONGEST_TEXT_BYTES
from supportbot.errors import InvalidInput
from supportbot.routing.types import Risk, Topic
from supportbot.triage.types import LabelledText
from supportbot.triage.weights import InputFile

EXAMPLES_FILE = "examples.jsonl"


class Row(BaseModel):
    """One line: the text, its topic (`task`) and risk, and where it is from. `id`, `label` and `official_test` are the
    source's own and change nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    text: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT_BYTES)]
    task: Topic
    risk: Risk
    source: Annotated[str, Field(min_length=1, max_length=60)] = "own"
    core: bool = True
    licence: Annotated[str, Field(max_length=60)] = ""
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"
    weight: float = Field(default=1.0, gt=0, le=100)
    id: str | int | None = None
    label: str | None = None
    official_test: bool | None = None


def read_labelled(path: Path, *, licence: str = "") -> tuple[list[LabelledText], InputFile]:
    """The rows of a file, and its name and sum for a model card.

    Args:
        licence: of rows that state none.

    Raises:
        InvalidInput: the file cannot be read, holds nothing, or a line is wrong; names the line.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}.") from error
    rows = [_labelled(row, licence) for row in _rows(data.splitlines(), path)]
    if not rows:
        raise InvalidInput(f"{path} has no rows. Give one JSON object a line, with text, task and risk.")
    return rows, InputFile(name=path.name, sha256=hashlib.sha256(data).hexdigest(), rows=len(rows))


def shipped_examples() -> list[LabelledText]:
    """The invented messages that come with supportbot; its weights are trained on them too."""
    lines = resources.files("supportbot.training").joinpath(EXAMPLES_FILE).read_bytes().splitlines()
    return [_labelled(row, "") for row in _rows(lines, Path(EXAMPLES_FILE))]


def _rows(lines: Iterable[bytes], path: Path) -> Iterator[Row]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                yield Row.model_validate_json(line)
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                place = ".".join(str(part) for part in first["loc"]) or "the line"
                raise InvalidInput(f"{path}, line {number}: {place}: {first['msg']}.") from error


def _labelled(row: Row, licence: str) -> LabelledText:
    return LabelledText(
        text=row.text,
        topic=row.task,
        risk=row.risk,
        source=row.source,
        core=row.core,
        licence=row.licence or licence,
        language=row.language,
        weight=row.weight,
    )
