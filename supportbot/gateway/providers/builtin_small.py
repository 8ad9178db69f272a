"""The built-in provider's small tasks: a case summary by counting, numbers by pattern. Plain, and never wrong."""

from collections.abc import Mapping
from typing import Any

from supportbot.language.amounts import amount_spans
from supportbot.language.extract_values import dates_in, ids_in
from supportbot.language.lookalikes import plain
from supportbot.language.money import NO_CURRENCY
from supportbot.language.sentences import shorten, split_sentences

MOST = 20


def summarise(material: Mapping[str, Any]) -> dict[str, Any]:
    """The customer's first sentence in their own words, how many messages there are, and whether one waits."""
    messages = [message for message in material["messages"] if message["role"] in ("customer", "agent")]
    asked = [message for message in messages if message["role"] == "customer"]
    sentences = split_sentences(asked[0]["text"]) if asked else ()
    first = shorten(sentences[0], 300) if sentences else "Nothing yet."
    counts = f"{_count(len(asked), 'message')} from the customer, {_count(len(messages) - len(asked), 'reply')} sent."
    waits = bool(messages) and messages[-1]["role"] == "customer"
    return {
        "summary": f"The customer wrote: “{first}” {counts}",
        "open_points": ["The customer's newest message has no reply."] if waits else [],
    }


def extract_fields(material: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers, amounts and dates as the customer wrote them, each once."""
    text = plain("\n".join(message["text"] for message in material["messages"] if message["role"] == "customer"))
    ids = ids_in(text)
    invoices = [name for name in ids if name.upper().startswith(("INV", "RE-", "FA-"))]
    return {
        "order_ids": [name for name in ids if name not in invoices][:MOST],
        "invoice_ids": invoices[:MOST],
        "amounts": list(dict.fromkeys(text[start:end] for start, end, _ in amount_spans(text, NO_CURRENCY)))[:MOST],
        "dates": list(dict.fromkeys(mention.text for mention in dates_in(text)))[:MOST],
    }


def _count(number: int, word: str) -> str:
    plural = word[:-1] + "ies" if word.endswith("y") else word + "s"
    return f"{number} {word if number == 1 else plural}"
