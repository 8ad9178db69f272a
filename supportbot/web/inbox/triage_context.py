"""What an open case shows of its triage: what was said, what people said since, and what can be corrected. Pure."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from supportbot.accounts.types import Person
from supportbot.drafting.actions.corrections import SPOKEN
from supportbot.drafting.queries import DeskCase
from supportbot.routing.rules import TOPIC_WORDS
from supportbot.routing.types import TOPICS
from supportbot.training.tables import TriageLabel
from supportbot.web.time_words import when

SOURCE_WORDS = {
    "approval": "let the draft go as it was",
    "release": "released it as it was held",
    "edit": "promised money in their own words",
    "topic_correction": "corrected the topic",
    "wrong_route": "said: wrong route",
    "escalation": "held it for a lead",
}
RISK_WORDS = {"low": "routine", "high": "for a person"}


def triage_view(case: DeskCase, *, person: Person, now: datetime) -> dict[str, Any] | None:
    """What `templates/inbox/_triage.html` draws; None before triage has decided."""
    decision, label = case.drafts.decision, case.label
    if decision is None:
        return None
    topic = (label.true_topic if label else None) or decision.topic
    return {
        "message_id": decision.message_id,
        "words": f"{topic_words(decision.topic).capitalize()}, {'held for a person' if decision.hold else 'routine'}",
        "is_held": decision.hold,
        "topics": [
            {"value": name, "label": topic_words(name).capitalize(), "current": name == topic} for name in TOPICS
        ],
        "label": _label(label, case, person, now) if label else None,
    }


def label_said(label: TriageLabel) -> str:
    """What a toast says after somebody labelled a message or took that back."""
    if label.removed_at is not None:
        return "Taken back. What was held stays held." if label.source == "wrong_route" else "Taken back."
    if label.source == "topic_correction":
        return f"Noted: {topic_words(label.true_topic or '')}."
    if label.true_risk == "high":
        return "Noted. Nothing leaves; a person decides."
    return "Noted. It stays held until it is released."


def topic_words(name: str) -> str:
    """A topic as people say it."""
    return next((words for topic, words in TOPIC_WORDS.items() if topic == name), name.replace("_", " "))


def _label(label: TriageLabel, case: DeskCase, person: Person, now: datetime) -> dict[str, Any]:
    meant = [topic_words(label.true_topic)] if label.true_topic else []
    meant += [RISK_WORDS[label.true_risk]] if label.true_risk else []
    return {
        "id": label.id,
        "who": case.names.get(label.by_id, "Somebody"),
        "did": SOURCE_WORDS[label.source],
        "meant": ", ".join(meant),
        "when": when(label.created_at, now=now, zone=ZoneInfo(case.site.time_zone)),
        "may_take_back": label.by_id == person.id and label.source in SPOKEN,
    }
