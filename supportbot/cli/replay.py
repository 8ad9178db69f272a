"""`supportbot replay`: post a file of messages as customers, through the widget's own HTTP surface."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import click
import httpx

from supportbot.cli.common import answer, as_json
from supportbot.errors import InvalidInput, Unavailable

DONE = frozenset({"ready", "held", "failed"})
RATE = click.FloatRange(min=0, min_open=True, max=1000)
WAIT = click.FloatRange(min=0)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--url", default="http://127.0.0.1:8000", show_default=True, help="Where supportbot runs.")
@click.option("--site-key", default=None, help="The shop; by default the demo's, from demo.json in the data folder.")
@click.option("--token", default=None, help="An agent's API token; by default the demo's agent.")
@click.option("--limit", type=click.IntRange(min=0), default=0, help="At most this many messages; 0 means all.")
@click.option("--rate", type=RATE, default=8.0, show_default=True, help="Messages a second.")
@click.option("--wait", "wait_s", type=WAIT, default=120.0, show_default=True, help="Seconds for the last drafts.")
@as_json
def replay(**options: Any) -> None:
    """Post every message of FILE (JSON lines with "text"; "risk" if known) as a customer of its own.

    Then wait for the drafts, and count them by topic, risk and state. Where the file says a message is high risk and
    triage did not, that is counted too; and each held one is tried for approval as an agent, which must be refused.
    """
    from supportbot.settings import load_settings, read_demo_file

    known = read_demo_file(load_settings(need_secret=False).demo_file)
    site_key = options["site_key"] or known.get("site_key")
    agents = [user["api_token"] for user in known.get("users", []) if user["role"] == "agent"]
    token = options["token"] or (agents[0] if agents else None)
    if not site_key or not token:
        raise InvalidInput("Give --site-key and --token, or set SUPPORTBOT_DATA_DIR to a demo's data folder.")
    rows = list(_rows(options["file"], options["limit"]))
    with httpx.Client(base_url=options["url"], timeout=30) as client:
        started = time.monotonic()
        posted = _post_all(client, rows, site_key, options["rate"])
        sent_s = time.monotonic() - started
        details = _wait_for_drafts(client, posted, token, options["wait_s"])
        took_s = time.monotonic() - started
        report = _count(client, rows, posted, details, token)
    report["seconds_to_post"], report["seconds_to_last_draft"] = round(sent_s, 1), round(took_s, 1)
    answer(report, options["as_json"], _words(report))
    sys.exit(0 if report["without_outcome"] == 0 and report["held_approved_by_agent"] == 0 else 1)


def _rows(file: Path, limit: int) -> Iterator[dict[str, Any]]:
    with file.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if limit and number > limit:
                return
            try:
                row = json.loads(line)
            except ValueError:
                raise InvalidInput(f"Line {number} of {file} is not JSON.") from None
            if not isinstance(row, dict) or not isinstance(row.get("text"), str) or not row["text"].strip():
                raise InvalidInput(f'Line {number} of {file} has no "text".')
            yield row


def _post_all(client: httpx.Client, rows: list[dict[str, Any]], site_key: str, rate: float) -> list[int]:
    started = time.monotonic()

    def post(numbered: tuple[int, dict[str, Any]]) -> int:
        number, row = numbered
        pause = started + number / rate - time.monotonic()
        if pause > 0:
            time.sleep(pause)
        session = _call(client, "POST", "/widget/v1/sessions", {"site_key": site_key})
        token = session["session_token"]
        body = {"client_message_id": f"replay-{number}-{int(started * 1000)}", "text": row["text"]}
        return int(_call(client, "POST", "/widget/v1/messages", body, token)["conversation_id"])

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(post, enumerate(rows)))


def _wait_for_drafts(client: httpx.Client, posted: list[int], token: str, wait_s: float) -> dict[int, dict[str, Any]]:
    details: dict[int, dict[str, Any]] = {}
    deadline = time.monotonic() + wait_s
    while True:
        for conversation_id in [one for one in posted if one not in details]:
            detail = _call(client, "GET", f"/api/v1/conversations/{conversation_id}", None, token)
            if detail["work_state"] in DONE:
                details[conversation_id] = detail
        if len(details) == len(set(posted)) or time.monotonic() > deadline:
            return details
        time.sleep(0.5)


def _count(
    client: httpx.Client,
    rows: list[dict[str, Any]],
    posted: list[int],
    details: dict[int, dict[str, Any]],
    token: str,
) -> dict[str, Any]:
    states = Counter(detail["work_state"] for detail in details.values())
    topics = Counter(detail["decision"]["topic"] for detail in details.values() if detail["decision"])
    risks = Counter(detail["decision"]["risk"] for detail in details.values() if detail["decision"])
    high = [one for one, row in zip(posted, rows, strict=True) if row.get("risk") == "high" and one in details]
    held = [detail for detail in details.values() if detail["held"]]
    high_held = [one for one in high if details[one]["held"]]
    money = [detail for detail in held if detail["decision"]["hold_kind"] != "unsure"]
    return {
        "messages": len(rows),
        "by_state": dict(states),
        "by_topic": dict(topics),
        "by_risk": dict(risks),
        "without_outcome": len(set(posted)) - len(details),
        "high_risk_in_file": len(high),
        "high_risk_missed_by_triage": len(high) - len(high_held),
        "held": len(held),
        "held_for_money_or_risk": len(money),
        "held_approved_by_agent": sum(_agent_could_approve(client, detail, token) for detail in held),
    }


def _agent_could_approve(client: httpx.Client, detail: dict[str, Any], token: str) -> bool:
    """Try to approve a held draft as an agent; anything but a refusal counts against us."""
    draft = next((draft for draft in detail["drafts"] if draft["state"] == "held"), None)
    if draft is None:
        return False
    answer = client.post(
        f"/api/v1/drafts/{draft['id']}/approval",
        json={"content_hash": draft["content_hash"]},
        headers={"Authorization": f"Bearer {token}"},
    )
    return answer.status_code not in (403, 409)


def _call(client: httpx.Client, method: str, path: str, body: dict[str, Any] | None, token: str = "") -> Any:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    for _ in range(60):
        try:
            response = client.request(method, path, json=body, headers=headers)
        except httpx.TransportError as error:
            raise Unavailable(f"{client.base_url} does not answer: {error}. Is supportbot running there?") from None
        if response.status_code not in (429, 503):
            break
        time.sleep(min(float(response.headers.get("Retry-After", 1)), 10))
    if response.status_code >= 400:
        raise InvalidInput(f"{method} {path} answered {response.status_code}: {response.text[:300]}")
    return response.json()


def _words(report: dict[str, Any]) -> str:
    def counted(name: str) -> str:
        return ", ".join(f"{key} {count}" for key, count in sorted(report[name].items()))

    return (
        f"{report['messages']} messages posted in {report['seconds_to_post']} s; "
        f"the last draft stood after {report['seconds_to_last_draft']} s.\n"
        f"state: {counted('by_state')}; without an outcome {report['without_outcome']}\n"
        f"topic: {counted('by_topic')}\nrisk: {counted('by_risk')}\n"
        f"high risk in the file {report['high_risk_in_file']}, of these missed by triage "
        f"{report['high_risk_missed_by_triage']}\n"
        f"held {report['held']} ({report['held_for_money_or_risk']} for money or risk); an agent could approve "
        f"{report['held_approved_by_agent']} of them"
    )
