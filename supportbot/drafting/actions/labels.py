"""Stores what people's acts on drafts prove, in the transaction of the act. The caller holds the conversation."""

from sqlmodel import Session, select

from supportbot.accounts.types import Person
from supportbot.customers.tables import Customer
from supportbot.drafting.rules.label_evidence import approval_proof, edit_proof, escalation_proof, release_proof
from supportbot.drafting.tables import Draft
from supportbot.inbox.tables import Message
from supportbot.language.detection import guess_language
from supportbot.routing.tables import Decision
from supportbot.runtime import Runtime
from supportbot.training.actions import add_label
from supportbot.training.tables import TriageLabel
from supportbot.triage.types import Proof, Said

DEFAULT_WEIGHTS = "shipped"


def label_approval(db: Session, runtime: Runtime, draft: Draft, outgoing_id: int | None, *, by: Person) -> None:
    """A ready draft was approved."""
    decision = find_decision(db, draft.message_id)
    if decision is not None:
        proof = approval_proof(topic=decision.topic, outcome=draft.outcome)
        store_proof(db, runtime, decision, proof, by=by, outgoing_id=outgoing_id)


def label_release(
    db: Session, runtime: Runtime, draft: Draft, outgoing_id: int | None, *, outcome: str | None, by: Person
) -> None:
    """A held draft was released; `outcome` is that of the reply that was chosen."""
    decision = find_decision(db, draft.message_id)
    if decision is None or not decision.hold:
        return
    layers = {str(reason["layer"]) for reason in decision.reasons}
    proof = release_proof(topic=decision.topic, hold_kind=draft.hold_kind, outcome=outcome, layers=layers)
    store_proof(db, runtime, decision, proof, by=by, outgoing_id=outgoing_id)


def label_edit(
    db: Session, runtime: Runtime, draft: Draft, outgoing_id: int | None, *, promised: bool, by: Person
) -> None:
    """A draft was sent in a person's own words."""
    decision = find_decision(db, draft.message_id)
    if decision is not None:
        store_proof(db, runtime, decision, edit_proof(promised=promised), by=by, outgoing_id=outgoing_id)


def label_escalation(db: Session, runtime: Runtime, draft: Draft, *, by: Person) -> None:
    """A ready draft was held for a lead."""
    decision = find_decision(db, draft.message_id)
    if decision is not None:
        store_proof(db, runtime, decision, escalation_proof(), by=by)


def store_proof(
    db: Session,
    runtime: Runtime,
    decision: Decision,
    proof: Proof | None,
    *,
    by: Person,
    outgoing_id: int | None = None,
) -> TriageLabel | None:
    """Make a proof the current label of the decision's message; None when nothing was proved."""
    if proof is None:
        return None
    return add_label(
        db,
        runtime.audit,
        (decision.message_id, decision.conversation_id),
        said_of(decision),
        proof,
        language=_language(db, decision.message_id),
        by=by,
        at=runtime.clock(),
        outgoing_id=outgoing_id,
    )


def find_decision(db: Session, message_id: int) -> Decision | None:
    """What triage decided about a message; None before it has."""
    return db.exec(select(Decision).where(Decision.message_id == message_id)).first()


def said_of(decision: Decision) -> Said:
    """What triage said, as a label keeps it."""
    weights = decision.weights or DEFAULT_WEIGHTS
    return Said(decision.topic, decision.risk, decision.hold, weights, decision.policy_version)


def _language(db: Session, message_id: int) -> str:
    message = db.get_one(Message, message_id)
    return guess_language(message.text) or db.get_one(Customer, message.customer_id).locale[:2] or "en"
