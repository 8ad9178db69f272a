"""The kinds of background work: each a line or two around an action."""

from collections.abc import Mapping

from supportbot.drafting.actions import dispatch
from supportbot.drafting.case_aids import make_aid
from supportbot.drafting.flow import Drafting
from supportbot.drafting.triage_training import train_if_due
from supportbot.engine import JobKind
from supportbot.inbox.actions import DRAFT_JOB, SEND_JOB, wake_snoozed
from supportbot.inbox.actions.case_aid_jobs import AID_JOB
from supportbot.jobs import sweeper
from supportbot.review.actions import draw_week

DRAW_REVIEW = "draw_review"
TRAIN_TRIAGE = "train_triage"
Ids = Mapping[str, int | str]


def register_jobs(drafting: Drafting) -> None:
    """Tell the engine what each kind of job does. Drafts, sends and chores have queues of their own.

    Drafts and aids work by turns; aids come last.
    """
    database, runtime, turns = drafting.database, drafting.runtime, drafting.turns

    def draft(ids: Ids) -> None:
        with turns.taken():
            drafting.draft_reply(int(ids["message_id"]), generation=int(ids.get("generation", 1)))

    def send(ids: Ids) -> None:
        with database.transaction() as db:
            dispatch.send_approved(db, runtime, int(ids["outgoing_id"]))

    def sweep(_: Ids) -> None:
        with database.transaction() as db:
            sweeper.sweep(db, runtime)

    def wake(_: Ids) -> None:
        with database.transaction() as db:
            wake_snoozed(db, runtime)

    def prune(_: Ids) -> None:
        with database.transaction() as db:
            sweeper.prune(db, runtime.clock())
        runtime.engine.purge()

    def draw(ids: Ids) -> None:
        with database.transaction() as db:
            draw_week(db, runtime, str(ids["period"]))

    def learn(_: Ids) -> None:
        train_if_due(database, runtime)

    def aid(ids: Ids) -> None:
        with turns.taken(can_wait=True):
            make_aid(drafting, int(ids["conversation_id"]), str(ids["task"]), upto_id=int(ids["upto_id"]))

    register = runtime.engine.register
    register(JobKind(DRAFT_JOB, draft, queue="drafts", concurrency=200, retries=2, timeout_s=90))
    register(JobKind(SEND_JOB, send, queue="sending", concurrency=8, retries=5, poll_s=0.5))
    register(JobKind(AID_JOB, aid, queue="aids", concurrency=8, retries=1, timeout_s=90, poll_s=1))
    register(JobKind("sweep", sweep, queue="chores", concurrency=2, poll_s=2))
    register(JobKind("wake_snoozed", wake, queue="chores", concurrency=2, poll_s=2))
    register(JobKind("prune", prune, queue="chores", concurrency=2, poll_s=5))
    register(JobKind(DRAW_REVIEW, draw, queue="chores", concurrency=2, poll_s=5, retries=2))
    register(JobKind(TRAIN_TRIAGE, learn, queue="learning", concurrency=1, poll_s=5, retries=1, timeout_s=600))
