"""Which events a tail has read: ids may commit out of order. Pure."""

from collections.abc import Iterable

LOOK_BACK = 200
PATIENCE_S = 10.0


class EventCursor:
    """Which events were read already. Ids may commit out of order, so gaps are asked for again for a while."""

    def __init__(self, newest: int, present: Iterable[int] = (), *, now: float = 0.0) -> None:
        self.newest = newest
        known = set(present)
        first = max(1, newest - LOOK_BACK)
        self._gaps = {missing: now + PATIENCE_S for missing in range(first, newest) if missing not in known}

    @property
    def gaps(self) -> tuple[int, ...]:
        """Ids below the newest that may still arrive."""
        return tuple(self._gaps)

    def start_over_if_emptied(self, newest: int) -> None:
        """SQLite counts from 1 again once every row was removed."""
        if newest < self.newest:
            self.newest, self._gaps = 0, {}

    def take(self, ids: Iterable[int], *, now: float) -> list[int]:
        """Note what was read at `now` (monotonic seconds); gives what had not been seen, in order."""
        fresh = []
        for seen in sorted(ids):
            if seen > self.newest:
                first = max(self.newest + 1, seen - LOOK_BACK)
                self._gaps.update({missing: now + PATIENCE_S for missing in range(first, seen)})
                self.newest = seen
            elif self._gaps.pop(seen, None) is None:
                continue
            fresh.append(seen)
        self._gaps = {missing: until for missing, until in self._gaps.items() if until > now}
        return fresh
