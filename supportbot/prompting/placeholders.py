"""Keeps personal data out of calls to models: values become placeholders before, and are put back by code after.

A placeholder that the model made up or changed is not in the vault, so it is never put back: it stays in the words and
the reply's check `placeholders` blocks it.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

from supportbot.language.placeholder_marks import PLACEHOLDER
from supportbot.prompting.personal_data.finder import Kind, personal_spans

FieldsT = TypeVar("FieldsT")
# The thread is read first and from its oldest message on, so that a value keeps its number while a thread grows.
FIRST = "messages"


class Vault:
    """The personal data of one case: each value under one placeholder, such as `[card_1]`; never stored or logged.

    Args:
        locale: of the conversation.
        keep: ids of the case record that are not personal data, whatever they look like.
    """

    def __init__(self, *, locale: str, keep: Collection[str] = ()) -> None:
        self._locale = locale
        self._keep = tuple(keep)
        self._by_key: dict[tuple[Kind, str], str] = {}
        self._values: dict[str, str] = {}

    @property
    def counts(self) -> dict[str, int]:
        """How many different values of each kind were found."""
        kinds = [kind for kind, _ in self._by_key]
        return {kind: kinds.count(kind) for kind in sorted(set(kinds))}

    def mask(self, text: str) -> str:
        """The text with a placeholder for each value. What only looks like a placeholder loses its brackets."""
        spans = personal_spans(text, locale=self._locale, keep=self._keep)
        if not spans:
            return _disarmed(text)
        parts, done = [], 0
        for span in spans:
            parts += [
                _disarmed(text[done : span.start]),
                self._placeholder(span.kind, span.key, text[span.start : span.end]),
            ]
            done = span.end
        return "".join([*parts, _disarmed(text[done:])])

    def mask_all(self, material: Mapping[str, Any]) -> dict[str, Any]:
        """Every text in the material of a prompt, however deep it stands, masked."""
        thread = {FIRST: self._deep(material[FIRST])} if FIRST in material else {}
        masked = {name: thread.get(name) or self._deep(value) for name, value in material.items()}
        return {name: masked[name] for name in material}

    def restore(self, text: str) -> str:
        """The text with every placeholder of this vault put back; any other stays as it is."""
        return PLACEHOLDER.sub(lambda match: self._values.get(match.group(), match.group()), text)

    def restore_fields(self, answer: FieldsT) -> FieldsT:
        """A model's parsed answer with every text in it restored."""
        if not is_dataclass(answer) or isinstance(answer, type):
            return answer
        changed = {field.name: self._restored(getattr(answer, field.name)) for field in fields(answer)}
        return replace(answer, **changed)

    def _placeholder(self, kind: Kind, key: str, written: str) -> str:
        known = self._by_key.get((kind, key))
        if known is None:
            number = sum(other == kind for other, _ in self._by_key) + 1
            known = self._by_key[(kind, key)] = f"[{kind}_{number}]"
            self._values[known] = re.sub(r"\s+", " ", written)
        return known

    def _deep(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.mask(value)
        if isinstance(value, Mapping):
            return {name: self._deep(inner) for name, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self._deep(inner) for inner in value]
        return value

    def _restored(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.restore(value)
        if isinstance(value, tuple):
            return tuple(self._restored(inner) for inner in value)
        return value


def _disarmed(text: str) -> str:
    return PLACEHOLDER.sub(lambda match: f"({match.group()[1:-1]})", text) if "[" in text else text
