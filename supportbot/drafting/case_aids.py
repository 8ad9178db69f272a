"""Makes a case's summary and reads its numbers, for a person who takes it. In a queue of its own: nothing waits for it.

A model that fails leaves a row that says so; the hold, the draft and the customer's notice are there before and stay.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlmodel import Session, select

from supportbot.audit.types import SYSTEM
from supportbot.contract.reply.task_schemas import CaseSummary, ExtractedFields
from supportbot.drafting.actions.attempts import add_attempts, settle_attempts
from supportbot.drafting.ask_model import ask
from supportbot.drafting.flow import Drafting
from supportbot.drafting.queries import read_case, turns_until
from supportbot.drafting.rules.case_aids import named_values
from supportbot.drafting.tables import CaseAid
from supportbot.drafting.types import CaseFile
from supportbot.errors import NotFound
from supportbot.gateway.types import ModelResult
from supportbot.governance.queries import active_policy
from supportbot.governance.types import ActivePolicy
from supportbot.inbox.actions import lock_conversation, publish
from supportbot.inbox.tables import Conversation
from supportbot.language.placeholder_marks import placeholders_in
from supportbot.runtime import Runtime


@dataclass(frozen=True, slots=True)
class _Run:
    """One run: the case up to the message `upto_id`, and the policy it runs under."""

    case: CaseFile
    topic: str
    task: str
    upto_id: int
    policy: ActivePolicy


def make_aid(drafting: Drafting, conversation_id: int, task: str, *, upto_id: int) -> None:
    """Summarise a case, or read its numbers, once; a policy without a model for the task does without."""
    with drafting.database.transaction(read_only=True) as db:
        run = _read(db, drafting, conversation_id, task, upto_id)
    if run is None:
        return
    result = ask(drafting.gateway, run.policy.policy, task, case=run.case, given=_material(run))
    with drafting.database.transaction() as db:
        _save(db, drafting.runtime, run, result)


def _read(db: Session, drafting: Drafting, conversation_id: int, task: str, upto_id: int) -> _Run | None:
    policy = drafting.policy or active_policy(db)
    rule = policy.policy.tasks.get(task)
    if rule is None or rule.model is None or _is_made(db, conversation_id, task, upto_id):
        return None
    conversation = db.get(Conversation, conversation_id)
    if conversation is None or conversation.newest_customer_message_id is None:
        return None
    try:
        case = read_case(db, conversation.newest_customer_message_id, now=drafting.runtime.clock())
    except NotFound:
        return None
    turns = turns_until(db, conversation_id, upto_id)
    return _Run(replace(case, turns=turns), conversation.topic or "not known", task, upto_id, policy)


def _is_made(db: Session, conversation_id: int, task: str, upto_id: int) -> bool:
    query = select(CaseAid.id).where(
        CaseAid.conversation_id == conversation_id, CaseAid.task == task, CaseAid.upto_id == upto_id
    )
    return db.exec(query).first() is not None


def _material(run: _Run) -> dict[str, Any]:
    case = run.case
    return {
        "task": run.task,
        "locale": case.locale,
        "shop": {"name": case.shop.name},
        "case": {"number": case.case_number, "topic": run.topic, "verified": case.verified},
        "messages": [{"role": turn.role, "text": turn.text, "at": turn.at.isoformat()} for turn in case.turns],
    }


def _save(db: Session, runtime: Runtime, run: _Run, result: ModelResult[Any]) -> None:
    conversation = lock_conversation(db, run.case.conversation_id)
    if _is_made(db, run.case.conversation_id, run.task, run.upto_id):
        settle_attempts(db, runtime, result.attempts)
        return
    pin, number = run.policy.policy.pin(run.task), run.policy.number
    made, failure = _result(run, result)
    last = result.attempts[-1] if result.attempts else None
    row = CaseAid(
        conversation_id=run.case.conversation_id,
        task=run.task,
        upto_id=run.upto_id,
        state="failed" if failure else "done",
        state_reason=failure[:200] if failure else None,
        prompt=pin.prompt,
        output_schema=pin.schema,
        policy_version=number,
        model_key=result.model_key,
        author=(last.model_answered or last.model_asked)[:200] if last else None,
        result=made,
        created_at=runtime.clock(),
    )
    db.add(row)
    message_id = run.case.message_id
    add_attempts(db, result.attempts, message_id=message_id, policy_version=number, pin=pin, draft_id=None)
    publish(db, conversation, "conversation", at=runtime.clock())
    db.flush()
    settle_attempts(db, runtime, result.attempts)
    runtime.audit.record(
        db,
        actor=SYSTEM,
        action="case_aid.saved",
        subject="case_aid",
        subject_id=row.id,
        conversation_id=run.case.conversation_id,
        detail={"task": run.task, "state": row.state},
    )


def _result(run: _Run, result: ModelResult[Any]) -> tuple[dict[str, Any], str | None]:
    """What is kept, and why nothing is."""
    fields = result.fields
    if isinstance(fields, CaseSummary):
        left = placeholders_in("\n".join((fields.summary, *fields.open_points)))
        if left:
            return {}, f"The model made up a placeholder: {', '.join(left)}."
        return {**asdict(fields), "open_points": list(fields.open_points)}, None
    if isinstance(fields, ExtractedFields):
        return {"named": named_values(fields, run.case)}, None
    return {}, result.reason
