"""Labelled texts as matrices for training: read once, then cut to any part of the rows without a look at the others."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from supportbot.routing.policy import TriageRules
from supportbot.triage.features import Features, clauses_of, features_of
from supportbot.triage.parsed_text import Reading, read
from supportbot.triage.scoring import SHORTEST
from supportbot.triage.speech_act import NO_CLAIM
from supportbot.triage.types import LabelledText

Block = Literal["words", "pieces", "hints"]
BLOCKS: tuple[Block, ...] = ("words", "pieces", "hints")
# How much each block counts beside the others; chosen by recall on sources left out of training.
SCALES: dict[Block, float] = {"words": 2.0, "pieces": 1.0, "hints": 1.0}
Floats = NDArray[np.float64]
Places = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """In how many rows a feature must stand to be kept: what few people wrote is no business of a weights file."""

    words: int = 5
    pieces: int = 10
    hints: int = 1
    topic_words: int = 8

    def least(self, block: Block) -> int:
        """The number for one block."""
        return {"words": self.words, "pieces": self.pieces, "hints": self.hints}[block]


VOCABULARY = Vocabulary()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows, their readings, and which features stand where.

    `counts[block]` has a line for each whole row, in order, and then one for each clause; `owners` names the row of
    each clause. `names[block]` are the features of the columns.
    """

    rows: tuple[LabelledText, ...]
    readings: tuple[Reading, ...]
    is_high: Flags
    is_core: Flags
    weights: Floats
    topics: NDArray[np.str_]
    counts: dict[Block, Any]
    names: dict[Block, tuple[str, ...]]
    owners: Places
    vocabulary: Vocabulary

    def lines_of_low(self, places: Places) -> Places:
        """The lines of the clauses of those rows among these that are of low risk: no clause of them is a dispute."""
        is_wanted = np.zeros(len(self.rows), dtype=np.bool_)
        is_wanted[places] = self.is_core[places] & ~self.is_high[places]
        return np.flatnonzero(is_wanted[self.owners]).astype(np.int64) + len(self.rows)


@dataclass(frozen=True, slots=True)
class SheetRows:
    """The rows of a weights file, by block."""

    hints: dict[str, tuple[float, ...]]
    words: dict[str, tuple[float, ...]]
    pieces: dict[str, tuple[float, ...]]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The features that some rows of a table know, how rare each is there, and those rows as one matrix."""

    table: Table
    columns: dict[Block, Places]
    rarity: dict[Block, Floats]
    is_for_topics: dict[Block, Flags]
    values: Any

    @property
    def topic_columns(self) -> Places:
        """Which columns of `values` topics are learnt from."""
        flags = np.concatenate([self.is_for_topics[block] for block in BLOCKS])
        return np.flatnonzero(flags).astype(np.int64)

    def worst_scores(self, coefficients: Floats, bias: float, places: Places) -> Floats:
        """The score of each of these rows: of the whole or its worst clause."""
        rank = np.full(len(self.table.rows), -1)
        rank[places] = np.arange(len(places))
        clauses = np.flatnonzero(rank[self.table.owners] >= 0)
        scores: Floats = values_of(self, places) @ coefficients + bias
        of_clauses = values_of(self, clauses + len(self.table.rows)) @ coefficients + bias
        np.maximum.at(scores, rank[self.table.owners[clauses]], of_clauses)
        return scores

    def rows_of(self, risk: Floats, topics: Floats, *, digits: int) -> SheetRows:
        """Weights by column as the rows of a weights file.

        Args:
            risk: one weight a column of `values`.
            topics: one line for each of `topic_columns`, one column a topic.
        """
        given: dict[Block, dict[str, tuple[float, ...]]] = {}
        start = topic_start = 0
        for block in BLOCKS:
            rows: dict[str, tuple[float, ...]] = {}
            scale = self.rarity[block] * SCALES[block]
            for at, column in enumerate(self.columns[block]):
                row = [self.rarity[block][at], risk[start + at] * scale[at]]
                if self.is_for_topics[block][at]:
                    row += list(topics[topic_start] * scale[at])
                    topic_start += 1
                rows[self.table.names[block][column]] = tuple(round(float(value), digits) for value in row)
            start += len(self.columns[block])
            given[block] = rows
        return SheetRows(**given)


def make_table(rows: Sequence[LabelledText], rules: TriageRules, *, vocabulary: Vocabulary = VOCABULARY) -> Table:
    """Read every row once."""
    readings = tuple(read(row.text, rules) for row in rows)
    wholes = [features_of(reading, rules) for reading in readings]
    parts = [(owner, clause) for owner, reading in enumerate(readings) for clause in clauses_of(reading)]
    clauses = [features_of(readings[owner], rules, clause) for owner, clause in parts]
    names = {block: _names(wholes, block, vocabulary.least(block)) for block in BLOCKS}
    return Table(
        rows=tuple(rows),
        readings=readings,
        is_high=np.array([row.risk == "high" for row in rows], dtype=np.bool_),
        is_core=np.array([row.core for row in rows], dtype=np.bool_),
        weights=np.array([_weight(*pair) for pair in zip(rows, readings, strict=True)], dtype=np.float64),
        topics=np.array([row.topic for row in rows], dtype=np.str_),
        counts={block: _counts([*wholes, *clauses], block, names[block]) for block in BLOCKS},
        names=names,
        owners=np.array([owner for owner, _ in parts], dtype=np.int64),
        vocabulary=vocabulary,
    )


def make_sheet(table: Table, places: Places) -> Sheet:
    """What these rows know: the columns with enough of them, and rarity counted on them alone."""
    columns: dict[Block, Places] = {}
    rarity: dict[Block, Floats] = {}
    is_for_topics: dict[Block, Flags] = {}
    for block in BLOCKS:
        found = np.asarray(table.counts[block][places].sum(axis=0)).ravel()
        columns[block] = np.flatnonzero(found >= table.vocabulary.least(block)).astype(np.int64)
        kept = found[columns[block]]
        rarity[block] = np.ones(len(kept)) if block == "hints" else _rarity(kept, len(places))
        least = {"words": table.vocabulary.topic_words, "hints": table.vocabulary.hints}.get(block)
        is_for_topics[block] = np.zeros(len(kept), dtype=np.bool_) if least is None else kept >= least
    empty = Sheet(table, columns, rarity, is_for_topics, None)
    return Sheet(table, columns, rarity, is_for_topics, values_of(empty, places))


def values_of(sheet: Sheet, lines: Places) -> Any:
    """Some lines of the table (rows, then clauses) as the sheet sees them: blocks side by side."""
    values = sparse.hstack([_block_values(sheet, block, lines) for block in BLOCKS]).tocsr()
    # liblinear reads 32-bit places only.
    values.indices, values.indptr = values.indices.astype(np.int32), values.indptr.astype(np.int32)
    return values


def _block_values(sheet: Sheet, block: Block, lines: Places) -> Any:
    counts = sheet.table.counts[block][lines][:, sheet.columns[block]]
    values = counts @ sparse.diags_array(sheet.rarity[block])
    if block == "hints":
        return values * SCALES[block]
    lengths = np.sqrt(np.asarray(values.multiply(values).sum(axis=1)).ravel())
    return sparse.diags_array(SCALES[block] / np.maximum(lengths, SHORTEST)) @ values


def _weight(row: LabelledText, reading: Reading) -> float:
    """A row labelled high that the policy calls a look-alike, or that only asks in general, teaches nothing."""
    is_explained = bool(reading.explained) and not reading.of("rule")
    is_general = NO_CLAIM.issuperset(reading.manners.values())
    return 0.0 if row.risk == "high" and (is_explained or is_general) else row.weight


def _rarity(found: Floats, total: int) -> Floats:
    """Rare features count more: the smoothed inverse document frequency of scikit-learn."""
    rarity: Floats = np.round(np.log((1 + total) / (1 + found)) + 1, 4)
    return rarity


def _names(parts: Iterable[Features], block: Block, least: int) -> tuple[str, ...]:
    seen = Counter(key for part in parts for key in getattr(part, block))
    return tuple(sorted(key for key, count in seen.items() if count >= least))


def _counts(parts: Sequence[Features], block: Block, names: Sequence[str]) -> Any:
    known = {name: at for at, name in enumerate(names)}
    columns: list[int] = []
    ends = [0]
    for part in parts:
        columns += sorted(known[key] for key in getattr(part, block) if key in known)
        ends.append(len(columns))
    return sparse.csr_array((np.ones(len(columns)), columns, ends), shape=(len(parts), len(names)))
