"""Trains triage from the team's labels: when it is due, outside every transaction, and never twice for one number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from supportbot.accounts.queries import names_by_id
from supportbot.db import Database, insert_once
from supportbot.drafting.rules.label_evidence import as_topic
from supportbot.errors import InvalidInput
from supportbot.governance.queries import active_policy
from supportbot.governance.tables import TriageWeights
from supportbot.inbox.tables import Message
from supportbot.routing.policy import SHIPPED_WEIGHTS, TriageRules
from supportbot.routing.types import Risk
from supportbot.runtime import Runtime
from supportbot.training.candidates import due_at, record_training
from supportbot.training.tables import TriageLabel
from supportbot.training.types import Lesson
from supportbot.triage.weight_store import name_of, weights_named
from supportbot.triage.weights import Weights, weights_text

MOST_LESSONS = 2_000
# A training that did not end by then died with its worker; and one that lacked labels is worth another try.
GIVEN_UP_AFTER = timedelta(minutes=10)
ANOTHER_TRY_AFTER = 10


@dataclass(frozen=True, slots=True)
class Task:
    """One training: what it learns from and who said it, where it starts, and what it is compared with."""

    candidate_id: int
    lessons: tuple[Lesson, ...]
    rules: TriageRules
    base: Weights
    in_use: Weights
    seen: int
    voices: tuple[tuple[str, int], ...]


def train_if_due(database: Database, runtime: Runtime) -> bool:
    """Train and compare a candidate when enough new labels are there; says whether it did."""
    with database.transaction() as db:
        task = _begin(db, runtime.clock())
    if task is None:
        return False
    made_on = runtime.clock().date()
    try:
        document, report = _train(task, made_on)
    except InvalidInput as error:
        with database.transaction() as db:
            _end(db, runtime, task.candidate_id, state="failed", reason=f"{error.message} It is tried again with more.")
        return True
    with database.transaction() as db:
        _end(db, runtime, task.candidate_id, state="candidate", document=document, report=report)
    return True


def count_labels(db: Session) -> int:
    """How many messages people have said the risk of."""
    query = select(sa.func.count()).where(col(TriageLabel.is_current), col(TriageLabel.true_risk).is_not(None))
    return db.exec(query).one()


def read_lessons(db: Session, *, limit: int = MOST_LESSONS) -> list[tuple[int, Lesson]]:
    """The newest labelled messages, oldest first, each with its label's id and the text that triage had seen."""
    query = (
        select(TriageLabel)
        .where(col(TriageLabel.is_current), col(TriageLabel.true_risk).is_not(None))
        .order_by(col(TriageLabel.id).desc())
        .limit(limit)
    )
    rows = list(reversed(db.exec(query).all()))
    texts = _questions(db, rows)
    return [
        (row.id or 0, Lesson(texts[row.message_id], as_topic(row.true_topic or ""), _risk(row), row.language))
        for row in rows
        if texts.get(row.message_id, "").strip()
    ]


def _begin(db: Session, now: datetime) -> Task | None:
    labels = count_labels(db)
    due = due_at(labels)
    if due is None or not _take(db, due, labels, now):
        return None
    row = db.exec(select(TriageWeights).where(TriageWeights.due_at == due)).one()
    policy = active_policy(db).policy
    pairs = read_lessons(db)
    row.labels, row.newest_label_id = len(pairs), pairs[-1][0] if pairs else 0
    db.add(row)
    return Task(
        candidate_id=row.id or 0,
        lessons=tuple(lesson for _, lesson in pairs),
        rules=policy.triage,
        base=weights_named(db, SHIPPED_WEIGHTS),
        in_use=weights_named(db, policy.triage.weights),
        seen=_seen(db, policy.triage.weights, [label_id for label_id, _ in pairs]),
        voices=_voices(db, [label_id for label_id, _ in pairs]),
    )


def _take(db: Session, due: int, labels: int, now: datetime) -> bool:
    """Take the training that is due at a number of labels; False when it is done, or somebody has it."""
    values = {"due_at": due, "state": "training", "base": SHIPPED_WEIGHTS, "labels": labels, "newest_label_id": 0}
    if insert_once(db, TriageWeights, **values, started_at=now):
        return True
    again = sa.or_(
        sa.and_(col(TriageWeights.state) == "training", col(TriageWeights.started_at) < now - GIVEN_UP_AFTER),
        sa.and_(col(TriageWeights.state) == "failed", col(TriageWeights.labels) <= labels - ANOTHER_TRY_AFTER),
    )
    statement = sa.update(TriageWeights).where(col(TriageWeights.due_at) == due, again)
    taken = statement.values(state="training", started_at=now, state_reason=None, labels=labels)
    return db.connection().execute(taken).rowcount == 1


def _train(task: Task, made_on: date) -> tuple[str, dict[str, object]]:
    # With numpy and scipy behind it, which nothing else of a web process needs.
    from supportbot.training.comparison import compare
    from supportbot.training.fine_tune import Classroom, adapt_on

    room = Classroom(task.base, task.lessons, task.rules)
    report = compare(room, task.in_use, made_on=made_on, seen=task.seen).as_json()
    weights = adapt_on(room, range(len(task.lessons)), made_on=made_on)
    return weights_text(weights), report | {"voices": [list(voice) for voice in task.voices]}


def _end(
    db: Session,
    runtime: Runtime,
    candidate_id: int,
    *,
    state: str,
    reason: str | None = None,
    document: str | None = None,
    report: dict[str, object] | None = None,
) -> None:
    row = db.get_one(TriageWeights, candidate_id, with_for_update=True, populate_existing=True)
    if row.state != "training":
        return
    row.state, row.state_reason, row.finished_at = state, reason[:300] if reason else None, runtime.clock()
    row.document, row.report = document, report
    row.name = name_of(document) if document else None
    db.add(row)
    db.flush()
    record_training(db, runtime.audit, row)


def _seen(db: Session, name: str, label_ids: Sequence[int]) -> int:
    newest = db.exec(select(TriageWeights.newest_label_id).where(TriageWeights.name == name)).first() or 0
    return sum(label_id <= newest for label_id in label_ids)


def _voices(db: Session, label_ids: Sequence[int]) -> tuple[tuple[str, int], ...]:
    """Who said the labels, and how many each: whoever speaks most stands first."""
    query = sa.select(col(TriageLabel.by_id), sa.func.count()).where(col(TriageLabel.id).in_(label_ids))
    rows = db.connection().execute(query.group_by(col(TriageLabel.by_id))).all()
    names = names_by_id(db, [by_id for by_id, _ in rows])
    return tuple(sorted(((names[by_id], said) for by_id, said in rows), key=lambda voice: (-voice[1], voice[0])))


def _risk(row: TriageLabel) -> Risk:
    return "high" if row.true_risk == "high" else "low"


def _questions(db: Session, rows: Sequence[TriageLabel]) -> dict[int, str]:
    """Each labelled message with the customer's words before it that had no answer yet: what triage had read."""
    wanted = {row.message_id for row in rows}
    query = (
        select(Message.conversation_id, Message.id, Message.role, Message.text)
        .where(
            col(Message.conversation_id).in_(
                sa.select(col(TriageLabel.conversation_id)).where(col(TriageLabel.is_current))
            ),
            col(Message.role) != "system",
        )
        .order_by(col(Message.conversation_id), col(Message.id))
    )
    texts: dict[int, str] = {}
    at, open_texts = 0, list[str]()
    for conversation_id, message_id, role, text in db.exec(query):
        if conversation_id != at:
            at, open_texts = conversation_id, []
        open_texts = [] if role == "agent" else [*open_texts, text]
        if message_id in wanted:
            texts[message_id] = "\n".join(open_texts)
    return texts
