"""What one check looks at, and what it gives. See `checks` for all of them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from supportbot.contract.types import AllowedFacts, RenderedReply, ReplyFields
from supportbot.language.lookalikes import readings, straight


@dataclass(frozen=True)
class Case:
    """Everything one check may look at. `fields` are the model's own, normalised."""

    reply: RenderedReply
    fields: ReplyFields
    allowed: AllowedFacts

    @cached_property
    def words(self) -> str:
        """The model's own words in one text, with straight apostrophes."""
        return straight(f"{self.reply.answer}\n{self.reply.details}")

    @cached_property
    def readings(self) -> tuple[str, ...]:
        """The words as written, and as a person would read them in disguise."""
        return readings(self.words)

    @property
    def language(self) -> str:
        """The language that the reply must be in."""
        return self.reply.locale.replace("_", "-").partition("-")[0].lower()


@dataclass(frozen=True, slots=True)
class Result:
    """What a check found against the reply; nothing found means passed."""

    found: tuple[str, ...] = ()
    expected: str = ""
    field: str = "reply"
    severity: Literal["block", "warn"] = "block"


Check = Callable[[Case], Result]


def place_of(case: Case, *found: str) -> str:
    """The field that the first of these words stands in: "answer" or "details"."""
    first = next(iter(found), "")
    return "answer" if first and first.lower() in straight(case.reply.answer).lower() else "details"
