"""Fifteen stand-in models, each with habits of its own, all with the same thing to say.

Three are short: "curt" gives one sentence of details, "clipped" two, "bare" none.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

REFUSALS = (
    *("I'm sorry, but I can't help with that.", "I cannot assist with this request."),
    *("As an AI language model, I am unable to answer that.", "That is against my guidelines."),
    *("Ich kann Ihnen dabei leider nicht helfen.", "Je ne peux malheureusement pas vous aider."),
    *("I'd rather not discuss billing.", "Unfortunately, I won't answer that question."),
)
_WRONG = {
    "en": "Ihre Rechnung liegt in Ihrem Konto, und Sie können sie dort jederzeit herunterladen.",
    "other": "Your invoice is in your account, and you can download it there at any time.",
}


@dataclass(frozen=True, slots=True)
class Said:
    """What there is to say about one message: the answer, one or two sentences more, and the buttons."""

    message: str
    locale: str
    answer: str
    details: str
    actions: tuple[str, ...]
    sources: tuple[str, ...]


Habit = Callable[[Said, int], str]


def _text(said: Said, *, answer: str | None = None, details: str | None = None, **changes: Any) -> str:
    fields: dict[str, Any] = {
        "answer": said.answer if answer is None else answer,
        "details": said.details if details is None else details,
        "outcome": "answered",
        "next_actions": list(said.actions),
        "facts_used": [],
        "sources": list(said.sources),
        "confidence": 0.8,
    }
    return json.dumps({**fields, **changes}, ensure_ascii=False)


def _chatty(said: Said, number: int) -> str:
    openings = ("Hi there! Great question!", "Thanks so much for reaching out!", "Hello! I'd be happy to help.")
    ending = "I hope this helps! Let me know if you need anything else. Have a wonderful day!"
    answer = f"{openings[number % 3]} {said.answer}"
    return _text(said, answer=answer, details=f"{said.details} {ending}", confidence=0.99)


def _curt(said: Said, number: int) -> str:
    return _text(said, answer=said.answer.rstrip("."), details=said.details.split(". ")[0].rstrip("."))


def _bare(said: Said, number: int) -> str:
    return _text(said, answer=said.answer.rstrip("."), details="")


def _clipped(said: Said, number: int) -> str:
    return _text(said, details=". ".join(said.details.split(". ")[:2]))


def _legal(said: Said, number: int) -> str:
    return "Below is the response in the requested format.\n" + _text(
        said,
        answer=f"Certainly. {said.answer}",
        details=f"{said.details}\n\nSincerely,\nCustomer Relations\n[Your Name]",
    )


def _markdown(said: Said, number: int) -> str:
    lines = "\n".join(f"- **{part.strip()}**" for part in said.details.split(". ") if part.strip())
    return (
        f"```json\n{_text(said, answer=f'## {said.answer}', details=f'### Details{chr(10)}---{chr(10)}{lines}')}\n```"
    )


def _refuser(said: Said, number: int) -> str:
    return _text(said, answer=REFUSALS[number % len(REFUSALS)], details="", outcome="answered")


def _thinker(said: Said, number: int) -> str:
    thought = f"<think>The customer asks {{something}}. Let me check: {said.answer}</think>"
    return f"{thought}\n{_text(said, answer=f'<thinking>Hm.</thinking>{said.answer}', confidence=0.55)}"


def _wrong_language(said: Said, number: int) -> str:
    return _text(said, answer=_WRONG["en" if said.locale == "en" else "other"], details="")


def _wrong_dates(said: Said, number: int) -> str:
    return _text(said, details=f"{said.details} 2031-03-{number % 28 + 1:02d}.")


def _double_sign_off(said: Said, number: int) -> str:
    closing = ("Best regards,\nThe team", "Kind regards,\nAnna\nSupport", "Harbour Lane support")[number % 3]
    return _text(said, details=f"{said.details}\n\n{closing}\n\nHarbour Lane support")


def _invented_amounts(said: Said, number: int) -> str:
    return _text(said, details=f"{said.details} €{number + 700},99.")


def _emoji(said: Said, number: int) -> str:
    return _text(said, answer=f"✅ {said.answer} 😊", details=f"👉 {said.details} 🎉🎉 :)", confidence=1.0)


def _careless(said: Said, number: int) -> str:
    sentences = [_careless_text(part).rstrip(".") for part in said.details.split(". ")]
    lines = "\n".join(f"{place}) {part}" for place, part in enumerate(sentences, 1))
    return _text(said, answer=_careless_text(said.answer).rstrip(".") + "...", details=lines)


def _careless_text(text: str) -> str:
    for mark, typed in (("’", "'"), ("«", '"'), ("»", '"'), ("،", ","), (", ", ",  ")):
        text = text.replace(mark, typed)
    return text[:1].lower() + text[1:]


def _truncated(said: Said, number: int) -> str:
    whole = _text(said)
    return whole[: len(whole) * (number % 4 + 5) // 10]


HABITS: dict[str, Habit] = {
    "chatty": _chatty,
    "curt": _curt,
    "bare": _bare,
    "clipped": _clipped,
    "legal": _legal,
    "markdown": _markdown,
    "refuser": _refuser,
    "thinker": _thinker,
    "wrong language": _wrong_language,
    "wrong dates": _wrong_dates,
    "double sign-off": _double_sign_off,
    "invented amounts": _invented_amounts,
    "emoji": _emoji,
    "careless": _careless,
    "truncated": _truncated,
}
ANSWERING = (
    "chatty",
    "curt",
    "bare",
    "clipped",
    "legal",
    "markdown",
    "thinker",
    "double sign-off",
    "emoji",
    "careless",
)
"""Those that say the same thing, each in its way: their replies must look alike."""
