"""What two real small models answered in a running demo: each reply becomes a named outcome, or a draft that is safe.

Recorded on 2026-11-23 from Qwen2.5-Coder 0.5B (as "fast") and 1.5B (as "reasoning") behind llama-cpp-python's server.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from supportbot.contract.checks.draft_checks import blocks
from supportbot.contract.types import Finding
from supportbot.db import Database
from supportbot.gateway.providers.openai_wire import read_answer
from tests.factories import ScriptedProvider, make_shop

FOLDER = Path(__file__).parents[1] / "gateway" / "recorded" / "local_models"
RECORDED = {file.stem: json.loads(file.read_text(encoding="utf-8")) for file in sorted(FOLDER.glob("*.json"))}


def test_there_are_replies_of_both_models() -> None:
    assert {name.partition("_")[0] for name in RECORDED} >= {"05b", "15b"}


@pytest.mark.parametrize("name", RECORDED)
def test_each_real_reply_becomes_a_named_outcome_or_a_draft_whose_faults_are_seen(
    name: str, sqlite_database_url: str
) -> None:
    said: dict[str, Any] = RECORDED[name]
    answer = read_answer(said["status"], {}, json.dumps(said["body"]).encode())
    wanted = said["wanted"]
    assert answer.outcome == wanted["outcome"]
    if answer.outcome != "ok":
        return
    database = Database(sqlite_database_url)
    shop = make_shop(database, provider=ScriptedProvider([answer]))
    customer = shop.jonas_id if said["task"] == "dispute_reply" else shop.mira_id

    draft = shop.drafted(customer, said["question"])

    failed = [Finding(**check) for check in draft.checks if not check["passed"]]
    assert (draft.task, draft.state) == (said["task"], wanted["state"])
    assert [finding.rule for finding in blocks(failed)] == wanted["blocked"]
    assert draft.outcome != "refund_approved"
    database.dispose()
