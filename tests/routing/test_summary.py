"""Tests of the policy in plain sentences."""

from supportbot.routing.policy import parse_policy, shipped_document, shipped_policy
from supportbot.routing.summary import summarise, title


def test_the_headline_says_who_drafts_and_who_sends() -> None:
    summary = summarise(shipped_policy())

    assert summary.headline == "Fast drafts the routine. Reasoning works the disputes. A person sends."


def test_each_task_says_who_takes_over_and_who_decides() -> None:
    tasks = {task.name: task for task in summarise(shipped_policy()).tasks}

    assert tasks["Routine reply"].sentence == (
        "Fast does it. If it is late or down after one retry, Built-in takes over. A person approves the result."
    )
    assert tasks["Dispute reply"].sentence.endswith("Held until a person releases it, always.")
    assert tasks["Dispute reply"].notes == ("dispute_reply/2 with reply/1", "at most $0.06 each", "within 60 s")
    assert tasks["Triage"].notes == ("no prompt", "no cost")


def test_a_changed_policy_changes_the_sentences() -> None:
    document = shipped_document().replace("times: 1", "times: 0").replace("per_day_usd: 20", "per_day_usd: 7.5")

    summary = summarise(parse_policy(document))

    assert summary.always[0].startswith("Nothing is tried twice.")
    assert "Over $7.5 a day, messages wait for a person." in summary.always
    assert (
        "at the first try, Built-in takes over" in {task.name: task for task in summary.tasks}["Routine reply"].sentence
    )


def test_every_rule_shows_what_follows_and_some_phrases() -> None:
    rules = {rule.says: rule for rule in summarise(shipped_policy()).rules}

    twice = rules["Says a charge came twice"]
    assert twice.follows == "Held as a money question"
    assert 0 < len(twice.examples) <= 4 < twice.phrases
    assert twice.languages == 10


def test_keys_become_names() -> None:
    assert (title("routine_reply"), title("builtin")) == ("Routine reply", "Built-in")
