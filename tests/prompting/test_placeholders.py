"""The vault: values leave as placeholders, come back restored, and nothing that a model made up comes back."""

import json
from typing import Any

import pytest

from supportbot.contract.reply.task_schemas import CaseSummary
from supportbot.language.placeholder_marks import placeholders_in
from supportbot.prompting.placeholders import Vault
from tests.contract.factories import make_fields

CARD, IBAN, EMAIL, PHONE = "4111 1111 1111 1111", "NL91 ABNA 0417 1643 00", "mira@example.com", "+44 20 7946 0958"


def make_vault(**changes: Any) -> Vault:
    return Vault(**{"locale": "en", **changes})


def test_each_kind_gets_a_placeholder_and_comes_back() -> None:
    vault = make_vault()
    text = f"Card {CARD}, account {IBAN}, mail {EMAIL}, phone {PHONE}."

    masked = vault.mask(text)

    assert masked == "Card [card_1], account [iban_1], mail [email_1], phone [phone_1]."
    assert vault.restore(masked) == text
    assert vault.counts == {"card": 1, "email": 1, "iban": 1, "phone": 1}


def test_the_same_value_has_one_placeholder_in_every_text_and_spelling() -> None:
    vault = make_vault()

    assert vault.mask(f"{CARD} or 5555 5555 5555 4444") == "[card_1] or [card_2]"
    assert vault.mask("5555-5555-5555-4444, 4111111111111111") == "[card_2], [card_1]"


def test_every_text_of_the_material_is_masked_however_deep_and_the_thread_is_numbered_first() -> None:
    vault = make_vault()
    material = {
        "question": "mail b@example.com",
        "messages": [
            {"role": "customer", "text": "mail a@example.com"},
            {"role": "agent", "text": "or b@example.com?"},
        ],
        "articles": [{"passages": [{"text": "Write to help@example.com."}]}],
        "record": {"values": {"email": "a@example.com"}, "facts": []},
        "hold_kind": None,
    }

    masked = vault.mask_all(material)

    assert "@" not in json.dumps(masked)
    assert list(masked) == list(material)
    assert [turn["text"] for turn in masked["messages"]] == ["mail [email_1]", "or [email_2]?"]
    assert (masked["question"], masked["record"]["values"]["email"]) == ("mail [email_2]", "[email_1]")


def test_a_text_without_personal_data_stays_as_it_is() -> None:
    assert make_vault().mask("Order 48121177, 49.00 EUR on 2026-03-14") == "Order 48121177, 49.00 EUR on 2026-03-14"


def test_a_placeholder_that_a_customer_wrote_is_no_placeholder_any_more() -> None:
    vault = make_vault()

    masked = vault.mask(f"[card_1] is what you wrote, {CARD} is mine")

    assert masked == "(card_1) is what you wrote, [card_1] is mine"


@pytest.mark.parametrize(
    "garbled",
    [
        "[card_2]",
        "[card 1]",
        "[Card_1]",
        "card_1",
        "[card_1",
        "{card_1}",
        "[iban_1]",
        "[Karte_1]",
        "[email]",
        r"[card\_1]",
    ],
)
def test_an_invented_or_garbled_placeholder_is_never_restored_and_is_named(garbled: str) -> None:
    vault = make_vault()
    vault.mask(CARD)

    restored = vault.restore(f"We have {garbled} on file.")

    assert "4111" not in restored
    assert placeholders_in(restored)


@pytest.mark.parametrize(
    "plain", ["Your card ending in 4417.", "(phone)", "see [1]", "e-mail 2 of 3", "file_2026_03.pdf"]
)
def test_ordinary_words_are_no_leftover_placeholders(plain: str) -> None:
    assert placeholders_in(plain) == ()


def test_a_parsed_answer_is_restored_in_each_of_its_texts() -> None:
    vault = make_vault()
    vault.mask(f"{EMAIL} {PHONE}")

    reply = vault.restore_fields(make_fields(answer="We write to [email_1].", details="Or call [phone_1]."))
    summary = vault.restore_fields(CaseSummary("Mail [email_1].", ("Call [phone_1].",)))

    assert (reply.answer, reply.details) == (f"We write to {EMAIL}.", f"Or call {PHONE}.")
    assert summary == CaseSummary(f"Mail {EMAIL}.", (f"Call {PHONE}.",))
