"""What the agent is told of how a draft came about."""

import pytest

from supportbot.gateway.tables import AttemptRow
from supportbot.web.inbox.draft_context import run_words


def make_try(outcome: str, *, is_backup: bool = False) -> AttemptRow:
    return AttemptRow(outcome=outcome, is_backup=is_backup)


@pytest.mark.parametrize(
    ("tries", "words"),
    [
        ([], None),
        ([make_try("ok")], None),
        ([make_try("timeout"), make_try("ok")], "Answered at the second try, after no answer in time."),
        ([make_try("quota"), make_try("ok", is_backup=True)], "The backup answered, after a used-up quota."),
        ([make_try("ok", is_backup=True)], "The backup answered: the model was paused."),
    ],
)
def test_only_a_run_that_did_not_go_straight_is_told(tries: list[AttemptRow], words: str | None) -> None:
    assert run_words(tries) == words
