"""Tests of `supportbot triage classify`: JSON lines in, JSON lines out, with or without a database."""

import hashlib
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from supportbot.cli import main
from supportbot.db import Database
from supportbot.governance.actions import ensure_first_policy
from supportbot.routing.policy import read_policy, shipped_document
from supportbot.triage.weights import read_weights

INVOICE = {"id": "a", "text": "Where is my invoice?"}
TWICE = {"id": 2, "text": "I was billed twice in March and I cancelled before the renewal."}
MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August"]
MONTHS += ["September", "October", "November", "December"]
RULES = """
triage:
  rules:
    - {name: invoices, says: Speaks of an invoice, hold: risk, phrases: {en: [invoice]}}
  topics: {billing: [invoice]}
"""


def classify(lines: bytes, *, data_dir: Path, database_url: str = "") -> Result:
    env = {"SUPPORTBOT_DATA_DIR": str(data_dir), "SUPPORTBOT_DATABASE_URL": database_url, "SUPPORTBOT_SECRET_KEY": ""}
    return CliRunner().invoke(main, ["triage", "classify"], input=lines, env=env)


def lines(*rows: object) -> bytes:
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def test_each_line_is_answered_in_order_with_the_named_fields(tmp_path: Path) -> None:
    result = classify(lines(INVOICE, TWICE), data_dir=tmp_path)

    first, second = (json.loads(line) for line in result.stdout.splitlines())
    assert result.exit_code == 0
    assert list(first) == ["id", "topic", "risk", "lane", "hold", "reasons", "ms"]
    assert (first["id"], first["topic"], first["risk"], first["lane"], first["hold"]) == (
        "a",
        "billing",
        "low",
        "fast",
        False,
    )
    assert (second["id"], second["risk"], second["lane"], second["hold"]) == (2, "high", "reasoning", True)
    assert {reason["layer"] for reason in second["reasons"]} == {"rule", "model"}
    assert second["ms"] > 0


def test_without_a_database_the_shipped_policy_is_named_on_stderr(tmp_path: Path) -> None:
    result = classify(lines(INVOICE), data_dir=tmp_path)

    assert result.stderr == "By the shipped policy: there is no database.\n"
    assert list(tmp_path.iterdir()) == []


def test_the_active_policy_of_the_database_decides(tmp_path: Path, database: Database) -> None:
    document = shipped_document().partition("\ntriage:\n")[0] + RULES
    with database.transaction() as db:
        at = datetime(2026, 11, 11, tzinfo=UTC)
        ensure_first_policy(
            db, document=read_policy(document), author="a@example.test", approver="owner@example.test", at=at
        )

    url = database.url.render_as_string(hide_password=False)
    result = classify(lines(INVOICE), data_dir=tmp_path, database_url=url)

    answer = json.loads(result.stdout)
    assert (answer["hold"], answer["reasons"][0]["code"]) == (True, "invoices")
    assert result.stderr == ""


def test_a_database_without_a_policy_or_without_tables_gives_the_shipped_one(
    tmp_path: Path, sqlite_database_url: str
) -> None:
    (tmp_path / "empty.db").touch()

    without_policy = classify(lines(INVOICE), data_dir=tmp_path, database_url=sqlite_database_url)
    without_tables = classify(lines(INVOICE), data_dir=tmp_path, database_url=f"sqlite:///{tmp_path}/empty.db")

    assert (without_policy.exit_code, without_tables.exit_code) == (0, 0)
    assert "no policy is approved yet" in without_policy.stderr
    assert "the database cannot be read" in without_tables.stderr


@pytest.mark.parametrize(
    "bad",
    [b"where is my invoice", b"[1]", b'{"id": 1}', b'{"id": 1, "text": 5}', b"\xff\xfe", b"[" * 100_000, b"NaN"],
)
def test_a_bad_line_ends_the_run_after_the_good_ones_and_is_named(bad: bytes, tmp_path: Path) -> None:
    result = classify(lines(INVOICE) + bad + b"\n" + lines(TWICE), data_dir=tmp_path)

    assert result.exit_code == 1
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == ["a"]
    assert "Line 2 " in result.stderr


def test_empty_lines_are_passed_over_and_a_lone_surrogate_is_answered(tmp_path: Path) -> None:
    result = classify(b'\n  \n{"id": "\\ud800", "text": "hello \\ud83d"}\n', data_dir=tmp_path)

    assert result.exit_code == 0
    assert json.loads(result.stdout)["id"] == "\ud800"


def test_each_line_is_answered_as_it_comes(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "supportbot.cli", "triage", "classify"]
    env = {**os.environ, "SUPPORTBOT_DATA_DIR": str(tmp_path), "SUPPORTBOT_DATABASE_URL": ""}
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=env) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(lines(INVOICE))
        process.stdin.flush()
        first = json.loads(process.stdout.readline())
        process.stdin.write(lines(TWICE))
        process.stdin.close()
        second = json.loads(process.stdout.readline())

    assert (first["id"], second["id"]) == ("a", 2)


def test_the_command_starts_without_the_heavy_libraries() -> None:
    program = "import sys, supportbot.cli.triage; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()

    assert "supportbot.triage.rules" in loaded
    assert {"dbos", "scipy", "flask", "sqlalchemy", "httpx"} & set(loaded) == set()


def test_training_writes_weights_with_a_card_that_classify_could_use(tmp_path: Path) -> None:
    disputes = [{"text": f"I was charged twice in {month}", "task": "billing", "risk": "high"} for month in MONTHS]
    questions = [{"text": f"Where is my box of {month}?", "task": "order_shipping", "risk": "low"} for month in MONTHS]
    file = tmp_path / "rows.jsonl"
    file.write_bytes(lines(*disputes, *questions))

    options = ["--out", str(tmp_path / "out.json"), "--licence", "MIT", "--date", "2026-11-23"]
    env = {"SUPPORTBOT_DATA_DIR": str(tmp_path), "SUPPORTBOT_DATABASE_URL": ""}
    result = CliRunner().invoke(main, ["triage", "train", str(file), *options], env=env)

    card = read_weights((tmp_path / "out.json").read_text()).card
    assert result.exit_code == 0, result.output
    assert [(one.name, one.rows) for one in card.inputs] == [("rows.jsonl", 24)]
    assert card.inputs[0].sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
    assert [(one.source, one.licence, one.high, one.low) for one in card.sources] == [("own", "MIT", 12, 12)]
    assert "own: 12 of 12 high" in result.stdout


def test_training_names_the_line_that_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_bytes(
        lines({"text": "a", "task": "billing", "risk": "high"}, {"text": "b", "task": "bills", "risk": "low"})
    )

    result = CliRunner().invoke(main, ["triage", "train", str(file), "--out", str(tmp_path / "out.json")])

    assert result.exit_code == 1
    assert "rows.jsonl, line 2: task: " in result.stderr
    assert not (tmp_path / "out.json").exists()
