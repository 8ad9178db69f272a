"""Writes the name of triage weights into a policy's text, and leaves every other word of it as it was. Pure."""

import re

from supportbot.errors import PolicyError
from supportbot.routing.policy import parse_policy, shipped_document

_BLOCK = re.compile(r"^triage:[ \t]*(?:#.*)?\n", re.MULTILINE)
_LINE = re.compile(r"^(?P<indent>[ ]+)weights:.*\n", re.MULTILINE)
_NEXT = re.compile(r"^[^\s#]", re.MULTILINE)


def with_weights(document: str, name: str) -> str:
    """The document with `triage.weights` set to `name`.

    A policy that takes over the shipped triage rules gets them written out.

    Raises:
        PolicyError: the text is written in a way that this cannot change safely.
    """
    before = parse_policy(document)
    changed = _set(document if _BLOCK.search(document) else f"{document.rstrip()}\n\n{_shipped_block()}", name)
    after = parse_policy(changed)
    wanted = before.model_copy(update={"triage": before.triage.model_copy(update={"weights": name})})
    if after.model_dump() != wanted.model_dump():
        raise PolicyError(
            f"The policy's text is written in a way that cannot be changed safely. Write `weights: {name}` below "
            "`triage:` yourself: supportbot policy propose FILE"
        )
    return changed


def _set(document: str, name: str) -> str:
    found = _BLOCK.search(document)
    assert found is not None
    after = _NEXT.search(document, found.end())
    end = after.start() if after else len(document)
    block = document[found.end() : end]
    line = _LINE.search(block)
    if line:
        block = f"{block[: line.start()]}{line['indent']}weights: {name}\n{block[line.end() :]}"
    else:
        block = f"  weights: {name}\n{block}"
    return document[: found.end()] + block + document[end:]


def _shipped_block() -> str:
    shipped = shipped_document()
    found = _BLOCK.search(shipped)
    assert found is not None
    after = _NEXT.search(shipped, found.end())
    return shipped[found.start() : after.start() if after else len(shipped)].rstrip() + "\n"
