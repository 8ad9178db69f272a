"""Reads YAML that a person wrote: 256 KB at most, no aliases, no repeated keys, no surprising types."""

import re
from collections.abc import Hashable
from typing import Any

import yaml

from supportbot.errors import PolicyError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 12


def load_yaml(text: str) -> object:
    """Give the document as plain dicts, lists, strings, numbers, booleans and None.

    `on`, `off`, `yes`, `no` and `12:00` stay words; only `true` and `false` are booleans.

    Raises:
        PolicyError: too large, not YAML, or YAML that hides what it says; with line and column where known.
    """
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise PolicyError(f"The document has {size:,} bytes; at most {MAX_BYTES:,} are read. Shorten it.")
    try:
        return yaml.load(text, Loader=_PlainLoader)  # noqa: S506 - a SafeLoader with less in it
    except yaml.MarkedYAMLError as error:
        raise PolicyError(f"The document is not plain YAML{_place(error.problem_mark)}: {error.problem}.") from error
    except (yaml.YAMLError, ValueError) as error:
        raise PolicyError(f"The document is not plain YAML: {error}.") from error


_PLAIN_TYPES = (
    ("null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""]),
    ("bool", re.compile(r"^(?:true|false)$"), ["t", "f"]),
    ("int", re.compile(r"^[-+]?(?:0|[1-9][0-9]{0,17})$"), list("-+0123456789")),
    ("float", re.compile(r"^[-+]?[0-9]{1,15}\.[0-9]{1,15}$"), list("-+0123456789")),
)


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    table: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
    for name, pattern, first_letters in _PLAIN_TYPES:
        for letter in first_letters:
            table.setdefault(letter, []).append((f"tag:yaml.org,2002:{name}", pattern))
    return table


class _PlainLoader(yaml.SafeLoader):
    """Safe YAML without aliases, merge keys, repeated keys, and the YAML 1.1 readings of `on` and `12:00`."""

    yaml_implicit_resolvers = _resolvers()
    depth = 0

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.composer.ComposerError(
                None, None, "aliases (*name) are not read; write the value out", self._mark()
            )
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise yaml.composer.ComposerError(None, None, f"nested more than {MAX_DEPTH} levels deep", self._mark())
        node = super().compose_node(parent, index)
        self.depth -= 1
        return node

    def _mark(self) -> Any:
        event: yaml.Event = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it open
        return event.start_mark

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key_node, _ in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(None, None, "a name must be a word", key_node.start_mark)
            if key_node.value in seen:
                problem = f"{key_node.value!r} is given twice; keep one"
                raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
            seen.add(key_node.value)
        return {key.value: self.construct_object(value, deep=True) for key, value in node.value}


def _place(mark: yaml.Mark | None) -> str:
    return f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
