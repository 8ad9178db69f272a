"""`supportbot prompts`: what models are told, and what they are not shown."""

from dataclasses import asdict
from pathlib import Path

import click

from supportbot.cli.parts import answer, as_json
from supportbot.errors import InvalidInput
from supportbot.prompting.recall import KindCount, Recall, measure

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def prompts() -> None:
    """Prompts: versioned, released for good, and free of personal data when they leave."""


@prompts.command()
@click.argument("file", type=FILE)
@click.option(
    "--language", default="en", show_default=True, help="Whose telephone numbers stand without a country code."
)
@as_json
def placeholders(file: Path, language: str, as_json: bool) -> None:
    """Count the personal data in FILE that would become placeholders.

    FILE holds JSON lines of text and tags, one tag for each word: card_number, iban, email_address, phone_number, or
    anything else.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{file} is not UTF-8. Save it as UTF-8.") from error
    found = measure(lines, locale=language)
    answer(asdict(found), as_json, _words(found))


def _words(found: Recall) -> str:
    lines = [f"{found.rows} texts", *(_line(kind) for kind in found.kinds if kind.marked)]
    others = f"{len(found.others)} placeholders where no value of these kinds is marked"
    return "\n".join([*lines, others + (": " + ", ".join(found.others[:10]) if found.others else "")])


def _line(kind: KindCount) -> str:
    whole = f"{kind.whole_found} of {kind.whole} whole values" + _share(kind.whole_found, kind.whole)
    return f"{kind.kind:6} {whole}; {kind.found} of {kind.marked} with parts of one{_share(kind.found, kind.marked)}"


def _share(part: int, whole: int) -> str:
    return f" ({100 * part / whole:.0f} %)" if whole else ""
