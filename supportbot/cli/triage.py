"""`supportbot triage`: topic, risk and lane of messages, as a program may ask for them."""

import json
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from supportbot.cli.policy_source import find_policy
from supportbot.clock import system_clock
from supportbot.errors import InvalidInput
from supportbot.routing.policy import RoutingPolicy
from supportbot.routing.rules import decide_route
from supportbot.triage.rules import classify as classify_text
from supportbot.triage.weights import Weights

AS_JSON = click.option("--json", "as_json", is_flag=True, help="Answer in JSON.")
BY = click.option("--by", required=True, help="E-mail of the owner of the policy in force.")


@click.group()
def triage() -> None:
    """What messages are about, and which are held."""


@triage.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The weights file to write."
)
@click.option("--licence", default="", help="Licence of rows that state none, for the model card.")
@click.option("--date", "made_on", type=click.DateTime(["%Y-%m-%d"]), help="The card's date; today when left out.")
def train(files: tuple[Path, ...], out: Path, licence: str, made_on: datetime | None) -> None:
    """Train the linear model on FILES of labelled messages and write its weights, with a model card inside.

    FILES are JSON lines {"text", "task", "risk", "source", ...} (supportbot/training/labelled_messages.py). Needs
    scikit-learn: pip install 'supportbot[train]'. The same files, policy and date give the same bytes.
    """
    from supportbot.training.labelled_messages import read_labelled
    from supportbot.training.trainer import train as train_weights
    from supportbot.triage.weights import weights_text

    read = [read_labelled(file, licence=licence) for file in files]
    rows = [row for found, _ in read for row in found]
    source = find_policy()
    day = (made_on or system_clock()).date()
    weights = train_weights(rows, source.policy.triage, made_on=day, inputs=[file for _, file in read])
    out.write_text(weights_text(weights), encoding="utf-8")
    limits = weights.thresholds
    click.echo(f"Wrote {out}: {len(weights.words):,} words, {len(weights.pieces):,} pieces, {len(rows):,} rows.")
    click.echo(f"Holds from {limits.hold:.2f}, as high risk from {limits.high:.2f}. Out of fold, by the model alone:")
    for card in weights.card.sources:
        click.echo(
            f"  {card.source}: {card.high_above_hold} of {card.high} high and {card.low_above_hold} of {card.low} low"
        )


@triage.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@click.option("--folds", default=3, show_default=True, type=click.IntRange(2, 10))
@click.option("--quick", is_flag=True, help="Leave out what trains without a source.")
@click.option("--bars", is_flag=True, help="End with exit code 1 when a figure falls below what a release must keep.")
def evaluate(file: Path, as_json: bool, folds: int, quick: bool, bars: bool) -> None:
    """Measure triage on FILE of labelled messages, source by source; every message by weights that have not seen it.

    Each source counts by itself: how many of high and of low risk were held, with 95 % intervals. Then each of three
    sources is left out of training, as a new company would be, and 200 of its labels are added. Needs scikit-learn.
    """
    from supportbot.cli.triage_report import broken_bars, report_json, report_lines
    from supportbot.training.evaluation import evaluate as measure
    from supportbot.training.labelled_messages import read_labelled

    rows, _ = read_labelled(file)
    report = measure(rows, find_policy().policy.triage, folds=folds, is_whole=not quick)
    if as_json:
        click.echo(json.dumps(report_json(report), indent=1))
    else:
        for line in report_lines(report):
            click.echo(line)
    broken = list(broken_bars(report)) if bars else []
    for line in broken:
        click.echo(line, err=True)
    if broken:
        sys.exit(1)


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
    classify_text("The first message is to be as quick as the second.", source.policy.triage, weights=source.weights)
    for line in answers(sys.stdin.buffer, source.policy, source.weights):
        sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()


@triage.command()
@AS_JSON
def labels(as_json: bool) -> None:
    """Count what people said of messages, beside what triage had said."""
    from supportbot.cli.triage_training import show_labels

    show_labels(as_json)


@triage.command()
@AS_JSON
def candidates(as_json: bool) -> None:
    """List the trained weights, newest first, each beside those that were in use."""
    from supportbot.cli.triage_training import show_candidates

    show_candidates(as_json)


@triage.command()
@click.argument("number", type=click.IntRange(min=1))
@BY
def activate(number: int, by: str) -> None:
    """Put the trained weights NUMBER in force by a new policy version; its rollback brings the old ones back."""
    from supportbot.cli.triage_training import activate as activate_weights

    activate_weights(number, by)


@triage.command()
@click.argument("number", type=click.IntRange(min=1))
@BY
def decline(number: int, by: str) -> None:
    """Decline the trained weights NUMBER for good; the labels stay for the next ones."""
    from supportbot.cli.triage_training import decline as decline_weights

    decline_weights(number, by)


def answers(lines: Iterable[bytes], policy: RoutingPolicy, weights: Weights | None = None) -> Iterable[bytes]:
    """One answer a line, in order; empty lines are passed over. Without weights, by the shipped ones.

    Raises:
        InvalidInput: a line is no JSON object with a text; names the line.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            identity, text = _message(line, number)
            yield _encoded(_answer(identity, text, policy, weights))


def _message(line: bytes, number: int) -> tuple[object, str]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"Line {number} is not JSON. Give one object a line, with id and text.") from error
    if not isinstance(row, dict) or not isinstance(row.get("text"), str):
        raise InvalidInput(f"Line {number} has no text. Give one object a line, with id and text.")
    return row.get("id"), row["text"]


def _answer(identity: object, text: str, policy: RoutingPolicy, weights: Weights | None) -> dict[str, Any]:
    started = time.perf_counter()
    found = classify_text(text, policy.triage, weights=weights)
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
