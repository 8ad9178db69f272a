"""Which topic a message is about: by the policy's words and, where it can judge, the linear model."""

from collections import defaultdict

from supportbot.routing.policy import TriageRules
from supportbot.routing.types import TOPICS, Topic
from supportbot.triage.parsed_text import Reading, key_of
from supportbot.triage.types import Score

# Where two topics' words speak equally, the more particular one is meant.
TIE_ORDER: tuple[Topic, ...] = (
    "refund",
    "cancellation",
    "bug_technical",
    "order_shipping",
    "billing",
    "account_howto",
    "feedback_other",
    "out_of_scope",
)
_WEAK, _ONE_WORD, _SEVERAL_WORDS = 0.1, 1.0, 2.0


def topic_scores(reading: Reading, rules: TriageRules) -> dict[Topic, float]:
    """How much each topic's words speak for it; topics without a word are left out.

    A phrase of several words counts twice; weak words (greetings, the goods) only where nothing else is said.
    """
    best: dict[tuple[Topic, int], float] = {}
    for hit in reading.topical:
        topic = as_topic(key_of(hit)[-1])
        is_weak = key_of(hit)[0] == "weak" or (key_of(hit)[0] == "routine" and topic == "feedback_other")
        weight = _WEAK if is_weak else _ONE_WORD if hit.end - hit.first == 1 else _SEVERAL_WORDS
        place = -1 if is_weak else hit.first
        best[topic, place] = max(weight, best.get((topic, place), 0.0))
    for hit in reading.of("rule"):
        named = rules.by_name[key_of(hit)[1]].topic
        if named:
            best[named, hit.first] = _SEVERAL_WORDS
    scores: dict[Topic, float] = defaultdict(float)
    for (topic, _), weight in best.items():
        scores[topic] += weight
    return dict(scores)


def clearest(topics: dict[Topic, float], score: Score | None) -> Topic | None:
    """The topic that the policy's words and the model together speak for most; None when neither says anything."""
    shares = score.topics if score else {}
    if not topics and not shares:
        return None
    total = sum(topics.values()) or 1.0
    return max(TIE_ORDER, key=lambda topic: topics.get(topic, 0.0) / total + shares.get(topic, 0.0))


def as_topic(name: str) -> Topic:
    """A topic by its name."""
    return next(topic for topic in TOPICS if topic == name)
