"""What is known of one message before anything is decided: words, the policy's phrases in them, the model's score."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from supportbot.language.phrase_matcher import Hit
from supportbot.routing.policy import TriageRules
from supportbot.routing.types import Topic
from supportbot.triage.everyday import Everyday, everyday_elsewhere
from supportbot.triage.features import token
from supportbot.triage.known_words import known_share, language_of, languages_ready
from supportbot.triage.parsed_text import Reading, read
from supportbot.triage.scoring import score_reading
from supportbot.triage.topics import topic_scores
from supportbot.triage.types import Score
from supportbot.triage.weights import Weights

_LONGEST_QUOTE = 60
_MAX_QUOTES = 3
_FEWEST_LEFT = 3


@dataclass(frozen=True, slots=True)
class Evidence:
    """One message as triage sees it.

    `score` is None where the model cannot judge: no weights, unknown words, or nothing left beside look-alikes.
    `everyday` is None where nothing shows an everyday question of another language.
    """

    text: str
    reading: Reading
    rules: TriageRules
    weights: Weights
    topics: dict[Topic, float]
    is_mostly_unknown: bool
    score: Score | None
    everyday: Everyday | None

    def with_weights(self, weights: Weights) -> "Evidence":
        """The same score, judged by other limits."""
        return replace(self, weights=weights)


def gather(text: str, rules: TriageRules, weights: Weights) -> Evidence:
    """Read and score a text."""
    return weigh(text, read(text, rules), rules, weights)


def weigh(text: str, reading: Reading, rules: TriageRules, weights: Weights) -> Evidence:
    """Score a text already read."""
    most = rules.hold_when_unsure.unknown_words_pct
    unknown = (1 - known_share(reading.words)) * 100 > most and (1 - _learnt_share(reading, weights)) * 100 > most
    is_judged = not (unknown or weights.is_empty or _is_explained(reading))
    score = score_reading(weights, reading, rules) if is_judged else None
    return Evidence(
        text, reading, rules, weights, topic_scores(reading, rules), unknown, score, everyday_elsewhere(reading)
    )


def _learnt_share(reading: Reading, weights: Weights) -> float:
    """The share of words that the model knows, in a language of which it has seen enough labels; else 0."""
    if not reading.words or language_of(reading.words) not in languages_ready(weights.card.languages):
        return 0.0
    return sum(token(word) in weights.words for word in reading.words) / len(reading.words)


def _is_explained(reading: Reading) -> bool:
    """Whether look-alikes of the policy cover all but a word or two, and no rule speaks: nothing is left to score."""
    left = len(reading.words) - len(reading.explained_places)
    return left < _FEWEST_LEFT and not reading.of("rule")


def quotes(reading: Reading, hits: Sequence[Hit]) -> tuple[str, ...]:
    """The customer's words of some hits: the longest first chosen, none inside another, in order of place."""
    chosen: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: hit.first - hit.end):
        if not any(hit.overlaps(range(other.first, other.end)) for other in chosen) and len(chosen) < _MAX_QUOTES:
            chosen.append(hit)
    ordered = sorted(chosen, key=lambda hit: hit.first)
    return tuple(dict.fromkeys(short(reading.quote(hit)) for hit in ordered))


def short(quote: str) -> str:
    """A quote on one line, at most sixty characters."""
    quote = " ".join(quote.split())
    return quote if len(quote) <= _LONGEST_QUOTE else f"{quote[: _LONGEST_QUOTE - 1]}…"
