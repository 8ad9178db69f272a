"""The weights that a policy names, kept read per process: those that come with supportbot, or trained ones."""

import hashlib

from sqlmodel import Session, select

from supportbot.errors import PolicyError
from supportbot.governance.tables import TriageWeights
from supportbot.routing.policy import SHIPPED_WEIGHTS
from supportbot.triage.weights import Weights, read_weights, shipped_weights

# A document never changes under its name; a few are kept, so that a rollback costs nothing.
_KEPT = 4
_READ: dict[str, Weights] = {}


def weights_named(db: Session, name: str) -> Weights:
    """The weights of that name.

    Raises:
        PolicyError: they are not stored here, or were changed since they were trained.
    """
    if name == SHIPPED_WEIGHTS:
        return shipped_weights()
    known = _READ.get(name)
    if known is None:
        document = db.exec(select(TriageWeights.document).where(TriageWeights.name == name)).first()
        if document is None or name_of(document) != name:
            wrong = "are not stored here" if document is None else "were changed after they were trained"
            raise PolicyError(
                f"The triage weights {name} {wrong}. Put an earlier policy back in force: supportbot policy rollback"
            )
        known = _READ.setdefault(name, read_weights(document))
        if len(_READ) > _KEPT:
            _READ.pop(next(iter(_READ)), None)
    return known


def name_of(document: str) -> str:
    """What a policy calls weights with this text."""
    return f"sha256:{hashlib.sha256(document.encode()).hexdigest()}"
