"""Figures of triage: one message by rules and model together, at the lengths that people write and far beyond."""

import statistics
import time
from collections.abc import Iterator

from supportbot.routing.policy import shipped_policy
from supportbot.triage.rules import classify
from tests.benchmarks.figures import Figure, Ground

_SENTENCES = (
    "Hello, I ordered two bags of the dark roast last Tuesday and the tracking page has not moved since. ",
    "Could you tell me when the parcel will arrive, because I am away from Friday on? ",
    "My colleague Jonas also asked whether the invoice can carry our VAT number, thanks! ",
    "I was charged 49.90 twice in March and the money has not come back to my card yet. ",
)


def bench_triage(ground: Ground) -> Iterator[Figure]:
    """Different texts each time, so that nothing is remembered but words."""
    rules = shipped_policy().triage
    classify("The first one loads policy and weights.", rules)
    for length, limit in ((200, None), (2_000, 10.0), (16_384, 50.0)):
        spent = []
        for number in range(300):
            text = _text(length, number)
            start = time.perf_counter()
            classify(text, rules)
            spent.append((time.perf_counter() - start) * 1000)
        yield Figure(f"{length} characters, median of 300", statistics.median(spent), "ms")
        yield Figure(f"{length} characters, p99", statistics.quantiles(spent, n=100)[-1], "ms", at_most=limit)


def _text(length: int, number: int) -> str:
    """Sentences in an order, and with words, of this number's own."""
    parts = [
        _SENTENCES[(number + at) % len(_SENTENCES)] + f"Ref {number}x{at} item{at * number}. " for at in range(160)
    ]
    return "".join(parts)[:length]
