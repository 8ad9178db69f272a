"""What all processes on one database share: limits that hold, and a model that is left alone after failures."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import select

from supportbot.audit.actions import AuditLog
from supportbot.audit.tables import AuditEntry
from supportbot.clock import FixedClock
from supportbot.db import Database
from supportbot.gateway import Gateway
from supportbot.gateway.actions import prune_reservations, settle
from supportbot.gateway.guard import DatabaseGuard
from supportbot.gateway.tables import Breaker, Reservation, SpendDay
from supportbot.gateway.types import (
    Admitted,
    Attempt,
    ModelAnswer,
    NotAdmitted,
    OutcomeClass,
    PlannedCall,
    PriceOverride,
    Purpose,
    SpendLimits,
    Tokens,
)
from supportbot.jobs.sweeper import prune
from tests.gateway.factories import AT, MODELS, OK, ScriptedProvider, Time, complete, failed, make_rule, make_spec

PRICED = make_spec(price=PriceOverride(1.0, 10.0), base_url="http://127.0.0.1:1/v1")


class Ground:
    """One database with any number of guards on it, as that many processes would have."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = FixedClock(AT)
        self.audit = AuditLog("k" * 43, self.clock)

    def guard(self) -> DatabaseGuard:
        return DatabaseGuard(self.database, self.audit, self.clock)

    def end(self, call: PlannedCall, *outcomes: OutcomeClass) -> None:
        """Admit a call for each outcome, and let it end so."""
        guard = self.guard()
        for outcome in outcomes:
            admitted = guard.admit(call)
            assert isinstance(admitted, Admitted)
            attempt = make_attempt(admitted, outcome)
            guard.report(call, admitted, attempt)
            if outcome == "ok":
                self.settle(attempt)

    def settle(self, *attempts: Attempt) -> list[str]:
        with self.database.transaction() as db:
            return [change.after for change in settle(db, attempts, at=self.clock())]

    def day(self) -> tuple[int, int]:
        with self.database.transaction(read_only=True) as db:
            row = db.exec(select(SpendDay)).one()
            return row.microusd, row.unpriced_output_tokens

    def actions(self) -> Sequence[str]:
        with self.database.transaction(read_only=True) as db:
            return db.exec(select(AuditEntry.action).order_by(AuditEntry.seq)).all()  # type: ignore[arg-type]


@pytest.fixture
def ground(database: Database) -> Ground:
    return Ground(database)


def make_call(
    worst: int | None = 1_000, *, message_id: int | None = 1, tokens: int = 800, **limits: int
) -> PlannedCall:
    return PlannedCall(PRICED, "routine_reply", Purpose(message_id, SpendLimits(**limits)), worst, tokens, 5.0)


def make_attempt(admitted: Admitted, outcome: OutcomeClass = "ok", **changes: object) -> Attempt:
    attempt = Attempt(
        task="routine_reply",
        number=1,
        model_key="fast",
        provider="openai_compatible",
        model_asked="small-chat",
        model_answered="small-chat-1" if outcome == "ok" else None,
        provider_request_id=None,
        outcome=outcome,
        http_status=200 if outcome == "ok" else None,
        error_code=None,
        started_at=AT,
        latency_ms=5,
        tokens=Tokens(100, 0, 0, 20) if outcome == "ok" else Tokens(),
        cost_microusd=300 if outcome == "ok" else None,
        is_backup=False,
        reservation_id=admitted.reservation_id,
    )
    return replace(attempt, **changes)  # type: ignore[arg-type]


# Money


def test_a_call_counts_its_worst_case_until_it_is_settled_at_what_it_cost(ground: Ground) -> None:
    admitted = ground.guard().admit(make_call())
    assert isinstance(admitted, Admitted)
    assert ground.day() == (1_000, 0)
    attempt = make_attempt(admitted)
    ground.settle(attempt)
    assert ground.day() == (300, 0)
    ground.settle(attempt)
    assert ground.day() == (300, 0)


@pytest.mark.parametrize(
    ("outcome", "status", "counted"),
    [("timeout", None, 1_000), ("overloaded", 529, 0), ("auth", None, 0), ("invalid_request", 307, 0)],
)
def test_a_failed_call_costs_nothing_only_when_the_server_refused_it(
    ground: Ground, outcome: OutcomeClass, status: int | None, counted: int
) -> None:
    admitted = ground.guard().admit(make_call())
    assert isinstance(admitted, Admitted)
    ground.settle(make_attempt(admitted, outcome, http_status=status))
    assert ground.day() == (counted, 0)


def test_the_days_limit_holds_and_the_next_day_begins_anew(ground: Ground) -> None:
    call, guard = make_call(per_day_microusd=2_500), ground.guard()
    assert [type(guard.admit(call)) for _ in range(3)] == [Admitted, Admitted, NotAdmitted]
    refused = guard.admit(call)
    assert refused == NotAdmitted("over_limit", "one more call could pass the day's 0.0025 USD")
    ground.clock.move(timedelta(days=1))
    assert isinstance(guard.admit(call), Admitted)


def test_many_processes_together_never_pass_the_days_limit(ground: Ground) -> None:
    call = make_call(per_day_microusd=10_000)
    with ThreadPoolExecutor(8) as pool:
        admitted = list(pool.map(lambda _: ground.guard().admit(call), range(40)))
    assert sum(isinstance(one, Admitted) for one in admitted) == 10
    assert ground.day() == (10_000, 0)


def test_drafts_that_settle_two_calls_while_others_are_admitted_never_wait_in_a_ring(ground: Ground) -> None:
    guard, call = ground.guard(), make_call()

    def draft(number: int) -> None:
        attempts = []
        for task in range(2):
            admitted = guard.admit(call)
            assert isinstance(admitted, Admitted)
            attempts.append(make_attempt(admitted))
            guard.report(call, admitted, attempts[task])
        ground.settle(*reversed(attempts) if number % 2 else attempts)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(draft, range(48)))

    with ground.database.transaction(read_only=True) as db:
        assert {row.outcome for row in db.exec(select(Reservation))} == {"ok"}
    assert ground.day()[0] == 96 * (make_attempt(Admitted(1)).cost_microusd or 0)


def test_drafts_whose_models_answer_under_new_names_never_wait_in_a_ring(ground: Ground) -> None:
    guard, one = ground.guard(), make_call()
    other = replace(one, spec=replace(PRICED, model="other"))

    def draft(number: int) -> None:
        attempts = []
        for call in (one, other) if number % 2 else (other, one):
            admitted = guard.admit(call)
            assert isinstance(admitted, Admitted)
            attempts.append(make_attempt(admitted, model_answered=f"name-{number}"))
        ground.settle(*attempts)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(draft, range(48)))

    with ground.database.transaction(read_only=True) as db:
        assert {row.outcome for row in db.exec(select(Reservation))} == {"ok"}


def test_a_reply_has_a_limit_over_all_its_tasks_and_lost_tries_count(ground: Ground) -> None:
    guard = ground.guard()
    limited = {"per_reply_microusd": 2_000}
    assert isinstance(guard.admit(make_call(message_id=7, **limited)), Admitted)
    assert isinstance(guard.admit(replace(make_call(message_id=7, **limited), task="dispute_reply")), Admitted)
    assert isinstance(guard.admit(make_call(message_id=7, **limited)), NotAdmitted)
    assert isinstance(guard.admit(make_call(message_id=8, **limited)), Admitted)


def test_an_unknown_price_blocks_nothing_and_counts_output_tokens(ground: Ground) -> None:
    call = make_call(None, per_day_microusd=1, per_reply_microusd=1, per_day_output_tokens=1_700)
    guard = ground.guard()
    first = guard.admit(call)
    assert isinstance(first, Admitted)
    assert isinstance(guard.admit(call), Admitted)
    refused = guard.admit(call)
    assert isinstance(refused, NotAdmitted)
    assert "1700 output tokens" in refused.words
    ground.settle(make_attempt(first, cost_microusd=None))
    assert ground.day() == (0, 820)


def test_the_builtin_provider_passes_freely_and_leaves_no_row(ground: Ground) -> None:
    call = replace(make_call(per_day_microusd=0), spec=MODELS["builtin"])
    assert ground.guard().admit(call) == Admitted(None)
    with ground.database.transaction(read_only=True) as db:
        assert db.exec(select(Reservation)).all() == []


# The breaker


def test_a_failing_model_is_paused_for_every_process_and_one_probe_brings_it_back(ground: Ground) -> None:
    call = make_call()
    ground.end(call, "timeout", "timeout", "timeout", "timeout")
    refused = ground.guard().admit(call)
    assert refused == NotAdmitted("paused", "the model is paused after no answer in time", because="timeout")
    ground.clock.move(timedelta(seconds=31))
    with ThreadPoolExecutor(8) as pool:
        admitted = list(pool.map(lambda _: ground.guard().admit(call), range(8)))
    (probe,) = [one for one in admitted if isinstance(one, Admitted)]
    assert probe.is_probe
    ground.guard().report(call, probe, make_attempt(probe))
    assert isinstance(ground.guard().admit(call), Admitted)
    assert ground.actions() == ["model.paused", "model.back"]


def test_a_probe_that_fails_waits_twice_as_long_and_one_that_is_lost_is_made_again(ground: Ground) -> None:
    call = make_call()
    ground.end(call, *["overloaded"] * 4)
    ground.clock.move(timedelta(seconds=31))
    ground.end(call, "overloaded")
    ground.clock.move(timedelta(seconds=31))
    assert isinstance(ground.guard().admit(call), NotAdmitted)
    ground.clock.move(timedelta(seconds=30))
    assert isinstance(ground.guard().admit(call), Admitted)  # its process dies
    assert isinstance(ground.guard().admit(call), NotAdmitted)
    ground.clock.move(timedelta(seconds=11))
    assert isinstance(ground.guard().admit(call), Admitted)


@pytest.mark.parametrize("outcome", ["auth", "quota"])
def test_a_refused_key_or_a_used_up_quota_pauses_at_once(ground: Ground, outcome: OutcomeClass) -> None:
    ground.end(make_call(), outcome)
    assert isinstance(ground.guard().admit(make_call()), NotAdmitted)


def test_only_the_failing_model_is_paused_and_an_answer_forgives_old_failures(ground: Ground) -> None:
    other = replace(make_call(), spec=replace(PRICED, model="other"))
    ground.end(make_call(), "timeout", "timeout", "timeout")
    ground.clock.move(timedelta(seconds=61))
    ground.end(make_call(), "ok", "timeout", "timeout")
    assert isinstance(ground.guard().admit(make_call()), Admitted)
    ground.end(make_call(), "timeout")
    assert isinstance(ground.guard().admit(make_call()), NotAdmitted)
    assert isinstance(ground.guard().admit(other), Admitted)


def test_a_model_that_is_asked_seldom_is_paused_after_five_failures_in_a_row(ground: Ground) -> None:
    for _ in range(4):
        ground.end(make_call(), "timeout")
        ground.clock.move(timedelta(seconds=90))
    assert ground.actions() == []
    ground.end(make_call(), "timeout")
    assert ground.actions() == ["model.paused"]
    assert isinstance(ground.guard().admit(make_call()), NotAdmitted)


def test_answers_that_cannot_be_used_pause_nothing(ground: Ground) -> None:
    ground.end(make_call(), *["schema_invalid"] * 6, *["refused"] * 6)
    with ground.database.transaction(read_only=True) as db:
        assert db.exec(select(Breaker)).all() == []


def test_another_served_model_is_told_once(ground: Ground) -> None:
    guard, call = ground.guard(), make_call()
    names = ["small-1", "small-1", "small-2", "small-2"]
    admitted = [guard.admit(call) for _ in names]
    told = [
        ground.settle(make_attempt(one, model_answered=name))
        for one, name in zip(admitted, names, strict=True)
        if isinstance(one, Admitted)
    ]
    assert told == [[], [], ["small-2"], []]


def test_of_two_names_in_one_draft_the_last_is_kept_and_told(ground: Ground) -> None:
    guard, call = ground.guard(), make_call()
    names = ["small-1", "small-2", "small-3", "small-3"]
    attempts = []
    for name in names:
        admitted = guard.admit(call)
        assert isinstance(admitted, Admitted)
        attempts.append(make_attempt(admitted, model_answered=name))
    assert [ground.settle(attempts[0]), ground.settle(*attempts[1:3]), ground.settle(attempts[3])] == [
        [],
        ["small-3"],
        [],
    ]


def test_a_call_that_a_limit_refuses_leaves_the_probe_to_the_next(ground: Ground) -> None:
    call = make_call()
    ground.end(call, *["timeout"] * 4)
    ground.clock.move(timedelta(seconds=31))
    for limit in ({"per_reply_microusd": 10}, {"per_day_microusd": 10}):
        refused = ground.guard().admit(make_call(message_id=2, **limit))
        assert isinstance(refused, NotAdmitted) and refused.kind == "over_limit"
    probe = ground.guard().admit(call)
    assert isinstance(probe, Admitted) and probe.is_probe
    assert isinstance(ground.guard().admit(call), NotAdmitted)


def test_successes_hold_the_breaker_closed_before_their_drafts_are_saved(ground: Ground) -> None:
    call, guard, other = make_call(), ground.guard(), ground.guard()

    def ends(outcome: OutcomeClass) -> None:
        """A call without a draft yet, since a longer task goes on."""
        admitted = guard.admit(call)
        assert isinstance(admitted, Admitted)
        guard.report(call, admitted, make_attempt(admitted, outcome))

    for outcome in ("ok", "ok", "ok", "schema_invalid", "ok", "ok"):
        ends(outcome)
    for _ in range(4):
        ends("timeout")
    assert isinstance(other.admit(call), Admitted)
    ends("timeout")
    assert isinstance(other.admit(call), NotAdmitted)


def test_a_run_that_was_cut_off_counts_against_the_task_when_its_message_is_drafted_again(ground: Ground) -> None:
    worst = 10_200  # 800 output tokens, and a short prompt
    lost = ground.guard().admit(make_call(worst))  # its process dies
    assert isinstance(lost, Admitted)
    result, asked = run(ground, [OK], max_cost_usd=0.011, backup=None)
    assert (result.outcome, asked) == ("over_limit", 0)
    assert "the task's 0.011 USD a run, with the tries of a run that was cut off" in result.reason
    assert ground.day() == (worst, 0)
    result, asked = run(ground, [OK], max_cost_usd=0.011, backup=None, task="other_task")
    assert (result.outcome, asked) == ("ok", 1)
    ground.settle(make_attempt(lost))
    result, asked = run(ground, [OK], max_cost_usd=0.011, backup=None)
    assert (result.outcome, asked) == ("ok", 1)


def test_a_runs_own_tries_count_at_what_they_cost(ground: Ground) -> None:
    off = ModelAnswer("ok", text="No JSON here.", tokens=Tokens(100, 0, 0, 20))
    result, asked = run(ground, [off, OK], max_cost_usd=0.013, backup=None)
    assert (result.outcome, asked) == ("ok", 2)


# Pruning


def test_old_reservations_are_removed_and_what_they_cost_stays_counted(ground: Ground) -> None:
    guard, call = ground.guard(), make_call(message_id=1)
    settled, lost = guard.admit(call), guard.admit(call)
    assert isinstance(settled, Admitted) and isinstance(lost, Admitted)
    ground.settle(make_attempt(settled))
    day = ground.day()
    ground.clock.move(timedelta(days=31))
    guard.admit(make_call(message_id=2))
    with ground.database.transaction() as db:
        prune(db, ground.clock())
    with ground.database.transaction(read_only=True) as db:
        assert [row.message_id for row in db.exec(select(Reservation))] == [2]
        first, _ = db.exec(select(SpendDay).order_by(SpendDay.day)).all()  # type: ignore[arg-type]
    assert day == (first.microusd, first.unpriced_output_tokens) == (1_300, 0)
    ground.settle(make_attempt(lost))


def test_a_prune_takes_a_part_at_a_time(ground: Ground) -> None:
    guard = ground.guard()
    for _ in range(5):
        guard.admit(make_call())
    with ground.database.transaction() as db:
        later = AT + timedelta(days=1)
        assert [prune_reservations(db, later, most=3) for _ in range(3)] == [3, 2, 0]


# In a whole run


def run(ground: Ground, answers: list[ModelAnswer], **rule: object):  # type: ignore[no-untyped-def]
    time = Time()
    fast, spare = ScriptedProvider(answers, time=time), ScriptedProvider([OK] * 9, time=time)
    gateway = Gateway(
        {"openai_compatible": fast, "builtin": spare},
        clock=ground.clock,
        guard=ground.guard(),
        monotonic=time.monotonic,
        sleep=time.sleep,
    )
    purpose = Purpose(1, SpendLimits(per_day_microusd=20_000))
    models = {**MODELS, "fast": PRICED}
    return complete(gateway, make_rule(**rule), models=models, purpose=purpose), len(fast.requests)


def test_while_it_is_paused_a_low_risk_task_goes_straight_to_the_backup_and_a_risk_task_to_a_person(
    ground: Ground,
) -> None:
    ground.end(make_call(), *["timeout"] * 4)
    result, asked = run(ground, [])
    assert (result.outcome, asked, len(result.attempts)) == ("ok", 0, 1)
    assert result.reason == "The backup answered: the model was paused."
    result, asked = run(ground, [], risk="high", backup=None)
    assert (result.outcome, asked, result.attempts) == ("paused", 0, ())
    assert result.reason == "Stopped: the model is paused after no answer in time. A person is needed."


def test_a_refusal_rule_is_not_walked_around_by_a_pause(ground: Ground) -> None:
    ground.end(make_call(), "auth")
    result, _ = run(ground, [], fallback_on=frozenset({"timeout"}))
    assert result.outcome == "paused"


def test_over_the_days_limit_no_model_is_asked_and_the_backup_does_not_step_in(ground: Ground) -> None:
    result, asked = run(ground, [OK, OK], max_output_tokens=2_100)
    assert (result.outcome, asked) == ("over_limit", 0)
    assert result.reason.startswith("Stopped: one more call could pass the day's 0.02 USD.")


def test_a_task_over_its_own_limit_is_not_begun_and_a_longer_try_only_when_it_fits(ground: Ground) -> None:
    result, asked = run(ground, [OK], max_cost_usd=0.001)
    assert (result.outcome, asked) == ("over_limit", 0)
    cut = failed("truncated", tokens=Tokens(100, 0, 0, 800))
    result, asked = run(ground, [cut, OK], max_cost_usd=0.02, max_output_tokens=800, backup=None)
    assert (result.outcome, asked) == ("over_limit", 1)
    assert "an answer that was cut off" in result.reason
    result, asked = run(ground, [cut, OK], max_cost_usd=0.05, max_output_tokens=100, backup=None)
    assert (result.outcome, asked) == ("ok", 2)
