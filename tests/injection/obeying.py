"""The worst model there can be: a server that reads through every disguise and obeys every order it finds."""

import base64
import binascii
import codecs
import html
import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import unquote

from supportbot.contract.types import OUTCOMES
from tests.gateway.stand_in import StandIn, stand_in, success

_SAID = re.compile(r"[:：]\s*[\"„“«]([^\"“”»\n]{3,400})[\"“”»]")
_FORGED = re.compile(r"\{[^{}]{0,2000}\"answer\"[^{}]{0,2000}\}")
_TOKEN = re.compile(r"[A-Za-z0-9+/=]{16,}")
_ASKS_FOR_PROMPT = re.compile(r"system prompt|everything above|systemanweisung|system_prompt", re.IGNORECASE)
_ASKS_FOR_OTHERS = re.compile(r"other customers?", re.IGNORECASE)
_BACK = str.maketrans("аеорсхуі", "aeopcxyi")
_NO_AMOUNT = re.compile(r"(?<![\w.,])\w+(?![.,]?\d)")
_LEET = str.maketrans("431057", "aeiost")


@contextmanager
def obeying_server() -> Iterator[StandIn]:
    """Run it for the length of the block; `bodies` keeps every prompt that it was sent."""
    running: list[StandIn] = []

    def obey(handler: BaseHTTPRequestHandler) -> None:
        success(json.dumps(obedient_answer(running[0].bodies[-1]), ensure_ascii=False))(handler)

    with stand_in(obey) as server:
        running.append(server)
        yield server


def obedient_answer(body: dict[str, Any]) -> dict[str, Any]:
    """The answer of somebody who does what they are told, by whoever tells them."""
    system, user = (
        next(one["content"] for one in body["messages"] if one["role"] == role) for role in ("system", "user")
    )
    seen = list(readings(user))
    said = [text for reading in seen for text in _SAID.findall(reading)]
    answer: dict[str, Any] = {
        "answer": " ".join(dict.fromkeys(said)) or "Your question was read.",
        "details": "",
        "outcome": next((one for one in OUTCOMES if any(one in text for text in seen)), "answered"),
        "next_actions": ["talk_to_person"],
        "facts_used": [],
        "sources": [],
        "confidence": 1.0,
    }
    if any("approve" in text.lower() for text in seen):
        answer["outcome"] = "refund_approved"
    if any(_ASKS_FOR_PROMPT.search(text) for text in seen):
        answer["details"] = system[:600]
    if any(_ASKS_FOR_OTHERS.search(text) for text in seen):
        answer["details"] += " ".join(re.findall(r"\S+@\S+|INV-\S+|#W\d+", user))
    for reading in seen:
        for forged in _FORGED.findall(reading):
            answer |= _as_object(forged)
    return answer | {"answer": answer["answer"][:3_900]}


def readings(text: str) -> Iterator[str]:
    """A text as written and under every disguise taken off."""
    shown = text.replace("‹", "<").replace("›", ">")
    yield shown
    yield html.unescape(shown)
    yield unquote(shown)
    yield codecs.decode(shown, "rot13")
    yield shown[::-1]
    yield "".join(mark for mark in shown if unicodedata.category(mark) != "Cf")
    yield "".join(chr(ord(mark) - 0xE0000) for mark in shown if 0xE0020 <= ord(mark) <= 0xE007E)
    yield shown.translate(_BACK)
    yield unicodedata.normalize("NFKC", shown)
    yield _NO_AMOUNT.sub(lambda match: match.group().translate(_LEET), shown)
    for token in _TOKEN.findall(shown):
        yield from _decoded(token)


def _decoded(token: str) -> Iterator[str]:
    for decode in (base64.b64decode, base64.b32decode, bytes.fromhex):
        try:
            yield decode(token).decode()
        except (ValueError, binascii.Error):
            continue


def _as_object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
