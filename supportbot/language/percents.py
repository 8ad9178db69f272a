"""Finds the shares and the names of plans that a text states: what a shop sells, and what it takes off."""

import re

from supportbot.language.languages import either
from supportbot.language.lookalikes import plain

_PERCENT = re.compile(
    r"(?<![\w.,])(\d+(?:[.,]\d+)?)\s?"
    rf"(?:%|٪|(?:{either('percent')})\b)"
    rf"|(?:%|{either('percent_before')})\s?(\d+(?:[.,]\d+)?)(?!\w)",
    re.IGNORECASE,
)
# Capitalised words that begin a sentence or an address, and name no plan.
_NO_NAME = "|".join(
    ("Ihre?|Ihre[smnr]|Sie|Es|Wir|Und|Am|Im|Zum|Bis|Ab", "Current|Own|New|Old|Manage|My|Your|The|This", "Seu|Sua")
)
_WORD = rf"(?!(?:{_NO_NAME})\b)[^\W\d_a-zà-ÿ][\w’'-]+"
_NAME = rf"({_WORD}(?:\s{_WORD}){{0,2}})"
_PLANS = tuple(
    re.compile(shape)
    for shape in (
        rf"\b(?:[Yy]our|[Tt]he|[Oo]ur|[Aa]n?)\s{_NAME}\s(?:plan|subscription|membership|tier)\b",
        rf"\b({_WORD})-(?:Abo|Tarif|Abonnement|abonnement|abo)\b",
        rf"\b(?:Abo|Tarif)\s[„“\"»]{_NAME}",
        rf"\b(?:plan|formule|suscripción|assinatura|subscrição|abbonamento|piano|abonnement|abonament)\s[«„“\"]?{_NAME}",
        rf"\b{_NAME}\s(?:planı|aboneliği|paketi|üyeliği)",
        r"(?:خطة|باقة|اشتراك)\s[\"«“]([^\"»”]{2,40})[\"»”]",
    )
)


def percents_in(text: str) -> tuple[str, ...]:
    """Every share, with a point: "12.5" for "12,5 %"."""
    found = (match.group(1) or match.group(2) for match in _PERCENT.finditer(plain(text)))
    return tuple(dict.fromkeys(number.replace(",", ".") for number in found))


def plans_in(text: str) -> tuple[str, ...]:
    """The names of plans: what stands capitalised beside a word for one, as in "the Premium plan"."""
    found = (match.group(1).strip() for shape in _PLANS for match in shape.finditer(text))
    return tuple(dict.fromkeys(found))
