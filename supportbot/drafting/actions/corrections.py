"""What people say against triage: another topic, or the wrong route. Both are labels, and act at once where they raise.

Saying that a message went the wrong way holds it; nothing that is held is let go by it. Actions never commit.
"""

from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from supportbot.accounts.types import Person
from supportbot.customers.tables import Customer, Site
from supportbot.drafting.actions.labels import find_decision, store_proof
from supportbot.drafting.actions.notices import tell_held
from supportbot.drafting.actions.redrafts import MOST_DRAFTS, draft_again, void_drafts
from supportbot.drafting.rules.label_evidence import as_topic
from supportbot.drafting.tables import Draft
from supportbot.drafting.types import ShopFacts
from supportbot.errors import Conflict, InvalidInput, NotFound
from supportbot.governance.queries import active_policy
from supportbot.inbox import actions as inbox
from supportbot.inbox.tables import Conversation, Message
from supportbot.language.detection import guess_language
from supportbot.routing.held_reply_time import held_reply_by
from supportbot.routing.tables import Decision
from supportbot.routing.types import MONEY_TOPICS, TOPICS, HoldKind
from supportbot.runtime import Runtime
from supportbot.training.actions import remove_label
from supportbot.training.queries import find_label
from supportbot.training.tables import TriageLabel
from supportbot.triage.types import Proof

WRONG_ROUTE = "wrong route"
SPOKEN = ("topic_correction", "wrong_route")
"""Labels that somebody said outright. Any other came of a reply, and only undoing the reply takes it back."""
OPEN_STATES = ("waiting", "drafting", "ready", "held", "failed", "manual", "sending")


def correct_topic(db: Session, runtime: Runtime, message_id: int, topic: str, *, by: Person) -> TriageLabel:
    """Say what a message is really about. A draft that is still open is written anew for that topic.

    Raises:
        InvalidInput: there is no such topic.
        NotFound: there is no such customer message.
        Conflict: triage has not decided about it yet.
    """
    conversation, decision = _decided(db, message_id)
    chosen = as_topic(topic)
    if chosen is None:
        raise InvalidInput(
            f"Topic {topic!r} does not exist. Choose one of: {', '.join(TOPICS)}.", fields={"topic": "unknown"}
        )
    label = _stored(db, runtime, decision, Proof("topic_correction", topic=chosen), by=by)
    if conversation.newest_customer_message_id != message_id:
        return label
    was, conversation.topic = conversation.topic, chosen
    db.add(conversation)
    inbox.publish(db, conversation, "conversation", at=runtime.clock())
    if was != chosen and _is_open(conversation) and conversation.work_state != "sending":
        _draft_anew(db, runtime, conversation, message_id, by=by)
    return label


def say_wrong_route(db: Session, runtime: Runtime, message_id: int, *, by: Person) -> TriageLabel:
    """Say that a message was sent the wrong way: a fast one is held at once, and a new draft is asked for.

    A reply to it that is about to leave is stopped. One that was held stays held: only a release lets it go.

    Raises:
        NotFound: there is no such customer message.
        Conflict: triage has not decided about it yet.
    """
    conversation, decision = _decided(db, message_id)
    label = _stored(db, runtime, decision, Proof("wrong_route", risk="low" if decision.hold else "high"), by=by)
    is_newest = conversation.newest_customer_message_id == message_id
    if label.true_risk == "high" and is_newest and _is_open(conversation):
        _hold_now(db, runtime, conversation, message_id, topic=label.true_topic or decision.topic, by=by)
    else:
        inbox.publish(db, conversation, "conversation", at=runtime.clock())
    return label


def take_back(db: Session, runtime: Runtime, label_id: int, *, by: Person) -> TriageLabel:
    """Take back what one said. A hold that came of it stays: only a release ends it.

    Raises:
        NotFound, Forbidden, Conflict: as for `training.actions.remove_label`.
        Conflict: nobody said it outright.
    """
    label = find_label(db, label_id)
    if label is None:
        raise NotFound(f"There is no label {label_id}.")
    if label.source not in SPOKEN:
        raise Conflict("This came of a reply, so only undoing the reply takes it back. Say what is right instead.")
    conversation = inbox.lock_conversation(db, label.conversation_id)
    removed = remove_label(db, runtime.audit, label_id, by=by, at=runtime.clock())
    inbox.publish(db, conversation, "conversation", at=runtime.clock())
    return removed


def _decided(db: Session, message_id: int) -> tuple[Conversation, Decision]:
    message = db.get(Message, message_id)
    if message is None or message.role != "customer":
        raise NotFound(f"There is no customer message {message_id}.")
    conversation = inbox.lock_conversation(db, message.conversation_id)
    decision = find_decision(db, message_id)
    if decision is None:
        raise Conflict("Triage has not decided about this message yet. Try again in a moment.")
    return conversation, decision


def _stored(db: Session, runtime: Runtime, decision: Decision, proof: Proof, *, by: Person) -> TriageLabel:
    label = store_proof(db, runtime, decision, proof, by=by)
    assert label is not None
    return label


def _is_open(conversation: Conversation) -> bool:
    return conversation.status != "resolved" and conversation.work_state in OPEN_STATES


def _hold_now(
    db: Session, runtime: Runtime, conversation: Conversation, message_id: int, *, topic: str, by: Person
) -> None:
    stopped = inbox.stop_reply(db, runtime, conversation, reason="It was sent the wrong way and is held now.", by=by)
    if stopped is not None and stopped.draft_id is not None:
        _void_approved(db, runtime, stopped.draft_id)
    was_held = conversation.hold_kind is not None
    kind: HoldKind = "money" if topic in MONEY_TOPICS else "risk"
    conversation.hold_kind, conversation.hold_label, conversation.work_state = kind, WRONG_ROUTE, "held"
    db.add(conversation)
    if not was_held:
        _tell(db, runtime, conversation, message_id, topic)
    _draft_anew(db, runtime, conversation, message_id, by=by)


def _draft_anew(db: Session, runtime: Runtime, conversation: Conversation, message_id: int, *, by: Person) -> None:
    """Ask for another draft; after ten of them the reply is written by hand."""
    newest = _newest_draft(db, message_id)
    if newest is not None and newest.generation < MOST_DRAFTS:
        draft_again(db, runtime, newest, conversation=conversation, by=by)
        return
    void_drafts(db, runtime, message_id)
    inbox.show_work(db, runtime, conversation, "manual")


def _tell(db: Session, runtime: Runtime, conversation: Conversation, message_id: int, topic: str) -> None:
    policy = active_policy(db).policy
    site = db.get_one(Site, conversation.site_id)
    message = db.get_one(Message, message_id)
    update_by = held_reply_by(
        policy.held_reply_by, now=runtime.clock(), zone=ZoneInfo(site.time_zone), working=policy.working
    )
    tell_held(
        db,
        runtime,
        conversation,
        message_id=message_id,
        topic=topic,
        update_by=update_by,
        shop=ShopFacts(site.name, site.time_zone, site.currency, site.sign_off),
        locale=guess_language(message.text) or db.get_one(Customer, conversation.customer_id).locale,
    )


def _newest_draft(db: Session, message_id: int) -> Draft | None:
    query = select(Draft).where(Draft.message_id == message_id).order_by(col(Draft.generation).desc(), col(Draft.id))
    return db.exec(query.limit(1)).first()


def _void_approved(db: Session, runtime: Runtime, draft_id: int) -> None:
    draft = db.get_one(Draft, draft_id)
    draft.state, draft.state_reason, draft.closed_at = "void", "It was sent the wrong way.", runtime.clock()
    db.add(draft)
    db.flush()
