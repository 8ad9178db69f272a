"""Which conversations a week's draw takes, and how many. Pure.

The draw is a probability sample over two strata, in the order of sha256("<week>:review:<case number>"): anyone with
the list of case numbers can draw it again. The hunts beside it are picked because they look odd, so they never enter
a rate. Sizes: 6 + 3 counted ones and 3 hunts are what one person reads in a quarter of an hour.
"""

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence

from supportbot.review.types import ODDNESS, Candidate, Draw, Drawn, Oddity, Stratum

SIZES: dict[Stratum, int] = {"routine": 6, "held": 3}
HUNTS = 3
READ_TWICE = 2
FEWEST = sum(SIZES.values())  # below this many reads a count tells too little


def draw_order(week: str, names: Iterable[str], *, purpose: str = "review") -> list[str]:
    """Names in the order in which the week draws them."""
    return sorted(names, key=lambda name: hashlib.sha256(f"{week}:{purpose}:{name}".encode()).hexdigest())


def draw(week: str, candidates: Collection[Candidate]) -> Draw:
    """The week's draw from everything that could be drawn: the sample, then the hunts."""
    by_name = {one.name: one for one in candidates}
    population: dict[str, int] = {}
    sample: set[str] = set()
    for stratum, size in SIZES.items():
        names = [name for name, one in by_name.items() if one.stratum == stratum]
        population[stratum] = len(names)
        sample.update(draw_order(week, names)[:size])
    twice = draw_order(week, sample, purpose="twice")[:READ_TWICE]
    items = [
        _sampled(at, by_name[name], population, twice=name in twice)
        for at, name in enumerate(draw_order(week, sample), start=1)
    ]
    for candidate, oddity in hunts(week, candidates, taken={item.conversation_id for item in items}, wanted=HUNTS):
        items.append(hunted(len(items) + 1, candidate, oddity))
    return Draw(week, tuple(items), population, draw_hash(items))


def hunts(
    week: str, candidates: Collection[Candidate], *, taken: Collection[int], wanted: int
) -> list[tuple[Candidate, Oddity]]:
    """The oddest conversations that nobody reads yet: one of each kind of oddness in turn, the largest first."""
    order = draw_order(week, [one.name for one in candidates])
    place = {name: at for at, name in enumerate(order)}
    queues = {kind: _by_size(candidates, kind, place) for kind in ODDNESS}
    seen, found = set(taken), list[tuple[Candidate, Oddity]]()
    while any(queues.values()):
        for kind in ODDNESS:
            queues[kind] = [pair for pair in queues[kind] if pair[0].conversation_id not in seen]
            if queues[kind]:
                found.append(queues[kind][0])
                seen.add(queues[kind][0][0].conversation_id)
            if len(found) == wanted:
                return found
    return found


def substitute(
    week: str, candidates: Collection[Candidate], replaced: Drawn, *, taken: Collection[int]
) -> Drawn | None:
    """What takes the place of a conversation that cannot be judged; None when nothing is left.

    The next one of its stratum in the week's order that is not read as a hunt; for a hunt the next odd one.
    """
    if replaced.kind == "hunt":
        next_odd = hunts(week, candidates, taken=taken, wanted=1)
        return hunted(replaced.position, *next_odd[0]) if next_odd else None
    free = {one.name: one for one in candidates if one.stratum == replaced.kind and one.conversation_id not in taken}
    if not free:
        return None
    population: dict[str, int] = {stratum: sum(one.stratum == stratum for one in candidates) for stratum in SIZES}
    first = free[draw_order(week, free)[0]]
    return _sampled(replaced.position, first, population, twice=replaced.twice)


def hunted(position: int, candidate: Candidate, oddity: Oddity) -> Drawn:
    """A hunt in its place, with its reason."""
    return Drawn(
        position, "hunt", candidate.conversation_id, candidate.name, oddity.reply_id, oddity.words[:200], twice=False
    )


def draw_hash(items: Iterable[Drawn]) -> str:
    """sha256 over what was drawn, in order: kind and case number, one a line."""
    return hashlib.sha256("\n".join(f"{item.kind}:{item.name}" for item in items).encode()).hexdigest()


def differences(stored: Sequence[Drawn], again: Sequence[Drawn]) -> tuple[str, ...]:
    """How a second draw differs from the stored one, place by place; empty when it is the same."""
    found = []
    for at in range(max(len(stored), len(again))):
        before = f"{stored[at].kind} {stored[at].name}" if at < len(stored) else "nothing"
        after = f"{again[at].kind} {again[at].name}" if at < len(again) else "nothing"
        if before != after:
            found.append(f"place {at + 1}: {before} is stored, {after} would be drawn")
    return tuple(found)


def shortfall(week_words: str, population: Mapping[str, int]) -> str | None:
    """What the week was too small for, in one sentence; None when the sample is whole."""
    total = sum(population.values())
    if total == 0:
        return f"No reply was sent in {week_words}, so nothing is drawn."
    if total < FEWEST:
        there = "1 conversation was" if total == 1 else f"{total} conversations were"
        return f"Only {there} answered in {week_words}: all are drawn; fewer than {FEWEST} are too few to tell."
    small = [
        f"{population.get(stratum, 0)} {stratum} instead of {size}"
        for stratum, size in SIZES.items()
        if population.get(stratum, 0) < size
    ]
    return f"Fewer than planned in {week_words}: {' and '.join(small)}; all of these are drawn." if small else None


def _sampled(position: int, candidate: Candidate, population: Mapping[str, int], *, twice: bool) -> Drawn:
    stratum = candidate.stratum
    words = {"held": "Held for a person", "routine": "Routine"}[stratum]
    why = f"{words}: one of {min(SIZES[stratum], population[stratum])} drawn from {population[stratum]}."
    return Drawn(position, stratum, candidate.conversation_id, candidate.name, candidate.reply_id, why, twice)


def _by_size(candidates: Iterable[Candidate], kind: str, place: Mapping[str, int]) -> list[tuple[Candidate, Oddity]]:
    pairs = [(one, oddity) for one in candidates for oddity in one.oddities if oddity.kind == kind]
    return sorted(pairs, key=lambda pair: (-pair[1].size, place[pair[0].name], -pair[1].reply_id))
