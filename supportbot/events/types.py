"""Values of live updates that cross borders. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """One event as streams carry it: ids, never text."""

    id: int
    kind: str
    conversation_id: int
    customer_id: int
    for_widget: bool


@dataclass(frozen=True, slots=True)
class Audience:
    """Who listens: the desk hears everything, a widget only what concerns its one customer."""

    customer_id: int | None = None

    def hears(self, notice: Notice) -> bool:
        """Whether this notice is for them."""
        return self.customer_id is None or (notice.for_widget and notice.customer_id == self.customer_id)


DESK = Audience()
