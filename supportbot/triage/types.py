"""Values of triage."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ThreadContext:
    """What came before this message on its conversation, back to its last resolution; oldest text first."""

    open_money_case: bool = False
    earlier_texts: tuple[str, ...] = ()


NO_THREAD = ThreadContext()
