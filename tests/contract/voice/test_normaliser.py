"""The one voice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supportbot.contract.types import ACTIONS
from supportbot.contract.voice.normaliser import ANSWER_LIMIT, ASK_LIMIT, DETAILS_LIMIT, normalise_reply, voice_of
from supportbot.language.filler_phrases import CLOSINGS, FAREWELLS, GREETINGS, MAKERS, OPENERS, REFUSALS
from tests.contract.factories import make_fields, normalise


@pytest.mark.parametrize(
    ("written", "kept", "rule"),
    [
        ("Hi Mira, your invoice is ready.", "Your invoice is ready.", "greeting"),
        ("Thanks for reaching out! Your invoice is ready.", "Your invoice is ready.", "greeting"),
        ("Sure! Your invoice is ready.", "Your invoice is ready.", "greeting"),
        ("I'm sorry to hear that. Your invoice is ready.", "Your invoice is ready.", "greeting"),
        ("**Your invoice** is `ready`.", "Your invoice is ready.", "markdown"),
        ("# Your invoice is ready.", "Your invoice is ready.", "markdown"),
        ("Your <b>invoice</b> is ready.", "Your invoice is ready.", "markdown"),
        ("Your invoice is ready 🎉.", "Your invoice is ready.", "emoji"),
        ("Your in\u200bvoice is ready.", "Your invoice is ready.", "invisible"),
        ("<think>Which one?</think>Your invoice is ready.", "Your invoice is ready.", "thinking"),
        ("Sure, here is the reply to the customer: Your invoice is ready.", "Your invoice is ready.", "preamble"),
        ("Final answer: your invoice is ready.", "Your invoice is ready.", "preamble"),
        ("Hier ist die Antwort: Ihre Rechnung ist da.", "Ihre Rechnung ist da.", "preamble"),
        ("I'm sorry. Your invoice is ready.", "Your invoice is ready.", "greeting"),
        ("Desculpe. A fatura está pronta.", "A fatura está pronta.", "greeting"),
        ("<|im_start|>Your invoice is ready.<|im_end|>", "Your invoice is ready.", "roles"),
        ("Assistant: Your invoice is ready.", "Your invoice is ready.", "roles"),
        ("◁think▷Which one?◁/think▷Your invoice is ready.", "Your invoice is ready.", "thinking"),
        ("Your invoice is ready. <!-- tell nobody -->", "Your invoice is ready.", "markdown"),
        ("Your invoice &amp; receipt are ready.", "Your invoice & receipt are ready.", "markdown"),
        ("| Your invoice | ready |", "Your invoice, ready.", "markdown"),
        ("Your invoice is ready 1️⃣ ✅ :)", "Your invoice is ready 1.", "emoji"),
        ("Your \u202einvoice\u202c is\u2066 ready\ufe0f.", "Your invoice is ready.", "invisible"),
        ("Your invoice is re\u0301\u0301\u0301\u0301\u0301ady.", "Your invoice is ré\u0301ady.", "invisible"),
        ("Your invoice over ١٢٫ or ٤٩ EUR is ready.", "Your invoice over 12٫ or 49.00 EUR is ready.", "digits"),
        ("It costs JPY 1500.", "It costs 1,500 JPY.", "money"),
        ("It costs 49,- EUR.", "It costs 49.00 EUR.", "money"),
        ("We roasted 1.234.567 beans.", "We roasted 1,234,567 beans.", "numbers"),
        ("It holds 1,5 kg.", "It holds 1.5 kg.", "numbers"),
        ("Your invoice is ready", "Your invoice is ready.", "full_stop"),
        ("your invoice is ready.", "Your invoice is ready.", "capital"),
        ("Thanks so much for reaching out! Your invoice is ready.", "Your invoice is ready.", "greeting"),
        ('It says "paid" there.', "It says “paid” there.", "marks"),
        ("It's ready -- open it.", "It’s ready – open it.", "marks"),
        ("It is ready—open it.", "It is ready – open it.", "marks"),
        ("It is in your account...", "It is in your account.", "marks"),
        ("It is... in your account.", "It is… in your account.", "marks"),
        ("It is ready..", "It is ready.", "marks"),
        ("You need:\n- your name\n- a photo", "You need: your name, a photo.", "lines"),
        ("Your invoice over €1,049.50 is ready.", "Your invoice over 1,049.50 EUR is ready.", "money"),
        ("Your invoice of 2026-03-14 is ready.", "Your invoice of 14 March 2026 is ready.", "dates"),
        ("Your invoice of March 14, 2026 is ready.", "Your invoice of 14 March 2026 is ready.", "dates"),
        ("Your invoice of March 14th is ready.", "Your invoice of 14 March is ready.", "dates"),
    ],
)
def test_each_habit_is_trimmed_by_its_named_rule(written: str, kept: str, rule: str) -> None:
    fields, rules = normalise(make_fields(answer=written))
    assert fields.answer == kept
    assert rule in rules


@pytest.mark.parametrize(
    "said",
    [
        "Your order #W2378156 arrives on 14 March 2026 and costs 49.00 EUR.",
        "Dear customers get free delivery from 50.00 EUR on.",
        "Thank you for waiting until 14 March, your order is packed.",
        "You may try 3 times before the code expires.",
        "Use 2 pounds of coffee for 10 cups, e.g. for a party.",
        "It costs 12.10. or so.",
        "Here is your tracking number: JVGL0162094011.",
        "Version 1.2.3 runs at 10.0.0.1, call 020 123 456.",
    ],
)
def test_plain_sentences_stay_as_they_are(said: str) -> None:
    assert normalise(make_fields(answer=said, details=""))[0].answer == said


@pytest.mark.parametrize(
    "ending",
    [
        "\n\nBest regards,\nThe support team",
        " Let me know if you need anything else!",
        " Please don't hesitate to reach out. Kind regards,",
        " Have a great day!",
        "\nMit freundlichen Grüßen\nDas Team",
        "\nBest regards,\n[Your Name]\nSupport Team",
        "\nHarbour Lane support",
        " – The support team.",
        "\nSaygılarımla,\nDestek",
        "\nمع خالص التحية\nفريق الدعم",
    ],
)
def test_a_second_sign_off_is_dropped(ending: str) -> None:
    fields, rules = normalise(
        make_fields(details="Open Account, then Invoices." + ending), sign_off="Harbour Lane support"
    )
    assert fields.details == "Open Account, then Invoices."
    assert {"closing", "signature"} & set(rules)


@pytest.mark.parametrize(
    "refusal",
    [
        "I'm sorry, but I can't help with that.",
        "I cannot assist with this request.",
        "Unfortunately, I am unable to answer that.",
        "As an AI language model, I cannot assist you.",
        "It’s against my guidelines to say so, I’m not able to help.",
        "Ich kann Ihnen dabei nicht helfen.",
        "Je ne peux pas vous aider.",
        "No puedo ayudarte con eso.",
        "Infelizmente não posso responder a essa pergunta.",
        "Purtroppo non posso aiutarla.",
        "Daar kan ik u helaas niet mee helpen.",
        "Niestety nie mogę w tym pomóc.",
        "Üzgünüm, bu konuda yardımcı olamam.",
        "عذراً، لا أستطيع مساعدتك في ذلك.",
        "I’d rather not discuss that.",
    ],
)
def test_every_style_of_refusing_becomes_one_sentence_and_a_person(refusal: str) -> None:
    fields, rules = normalise(make_fields(answer=refusal, outcome="refund_approved"))
    assert (fields.answer, fields.details) == ("A person will read your question and answer it.", "")
    assert (fields.outcome, fields.next_actions) == ("escalated", ("talk_to_person",))
    assert "refusal" in rules


def test_a_dispute_that_a_model_refuses_says_that_a_person_is_checking_it() -> None:
    refused = make_fields(answer="I'm sorry.", details="I can't help with that.")
    for locale, said in (("en", "A person is checking this."), ("de", "Eine Person prüft das.")):
        assert normalise(refused, locale=locale, task="dispute_reply")[0].answer == said


def test_arabic_keeps_its_joiners_and_marks_and_loses_what_turns_the_text() -> None:
    written = "می\u200cخواهم الفاتورة\u200f جاهزة\u202e."
    assert normalise(make_fields(answer=written), locale="ar")[0].answer == "می\u200cخواهم الفاتورة\u200f جاهزة."


def test_every_step_is_kept_with_its_rule_and_what_stood_there_before_and_after() -> None:
    written = make_fields(
        answer="Hi Mira, your in\u200bvoice is ready 🎉", details="", next_actions=("open_invoices",) * 2
    )
    _, changes = normalise_reply(written, voice_of("en"))
    assert [(one.rule, one.field) for one in changes] == [
        *(("invisible", "answer"), ("emoji", "answer"), ("space", "answer"), ("greeting", "answer")),
        *(("full_stop", "answer"), ("once_each", "next_actions")),
    ]
    assert (changes[0].before, changes[0].after) == (
        "Hi Mira, your in‹U+200B›voice is ready 🎉",
        "Hi Mira, your invoice is ready 🎉",
    )
    assert (changes[-1].before, changes[-1].after) == ("open_invoices, open_invoices", "open_invoices")
    assert all(one.title for one in changes)


def test_a_step_in_a_long_text_shows_only_where_it_differs() -> None:
    long = "This sentence has about forty characters. " * 20
    _, changes = normalise_reply(make_fields(details=f"{long}**Here** it is. {long}"), voice_of("en"))
    markdown = next(one for one in changes if one.rule == "markdown")
    assert markdown.before.startswith("…") and markdown.before.endswith("…")
    assert "**Here**" in markdown.before and len(markdown.before) < 100


def test_a_sentence_that_names_a_model_is_dropped() -> None:
    fields, rules = normalise(make_fields(details="I am an AI made by OpenAI. Open Account, then Invoices."))
    assert fields.details == "Open Account, then Invoices."
    assert "maker" in rules


def test_the_answer_is_the_first_sentence_and_the_rest_moves_to_the_details() -> None:
    fields, rules = normalise(make_fields(answer="It is ready. Open Account. Then Invoices.", details="More."))
    assert (fields.answer, fields.details) == ("It is ready.", "Open Account. Then Invoices. More.")
    assert "answer_first" in rules


def test_a_long_reply_is_cut_at_a_sentence() -> None:
    long = " ".join(f"This sentence number {number} has about forty characters." for number in range(30))
    fields, rules = normalise(make_fields(details=long))
    assert len(fields.details) <= DETAILS_LIMIT
    assert fields.details.endswith("characters.")
    assert "length" in rules


def test_an_action_named_twice_counts_once() -> None:
    fields, rules = normalise(make_fields(next_actions=("open_invoices", "open_invoices", "talk_to_person")))
    assert fields.next_actions == ("open_invoices", "talk_to_person")
    assert rules == ("once_each",)


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "14 March 2026 1,049.50 EUR 1,500 JPY 12.5 % 2,500,000"),
        ("de", "14. März 2026 1.049,50 EUR 1.500 JPY 12,5 % 2.500.000"),
        ("fr", "14 mars 2026 1\u202f049,50 EUR 1\u202f500 JPY 12,5 % 2\u202f500\u202f000"),
        ("es", "14 de marzo de 2026 1.049,50 EUR 1.500 JPY 12,5 % 2.500.000"),
        ("pt", "14 de março de 2026 1.049,50 EUR 1.500 JPY 12,5 % 2.500.000"),
        ("it", "14 marzo 2026 1.049,50 EUR 1.500 JPY 12,5 % 2.500.000"),
        ("nl", "14 maart 2026 1.049,50 EUR 1.500 JPY 12,5 % 2.500.000"),
        ("pl", "14 marca 2026 1\u00a0049,50 EUR 1\u00a0500 JPY 12,5 % 2\u00a0500\u00a0000"),
        ("tr", "14 Mart 2026 1.049,50 EUR 1.500 JPY 12,5 % 2.500.000"),
        ("ar", "14 مارس 2026 1,049.50 EUR 1,500 JPY 12.5 % 2,500,000"),
    ],
)
def test_dates_money_and_numbers_are_written_as_the_customer_writes_them(locale: str, said: str) -> None:
    fields, _ = normalise(make_fields(details="2026-03-14 €1,049.50 ¥1500 12.5 % 2,500,000"), locale=locale)
    assert fields.details == f"{said}."


_PHRASES = st.sampled_from([phrase.replace("…", "it all") for phrase in GREETINGS + OPENERS + CLOSINGS + FAREWELLS])
_PIECES = (
    st.text(max_size=40)
    | _PHRASES
    | st.sampled_from(MAKERS + REFUSALS[:5])
    | st.sampled_from(
        [
            "€1,5",
            "49.00 EUR",
            "12.10.",
            "2026-03-14",
            "March 3rd",
            "**",
            "```",
            "<think>",
            "- ",
            "# ",
            "…",
            "\n",
            *("\u200b", "\u202e", "ب\u200cب", "&amp;", "<!--", "| a |", "1.234.567,8", "1 049,50 EUR", "Best,\n", ":)"),
            *("JPY 1500", "٤٩", "Reply:", "Sure, here is the answer:", "The support team", "?", "<|x|>"),
            ". ",
            ", ",
        ]
    )
)
_TEXT = st.lists(_PIECES, max_size=12).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(
    _TEXT,
    _TEXT,
    st.just("") | _TEXT,
    st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=6),
    st.sampled_from(["en", "de", "fr", "pl", "ar"]),
)
def test_normalising_twice_changes_nothing_more(
    answer: str, details: str, ask: str, actions: list[str], locale: str
) -> None:
    written = make_fields(answer=answer, details=details, ask=ask, next_actions=tuple(actions))
    once, _ = normalise(written, locale=locale)
    twice, rules = normalise(once, locale=locale)
    assert (twice, rules) == (once, ())
    assert 1 <= len(once.answer) <= ANSWER_LIMIT
    assert len(once.ask) <= ASK_LIMIT
    assert len(once.details) + (len(once.ask) + 1 if once.ask else 0) <= DETAILS_LIMIT


@pytest.mark.parametrize("text", ["\n" * 12_000, "**" * 6_000, "<think>" * 1_700, "thank you for " * 800, "1" * 12_000])
def test_odd_long_texts_take_no_time(text: str) -> None:
    fields, _ = normalise(make_fields(details=text))
    assert len(fields.details) <= DETAILS_LIMIT


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("### Details\n---\n- **Open** Account.", "Open Account."),
        ("**Steps:**\nOpen Account.\n\n## And then\nChoose Invoices.", "Open Account. Choose Invoices."),
        ("## Open Account", "Open Account."),
        ("**Open Account.**\nThen Invoices.", "Open Account. Then Invoices."),
        ("# Open Account.\nThen Invoices.", "Open Account. Then Invoices."),
    ],
)
def test_a_heading_over_the_details_is_dropped_and_a_sentence_stays(written: str, kept: str) -> None:
    assert normalise(make_fields(details=written))[0].details == kept
