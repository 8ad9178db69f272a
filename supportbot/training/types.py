"""Values of training."""

from dataclasses import dataclass

from supportbot.routing.types import Risk, Topic


@dataclass(frozen=True, slots=True)
class Lesson:
    """One labelled message. `topic` or `risk` is None where nobody spoke about it; `language` is two letters."""

    text: str
    topic: Topic | None
    risk: Risk | None
    language: str
