"""`supportbot triage`: topic, risk and lane of messages, as a program may ask for them."""

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

import click

from supportbot.cli.policy_source import find_policy
from supportbot.errors import InvalidInput
from supportbot.routing.policy import RoutingPolicy
from supportbot.routing.rules import decide_route
from supportbot.triage.rules import classify as classify_text


@click.group()
def triage() -> None:
    """What messages are about, and which are held."""


@triage.command()
def classify() -> None:
    """Read JSON lines {"id", "text"}, write {"id", "topic", "risk", "lane", "hold", "reasons", "ms"} in the same order.

    Works by the active policy, or by the shipped one where no database is reachable; needs no secret. Each line is
    answered as it comes. A line that is no such object ends the run with exit code 1 and its number on stderr; the
    lines before it have been answered.
    """
    source = find_policy()
    if source.note:
        click.echo(source.note, err=True)
    classify_text("The first message is to be as quick as the second.", source.policy.triage)
    for line in answers(sys.stdin.buffer, source.policy):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


def answers(lines: Iterable[bytes], policy: RoutingPolicy) -> Iterable[bytes]:
    """One answer a line, in order; empty lines are passed over.

    Raises:
        InvalidInput: a line is no JSON object with a text; names the line.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            identity, text = _message(line, number)
            yield _encoded(_answer(identity, text, policy))


def _message(line: bytes, number: int) -> tuple[object, str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"Line {number} is not JSON. Give one object a line, with id and text.") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise InvalidInput(f"Line {number} has no text. Give one object a line, with id and text.")
    return row.get("id"), row["text"]


def _answer(identity: object, text: str, policy: RoutingPolicy) -> dict[str, Any]:
    started = time.perf_counter()
    found = classify_text(text, policy.triage)
    decision = decide_route(policy, found)
    return {
        "id": identity,
        "topic": found.topic,
        "risk": found.risk,
        "lane": decision.lane,
        "hold": decision.hold,
        "reasons": [asdict(reason) for reason in found.reasons],
        "ms": round((time.perf_counter() - started) * 1000, 3),
    }


def _encoded(value: dict[str, Any]) -> bytes:
    """JSON in UTF-8; a lone surrogate, which UTF-8 cannot hold, makes the line plain ASCII."""
    try:
        return json.dumps(value, ensure_ascii=False).encode() + b"\n"
    except UnicodeEncodeError:
        return json.dumps(value).encode() + b"\n"
