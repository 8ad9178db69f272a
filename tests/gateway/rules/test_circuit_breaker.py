"""When a model is left alone, and for how long."""

import pytest

from supportbot.gateway.rules.circuit_breaker import opens, pause_s


@pytest.mark.parametrize(
    ("recent", "opened"),
    [
        (["timeout"] * 3, False),
        (["timeout"] * 4, True),  # over half of four
        (["timeout", "ok", "timeout"], False),
        (["timeout", "ok", "timeout", "ok"], False),  # half is not over half
        (["timeout", "ok", "overloaded", "transport"], True),
        (["timeout"] * 5 + ["ok"] * 200, True),  # five in a row
        ([*["timeout"] * 4, "refused"] + ["ok"] * 200, False),
        (["timeout"] * 4 + ["ok"] * 200, False),
        (["timeout", "refused", "schema_invalid", "truncated", "filtered"], False),  # these are answers
    ],
)
def test_five_failures_in_a_row_or_over_half_open_it(recent: list[str], opened: bool) -> None:
    assert opens(recent[:5], recent, "timeout") is opened


def test_five_failures_far_apart_open_it_and_one_answer_among_them_does_not() -> None:
    assert opens(["timeout"] * 5, ["timeout"], "timeout")
    assert not opens(["timeout", "timeout", "ok", "timeout", "timeout"], ["timeout"], "timeout")
    assert not opens(["timeout"] * 4, ["timeout"], "timeout")


@pytest.mark.parametrize("outcome", ["auth", "quota"])
def test_a_key_or_quota_that_is_refused_opens_it_at_once(outcome: str) -> None:
    assert opens([outcome], [outcome], outcome)  # type: ignore[arg-type]


def test_each_failed_probe_doubles_the_pause_up_to_five_minutes() -> None:
    assert [pause_s("timeout", probes) for probes in (0, 1, 2, 3, 4, 99)] == [30, 60, 120, 240, 300, 300]
    assert pause_s("auth", 0) == 60
