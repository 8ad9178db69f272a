"""The shapes of the conversation files; what they mean stands in `content/conversations/README.md`."""

from typing import Literal

from supportbot.contract.types import ActionId, Outcome
from supportbot.routing.types import HoldKind, Topic
from supportbot.seed.content import Script
from supportbot.seed.types import Locale, RejectReason


class Hold(Script):
    """Why a message is held, and the dispute draft for it."""

    kind: HoldKind
    label: str
    topic: Topic
    due_minor: int | None = None
    answer: str
    details: str
    outcome: Outcome
    actions: tuple[ActionId, ...]
    sources: tuple[str, ...]


class Edit(Script):
    """What an agent changed in a draft before approving it."""

    answer: str | None = None
    details: str | None = None
    outcome: Outcome | None = None


class Reject(Script):
    """Why an agent rejected a draft."""

    reason: RejectReason
    note: str = ""


class Write(Script):
    """A reply that an agent wrote."""

    answer: str
    details: str
    outcome: Outcome
    actions: tuple[ActionId, ...]


class Failure(Script):
    """One try of a model that gave nothing."""

    after: str
    model: str
    outcome: str
    ms: int


class Said(Script):
    """Words of the customer, with what the drafters made of them."""

    say: str
    after: str = "+0s"
    draft: str | None = None
    passage: int = 1
    month: str | None = None
    hold: Hold | None = None
    failed: tuple[Failure, ...] = ()


class Answered(Script):
    """A person's answer to the words before it."""

    by: str
    after: str
    edit: Edit | None = None
    reject: Reject | None = None
    write: Write | None = None
    approve_refund: bool = False
    seconds: int | None = None


class Noted(Script):
    """A private note."""

    note: str
    by: str
    after: str


class Talk(Script):
    """One conversation; the keys of a first question and its answer may stand here instead of in `turns`."""

    who: str | None = None
    visitor: str | None = None
    at: str
    channel: Literal["widget", "email"] = "widget"
    subject: str | None = None
    status: Literal["open", "pending", "snoozed", "resolved"] | None = None
    state: Literal["drafting"] | None = None
    snooze: str | None = None
    assignee: str | None = None
    priority: Literal["normal", "high"] = "normal"
    tags: tuple[str, ...] = ()
    rating: Literal["yes", "partly", "no"] | None = None
    comment: str = ""
    locale: Locale | None = None
    turns: tuple[Said | Answered | Noted, ...] = ()
    say: str | None = None
    draft: str | None = None
    passage: int = 1
    month: str | None = None
    hold: Hold | None = None
    failed: tuple[Failure, ...] = ()
    by: str | None = None
    after: str = "+20m"
    edit: Edit | None = None
    reject: Reject | None = None
    write: Write | None = None
    approve_refund: bool = False
    seconds: int | None = None
    thanks: str | None = None

    @property
    def name(self) -> str:
        """Who speaks, as a key: a customer's, or "visitor-7f3a"."""
        return self.who or f"visitor-{self.visitor}"

    def script(self) -> tuple[Said | Answered | Noted, ...]:
        """All turns, the short form written out."""
        if self.say is None:
            return self.turns
        turns: list[Said | Answered | Noted] = [
            Said(
                say=self.say,
                draft=self.draft,
                passage=self.passage,
                month=self.month,
                hold=self.hold,
                failed=self.failed,
            )
        ]
        if self.by:
            turns.append(self._answer(self.by))
        if self.thanks:
            turns.append(Said(say=self.thanks, after="+6m", draft="tell-us"))
        return tuple(turns)

    def _answer(self, by: str) -> Answered:
        return Answered(
            by=by,
            after=self.after,
            edit=self.edit,
            reject=self.reject,
            write=self.write,
            approve_refund=self.approve_refund,
            seconds=self.seconds,
        )
