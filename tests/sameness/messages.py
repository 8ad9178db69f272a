"""Which messages are sent: texts of this folder's neighbours in ten languages, and every fault of a model server."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.contract.factories import make_answer
from tests.gateway.faults import faults_of, said
from tests.gateway.stand_in import Behaviour, close

_TRIAGE = Path(__file__).parents[1] / "triage"
_SLOW = {"hangs", "drips a byte at a time", "never closes", "429, Retry-After a date"}
ROUTINE = "Where can I download the invoice of March?"
DISPUTE = "I was billed twice in March and I cancelled before the renewal."
PERSONAL = "My number is +49 30 901820, card 4111 1111 1111 1111, mail robin.vale@post.example. Where is my parcel?"


@dataclass(frozen=True, slots=True)
class Sent:
    """One message; `faults` are what the model servers do, None the built-in provider."""

    name: str
    text: str
    locale: str
    api: str | None = None
    behaviour: Behaviour | None = None


def written() -> Iterator[Sent]:
    """A third of the texts written for triage in nine languages, and some of the English ones."""
    yield Sent("personal data", PERSONAL, "en")
    for name, step in (("tongues", 3), ("lookalikes", 21), ("disguised", 21)):
        lines = (_TRIAGE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        for number, line in enumerate(lines[::step]):
            row = json.loads(line)
            yield Sent(f"{name} {number:03d}", row["text"], row["language"])


def answered() -> Iterator[Sent]:
    """Answers of models that say too much, promise, err in language, or invent."""
    answers = {
        "plain": make_answer(),
        "chatty": "Sure! Here you go:\n```json\n" + make_answer() + "\n```\nHope this helps!",
        "thinks aloud": "<think>Which invoice?</think>" + make_answer(),
        "greets": make_answer(answer="Hi there! You find your invoices in your account."),
        "promises": make_answer(answer="Your refund of 49.00 EUR has been approved.", outcome="refund_approved"),
        "promises in words": make_answer(answer="You will get your money back, guaranteed."),
        "invents an amount": make_answer(details="The fee is 12.34 EUR and was taken on 3 May 2026."),
        "another language": make_answer(answer="Ihre Rechnung liegt im Konto bereit.", details="Öffnen Sie das Konto."),
        "refuses in prose": "I'm sorry, but I can't help with that.",
        "declines": make_answer(answer="As an AI, I cannot help with this request.", details=""),
        "markup": make_answer(answer="**Open** [your account](https://evil.example/x) <b>now</b>."),
        "long": make_answer(details="You can open your account and look at the list. " * 40),
        "empty": make_answer(answer="", details=""),
        "repeats the question": make_answer(answer=ROUTINE, details=""),
        "names a model": make_answer(answer="The other model could not answer, so I did."),
    }
    for api in ("openai_compatible", "anthropic"):
        for name, text in answers.items():
            for kind, question in (("routine", ROUTINE), ("dispute", DISPUTE)):
                yield Sent(f"{api} {name} {kind}", question, "en", api, said(api, text))
        yield Sent(f"{api} personal", PERSONAL, "en", api, said(api, make_answer()))


def faulty() -> Iterator[Sent]:
    """Every fault that ends by itself, on both wire formats, for a routine question and a dispute."""
    for api in ("openai_compatible", "anthropic"):
        for fault, behaviour in {**faults_of(api, hang_s=0.1), "hangs up": close()}.items():
            if fault in _SLOW:
                continue
            for kind, question in (("routine", ROUTINE), ("dispute", DISPUTE)):
                yield Sent(f"{api} {fault} {kind}", question, "en", api, behaviour)
