"""What the box to try a text shows: the decision, each layer's reasons, and the words that decided. Pure."""

import re
from collections.abc import Iterable
from typing import Any

from supportbot.routing.policy import RoutingPolicy
from supportbot.routing.rules import decide_route
from supportbot.triage.parsed_text import read
from supportbot.triage.rules import classify
from supportbot.triage.weights import Weights
from supportbot.web.inbox.triage_context import topic_words

LAYER_WORDS = {
    "rule": "the policy’s words",
    "thread": "what was written before",
    "model": "the linear model",
    "unsure": "holding when unsure",
    "model_task": "the second reading",
    "person": "a person",
}
MOST_SHOWN = 4_000


def trial_view(text: str, policy: RoutingPolicy, weights: Weights) -> dict[str, Any]:
    """What `templates/triage/_trial.html` draws of one text."""
    found = classify(text, policy.triage, weights=weights)
    decision = decide_route(policy, found)
    shown = read(text, policy.triage).text[:MOST_SHOWN]
    words = [word for reason in found.reasons for word in reason.words]
    return {
        "headline": _headline(decision.hold_kind),
        "topic": topic_words(found.topic).capitalize(),
        "risk": "high" if found.risk == "high" else "not sure" if found.unsure else "low",
        "mark": "held" if decision.hold else "ready",
        "lane": f"{decision.lane.capitalize()} lane, {'held for a person' if decision.hold else 'a draft to approve'}",
        "reasons": [
            {
                "layer": LAYER_WORDS.get(reason.layer, reason.layer),
                "text": reason.text,
                "words": ", ".join(f"“{word}”" for word in reason.words),
            }
            for reason in found.reasons
        ],
        "parts": marked(shown, words),
        "is_cut": len(text) > MOST_SHOWN,
    }


def marked(text: str, words: Iterable[str]) -> list[dict[str, str]]:
    """A text in parts, those that one of `words` covers marked; the parts together are the text again."""
    is_marked = [False] * len(text)
    for word in words:
        for place in _pattern(word).finditer(text):
            is_marked[place.start() : place.end()] = [True] * (place.end() - place.start())
    parts: list[dict[str, str]] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or is_marked[at] != is_marked[start]:
            parts.append({"text": text[start:at], "kind": "mark" if is_marked[start] else ""})
            start = at
    return parts


def _pattern(word: str) -> re.Pattern[str]:
    """A quote as it may stand in the text: quotes are on one line, and long ones are cut."""
    pieces = [re.escape(piece) for piece in word.removesuffix("…").split()]
    return re.compile(r"(?<!\w)" + r"\s+".join(pieces) if pieces else r"(?!)")


def _headline(hold_kind: str | None) -> str:
    return {
        "money": "Held: a refund or billing dispute",
        "risk": "Held: a person must release the reply",
        "unsure": "Held: not sure what it is about",
    }.get(hold_kind or "", "Goes the fast way")
