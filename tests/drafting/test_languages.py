"""A draft is in the customer's language throughout, or there is none and the agent is told why."""

import pytest

from supportbot.db import Database
from supportbot.language.detection import guess_language
from tests.factories import make_shop

ASKED = {
    "de": "Ich wurde im März zweimal belastet und hatte vor der Verlängerung gekündigt. Ich möchte mein Geld zurück.",
    "fr": "J'ai été débité deux fois en mars et j'avais résilié avant le renouvellement. Je veux être remboursé.",
    "ar": "تم خصم المبلغ مرتين في مارس وأنا ألغيت الاشتراك قبل التجديد. أريد استرداد أموالي.",
}
ROUTINE = "Waar vind ik de factuur van mijn bestelling in het account? Ik kan die niet vinden."


@pytest.mark.parametrize("language", ASKED)
def test_a_held_dispute_is_in_the_customers_language_throughout(database: Database, language: str) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.jonas_id, ASKED[language])
    reply = draft.reply or {}
    assert (draft.state, draft.task, reply["locale"]) == ("held", "dispute_reply", language)
    assert reply["details"]
    assert guess_language(f"{reply['answer']} {reply['details']}") == language
    blocking = [check["rule"] for check in draft.checks if not check["passed"] and check["severity"] == "block"]
    assert blocking == []
    assert all(fact["text"].isascii() or "’" in fact["text"] for fact in draft.facts["facts"])


def test_no_article_in_the_language_means_no_draft_and_the_agent_is_told(database: Database) -> None:
    shop = make_shop(database)
    draft = shop.drafted(shop.mira_id, ROUTINE)
    assert (draft.state, draft.state_reason) == (
        "failed",
        "No help article is published in Dutch, so there is nothing to draft from. Write the reply by hand.",
    )
    assert shop.conversation(draft.conversation_id).work_state == "failed"
