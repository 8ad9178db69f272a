"""Tests of how a sentence speaks."""

import pytest

from supportbot.language.phrase_matcher import words_of
from supportbot.routing.policy import shipped_policy
from supportbot.routing.rules import decide_route
from supportbot.triage.rules import classify
from supportbot.triage.speech_act import manners_of


@pytest.mark.parametrize(
    ("text", "manner"),
    [
        ("How long do refunds take?", "general"),
        ("hi, do you charge for delivery", "general"),
        ("Is there a contract?", "general"),
        ("How do I set up a direct debit?", "howto"),
        ("Is it possible to get a refund?", "howto"),
        ("Would we lose our deposit if we cancel?", "howto"),
        ("Could you send the invoice?", "begs"),
        ("Please change the address.", "begs"),
        ("Got the refund this morning, thank you!", "settled"),
        ("Refund landed, cheers", "settled"),
        ("Never mind, got my reimbursement", "settled"),
        ("The fee was reversed, nothing else needed", "settled"),
        ("Never mind the reimbursement, I want to talk to a manager", "told"),
        ("The second fee was reversed, the first was not", "told"),
        ("My refund has not come.", "told"),
        ("How is it possible that you took 49 twice?", "told"),
        ("Where is my money?", "told"),
        ("You charged me when the trial was over.", "told"),
        ("Got the refund, thank you, but half of it is missing.", "told"),
        ("I was charged twice, thank you for looking into it.", "told"),
    ],
)
def test_the_manner_of_one_sentence(text: str, manner: str) -> None:
    assert set(manners_of(text, words_of(text)).values()) == {manner}


def test_each_sentence_has_its_own_manner() -> None:
    text = "How long do refunds take? Mine has not come."

    assert list(manners_of(text, words_of(text)).values()) == ["general", "told"]


def test_thanks_settle_the_whole_message_and_a_complaint_anywhere_unsettles_it() -> None:
    thanks, complaint = "The refund arrived. Thank you so much.", "The refund arrived. Thank you. The other never did."

    assert set(manners_of(thanks, words_of(thanks)).values()) == {"settled"}
    assert "settled" not in manners_of(complaint, words_of(complaint)).values()


@pytest.mark.parametrize(
    "text",
    [
        "Thank you, my account was hacked in June.",
        "Thank you. I am disputing this in court.",
        "Good morning. My solicitor will be in touch. Thanks",
        "Good day, I have opened a dispute in PayPal.",
        "Hello, I have reported this to the police. They will get back to you. Thanks.",
        "Thanks for coming back to me. I have filed a complaint with the ombudsman.",
        "Thanks. My attorney is handling this in small claims court.",
    ],
)
def test_politeness_settles_no_threat_and_no_fraud(text: str) -> None:
    policy = shipped_policy()
    assert decide_route(policy, classify(text, policy.triage)).hold
