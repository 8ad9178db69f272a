"""The languages of supportbot: one line here, and one folder each with everything that the language needs.

A folder holds `labels.toml`, `policy.yaml`, and lists in text files: a name in brackets, then its lines. In a line,
`{a|b}` stands for either; a `#` at its start makes it a comment.
"""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from itertools import product

LANGUAGES = ("en", "de", "fr", "es", "pt", "it", "nl", "pl", "tr", "ar")
"""Every language, by the name of its folder. English first: it stands in where another one has nothing."""
_CHOICE = re.compile(r"\{([^{}|]*(?:\|[^{}|]*)+)\}")


def folder(language: str) -> Traversable:
    """The folder of a language."""
    return files("supportbot.language") / language


def language_of(locale: str) -> str:
    """The language of a locale: "de" for "de-AT" and "de_AT"."""
    return locale.replace("_", "-").partition("-")[0].lower()


def lines(language: str, section: str) -> tuple[str, ...]:
    """The lines of one list of a language; none where it has no such list."""
    return _sections(language).get(section, ())


def words(language: str, section: str) -> tuple[str, ...]:
    """The words of one list of a language."""
    return tuple(word for line in lines(language, section) for word in line.split())


def pairs(language: str, section: str) -> Mapping[str, str]:
    """What stands before and after the colon in each line of one list."""
    found = (line.partition(": ") for line in lines(language, section))
    return {name: value for name, _, value in found}


def every_line(section: str) -> tuple[str, ...]:
    """The lines of one list in all languages."""
    return tuple(line for language in LANGUAGES for line in lines(language, section))


def every_word(section: str) -> frozenset[str]:
    """The words of one list in all languages."""
    return frozenset(word for language in LANGUAGES for word in words(language, section))


def either(section: str) -> str:
    """The lines of one list in all languages, each a pattern, as one pattern for any of them."""
    return "|".join(every_line(section))


@lru_cache(maxsize=16)
def policy_lines(language: str) -> Mapping[str, tuple[str, ...]]:
    """What the shipped policy says in a language: the place in it, and the lines that go there."""
    file, place = folder(language) / "policy.yaml", ""
    found: dict[str, tuple[str, ...]] = {}
    for line in file.read_text(encoding="utf-8").splitlines() if file.is_file() else ():
        if line.startswith(" "):
            found[place] = (*found[place], line)
        elif not line.startswith("#"):
            place, _, rest = line.partition(":")
            found[place] = (rest,)
    return found


@cache
def _sections(language: str) -> Mapping[str, tuple[str, ...]]:
    """Every list of a language by its name; none of one that supportbot does not speak."""
    if language not in LANGUAGES:
        return {}
    found: dict[str, list[str]] = {}
    section: list[str] = []
    for file in sorted(folder(language).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".txt"):
            continue
        for line in file.read_text(encoding="utf-8").splitlines():
            if line.startswith("[") and line.endswith("]"):
                section = found.setdefault(line.strip("[]"), [])
            elif line and not line.startswith("#"):
                section.extend(_spelled_out(line))
    return {name: tuple(these) for name, these in found.items()}


def _spelled_out(line: str) -> list[str]:
    """Every line that one with choices stands for."""
    parts = _CHOICE.split(line)
    choices = [part.split("|") if at % 2 else [part] for at, part in enumerate(parts)]
    return ["".join(chosen) for chosen in product(*choices)]
