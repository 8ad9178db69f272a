"""The marks that stand for personal data in a prompt, such as `[card_1]`, and finding what is left of them. Pure."""

import re

_KIND = r"(?:card|iban|email|phone)"
PLACEHOLDER = re.compile(rf"\[{_KIND}_[1-9]\d{{0,3}}\]")
# Any bracketed name with a number, and any of the kinds in another dress: a model made it up or changed it.
_LEFT = re.compile(
    r"[\[({<‹]\s*[^\W\d_]+\s*_\s*\d+\s*[\])}>›]"
    rf"|\[\s*{_KIND}\s*(?:number|address)?\s*[-_ #]?\s*\d*\s*\]"
    rf"|[({{<‹]\s*{_KIND}\s*[-_ #]?\s*\d{{1,4}}\s*[)}}>›]"
    rf"|(?<!\w){_KIND}\\?_\d{{1,4}}(?!\w)",
    re.IGNORECASE,
)


def placeholders_in(text: str) -> tuple[str, ...]:
    """Every placeholder that nothing was put in for, also a garbled one, each once."""
    return tuple(dict.fromkeys(match.group() for match in _LEFT.finditer(text)))
