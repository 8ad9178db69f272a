"""What lies at the foot of the desk for a while; see `templates/inbox/_toast.html`."""

from datetime import datetime
from typing import Any

from sqlmodel import Session

from supportbot.inbox import queries
from supportbot.inbox.tables import Outgoing
from supportbot.web.inbox.context import customer_name

TAKEN_BACK = "Taken back. Nothing left."


def sending_toasts(db: Session, person_id: int, *, now: datetime) -> list[dict[str, Any]]:
    """One for each reply that this person let go and can still undo, newest first."""
    leaving = queries.replies_leaving(db, person_id)
    return [_undo_toast(outgoing, f"Sending to {customer_name(customer)}", now) for outgoing, customer in leaving]


def good_toast(text: str) -> dict[str, Any]:
    """That something was done."""
    return {"text": text, "kind": "good"}


def _undo_toast(outgoing: Outgoing, text: str, now: datetime) -> dict[str, Any]:
    left = max(int((outgoing.sends_at - now).total_seconds()), 1)
    leaves = {"iso": outgoing.sends_at.isoformat(), "text": f"{left} s"}
    return {"text": text, "kind": "undo", "outgoing_id": outgoing.id, "leaves_at": leaves, "seconds_left": left}
