"""From a customer's message to its drafts: read, plan, open, draft, save. Only here are several transactions opened.

No transaction is open while a model is called. Every step can be run again after a crash: rows are keyed by message,
task and generation, and a finished draft is never made twice (a model may be called again: paid twice, shown once).
"""

import time
from dataclasses import dataclass, field

from supportbot.db import Database
from supportbot.drafting.actions import store_drafts
from supportbot.drafting.pipeline import Surroundings, draft_plan, plan_case
from supportbot.drafting.queries import read_case
from supportbot.drafting.types import CaseFile
from supportbot.gateway import Gateway
from supportbot.governance.queries import active_policy
from supportbot.governance.types import ActivePolicy
from supportbot.inbox.queries import others_named
from supportbot.routing.policy_checks import LONGEST_DRAFT_S
from supportbot.runtime import Runtime
from supportbot.training.queries import spoken_label
from supportbot.triage.weight_store import weights_named
from supportbot.turns import Turns

# Of the drafts that wait for models, so many compute or write at a time.
DRAFTS_WORKING = 3


@dataclass(frozen=True, slots=True)
class Drafting:
    """What drafting needs: the database, the runtime and the gateway to the models.

    `policy` stands in for the active one: the demo's story is played under the shipped policy, so that a first start
    with a policy of one's own calls (and pays) no model two hundred times. `turns` says who works; the gateway gives
    a turn back while a model is waited for. `longest_s` is what a job has: the comparison gets what the draft leaves.
    """

    database: Database
    runtime: Runtime
    gateway: Gateway
    policy: ActivePolicy | None = None
    turns: Turns = field(default_factory=lambda: Turns(DRAFTS_WORKING))
    longest_s: float = LONGEST_DRAFT_S

    def draft_reply(self, message_id: int, *, generation: int = 1) -> None:
        """Draft one message: exactly one set of drafts comes of it, however often this runs."""
        now, ends_at = self.runtime.clock(), time.monotonic() + self.longest_s
        with self.database.transaction(read_only=True) as db:
            policy = self.policy or active_policy(db)
            case = read_case(db, message_id, now=now)
            label = spoken_label(db, message_id)
            weights = weights_named(db, policy.policy.triage.weights)
        around = Surroundings(
            now=now,
            weights=weights,
            label=label,
            generation=generation,
            ends_at=ends_at,
            find_customers=lambda names: self._customers_named(names, case),
            hurry=self.turns.hurried,
        )
        plan = plan_case(case, policy, self.gateway, around)
        with self.database.transaction() as db:
            draft_ids = store_drafts.start(db, self.runtime, plan)
        if draft_ids:
            answered = draft_plan(plan, self.gateway, around)
            with self.database.transaction() as db:
                store_drafts.save(db, self.runtime, answered, draft_ids)

    def _customers_named(self, names: frozenset[str], case: CaseFile) -> frozenset[str]:
        with self.database.transaction(read_only=True) as db:
            return others_named(db, names, conversation_id=case.conversation_id)
