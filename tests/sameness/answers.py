"""What a played model says: a whole answer made from its prompt alone, in the ways that real models have.

Each way has a name; "adds ..." adds these words to a plain answer, and "habit ..." is one of `tests/voices`.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.voices.people import HABITS, Said

_LOCALE = re.compile(r"Customer's language: (\w+)")
_SHORT = re.compile(r"^Short answer: (.+)$", re.MULTILINE)
_PASSAGE = re.compile(r"^\[([a-z0-9-]+#[\w.]+)\] (?:[^:\n]*): (.+)$", re.MULTILINE)
_FACT = re.compile(r"^\[(f\d+)\] (.+?)(?: \(policy [^)]*\))?$", re.MULTILINE)
_ACTIONS = re.compile(r"^Fitting actions: (.+)$", re.MULTILINE)
_MASKED = re.compile(r"\[(?:card|iban|email|phone)_\d+\]|\[[a-z]+_\d+\]")
_NUMBERS = re.compile(r"\b(?:INV-[\w-]+|HL-\d+|ORD-[\w-]+|\d+[.,]\d\d EUR)\b")
_DATES = re.compile(r"\b\d{1,2} [A-Z][a-z]+(?: \d{4})?")
PLAIN: Mapping[str, tuple[str, str]] = {
    "en": ("Your invoice is in your account.", "Open Account, then Invoices. The newest one stands at the top."),
    "de": ("Ihre Rechnung liegt in Ihrem Konto.", "Öffnen Sie Konto und dann Rechnungen. Die neueste steht oben."),
    "fr": ("Votre facture se trouve dans votre compte.", "Ouvrez Compte, puis Factures. La plus récente est en haut."),
    "es": ("Su factura está en su cuenta.", "Abra Cuenta y después Facturas. La más reciente está arriba."),
    "pt": ("A sua fatura está na sua conta.", "Abra Conta e depois Faturas. A mais recente está no topo."),
    "it": ("La sua fattura si trova nel suo account.", "Apra Account e poi Fatture. La più recente è in alto."),
    "nl": ("Uw factuur staat in uw account.", "Open Account en dan Facturen. De nieuwste staat bovenaan."),
    "pl": (
        "Faktura znajduje się na Państwa koncie.",
        "Proszę otworzyć Konto, a potem Faktury. Najnowsza jest na górze.",
    ),
    "tr": ("Faturanız hesabınızda.", "Hesap bölümünü, ardından Faturalar’ı açın. En yenisi en üstte."),
    "ar": ("فاتورتك موجودة في حسابك.", "افتح الحساب ثم الفواتير. الأحدث في الأعلى."),
}
ASK = "Which of the two charges do you mean?"


@dataclass(frozen=True, slots=True)
class Asked:
    """A prompt as a model gets it, what it is to fill, and whether that has a field for a question back."""

    user: str
    fills: str
    has_ask: bool

    @property
    def locale(self) -> str:
        """The customer's language, as the prompt names it."""
        found = _LOCALE.search(self.user)
        return found[1] if found else "en"

    @property
    def is_dispute(self) -> bool:
        """Whether it is the reasoning task's prompt."""
        return "Why this is held:" in self.user


def say(way: str, asked: Asked) -> str:
    """The whole text of an answer."""
    if asked.fills in ("summary", "numbers"):
        return _aid(asked)
    name, _, rest = way.partition(" ")
    if name == "habit":
        return _with_ask(HABITS[rest](_said(asked), len(asked.user) % 7), asked)
    if name == "triage":
        topic, risk = rest.split()
        return json.dumps({"topic": topic, "risk": risk, "reason": "It is told in the message."})
    if name == "outcome":
        return _text(asked, outcome=rest)
    if name == "adds":
        return _text(asked, details=f"{_said(asked).details} {rest}")
    return WAYS[way](asked)


def _said(asked: Asked) -> Said:
    """What there is to say, from the prompt: the article's words or the facts, else a sentence in the language."""
    answer, details = PLAIN.get(asked.locale, PLAIN["en"])
    short, facts = _SHORT.search(asked.user), _FACT.findall(asked.user)
    passages = _PASSAGE.findall(asked.user)
    if asked.is_dispute:
        details = " ".join(text for _, text in facts[:4]) or details
        answer = f"{answer.rstrip('.')}." if not facts else facts[0][1]
    elif short:
        answer = short[1]
        details = passages[0][1] if passages else details
    actions = _ACTIONS.search(asked.user)
    buttons = tuple(actions[1].split(", ")) if actions else ("talk_to_person",)
    sources = tuple(dict.fromkeys(ref for ref, _ in passages[:2]))
    return Said(asked.user[-200:], asked.locale, answer, details, buttons, sources)


def _text(asked: Asked, **changes: Any) -> str:
    said = _said(asked)
    facts = [number for number, _ in _FACT.findall(asked.user)] if asked.is_dispute else []
    fields: dict[str, Any] = {
        "answer": said.answer,
        "details": said.details,
        "outcome": "refund_needs_review" if asked.is_dispute else "answered",
        "next_actions": ["refund_review"] if asked.is_dispute else list(said.actions),
        "facts_used": facts[:4],
        "sources": list(said.sources),
        "confidence": 0.83,
    }
    more = {"ask": ""} if asked.has_ask else {}
    return json.dumps({**fields, **more, **changes}, ensure_ascii=False)


def _with_ask(text: str, asked: Asked) -> str:
    """A habit's text, with the field that reply/2 asks for; what is no JSON stays as it is."""
    if not asked.has_ask:
        return text
    try:
        return json.dumps({**json.loads(text), "ask": ASK}, ensure_ascii=False)
    except ValueError:
        return text


def _echo(asked: Asked) -> str:
    """Repeats every placeholder and number of the prompt."""
    seen = dict.fromkeys([*_MASKED.findall(asked.user), *_NUMBERS.findall(asked.user)])
    said = _said(asked)
    return _text(asked, details=f"{said.details} {', '.join(list(seen)[:12])}.")


def _adding(words: str) -> Callable[[Asked], str]:
    return lambda asked: _text(asked, details=f"{_said(asked).details} {words}")


def _aid(asked: Asked) -> str:
    """A summary, or the numbers that stand in the messages, one of them made up."""
    said = asked.user.rpartition("</message>")[0][-300:]
    if asked.fills == "summary":
        points = ["Look at the records.", "Answer the customer."]
        return json.dumps({"summary": f"The customer wrote: {said[-120:].strip()}", "open_points": points})
    numbers = list(dict.fromkeys(_NUMBERS.findall(said)))
    dates = list(dict.fromkeys(_DATES.findall(said)))
    amounts = [one for one in numbers if "EUR" in one]
    invoices = [one for one in numbers if one.startswith("INV")]
    return json.dumps({"order_ids": ["9999"], "invoice_ids": invoices, "amounts": amounts, "dates": dates})


def _without(name: str) -> Callable[[Asked], str]:
    def make(asked: Asked) -> str:
        fields = json.loads(_text(asked))
        del fields[name]
        return json.dumps(fields, ensure_ascii=False)

    return make


WAYS: Mapping[str, Callable[[Asked], str]] = {
    "plain": _text,
    "echo": _echo,
    "asks back": lambda asked: _text(asked, outcome="needs_information", **({"ask": ASK} if asked.has_ask else {})),
    "question in details": _adding(ASK),
    "two sentences": lambda asked: _text(asked, answer=f"{_said(asked).answer} And there is more to it."),
    "invented amount": _adding("You will get 731.00 EUR."),
    "invented date": _adding("It arrives on 3 March 2031."),
    "invented number": _adding("See INV-2031-9999 and order ORD-99-1."),
    "invented placeholder": _adding("We wrote to [email_9] and charged [card_7]."),
    "another customer": _adding("Jonas Lindqvist asked the same; write to jonas@lindqvist.example."),
    "foreign link": _adding("Look at https://evil.example/refund and www.evil.example."),
    "unknown source": lambda asked: _text(asked, sources=["no-such-article#1"]),
    "unknown fact": lambda asked: _text(asked, facts_used=["f99"]),
    "unknown action": lambda asked: _text(asked, next_actions=["send_money"]),
    "no action": lambda asked: _text(asked, next_actions=[]),
    "six actions": lambda asked: _text(
        asked,
        next_actions=[
            "open_invoices",
            "track_order",
            "manage_plan",
            "update_details",
            "report_problem",
            "talk_to_person",
        ],
    ),
    "outcome and answer at odds": lambda asked: _text(asked, outcome="refund_declined"),
    "no confidence": lambda asked: _text(asked, confidence=0.02),
    "confidence as text": lambda asked: _text(asked, confidence="high"),
    "confidence NaN": lambda asked: _text(asked).replace("0.83", "NaN"),
    "empty answer": lambda asked: _text(asked, answer="", details=""),
    "only blanks": lambda asked: _text(asked, answer="  \n ", details="\t"),
    "very long": lambda asked: _text(asked, details=" ".join([_said(asked).details] * 20)[:2_900]),
    "too long": lambda asked: _text(asked, details="x" * 20_000),
    "html": lambda asked: _text(asked, details=f"<p>{_said(asked).details}</p><script>alert(1)</script>&nbsp;&amp;"),
    "invisible": lambda asked: _text(asked, answer="\u200b".join(_said(asked).answer), details="\u202e\u00ad\ufeffok."),
    "capitals": lambda asked: _text(asked, answer=_said(asked).answer.upper(), details=_said(asked).details.upper()),
    "lines and bullets": lambda asked: _text(
        asked, details="1. " + _said(asked).details.replace(". ", ".\n2. ") + "\n\n\n* The end"
    ),
    "case frame of its own": lambda asked: _text(
        asked, details=f"{_said(asked).details}\nCase HL-1001\nStatus: open\n\nHarbour Lane support"
    ),
    "NUL and halves": lambda asked: (
        _text(asked).replace("0.83", "0.83").replace('"details": "', '"details": "\\u0000\\ud800')
    ),
    "a field more": lambda asked: _text(asked, refund=49),
    "a field less": _without("outcome"),
    "in a fence": lambda asked: f"```json\n{_text(asked)}\n```",
    "object in prose": lambda asked: f"Sure! Here you go:\n{_text(asked)}\nAnything else?",
    "two objects": lambda asked: _text(asked) + "\n" + _text(asked),
    "a list": lambda asked: f"[{_text(asked)}]",
    "prose": lambda asked: "I would open my account, and there the invoices.",
    "half": lambda asked: _text(asked)[: len(_text(asked)) // 2],
    "nothing": lambda asked: "",
}
