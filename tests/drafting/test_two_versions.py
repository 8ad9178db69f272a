"""Two versions of the reply schema at work in one policy: one task pins the first, the other the second."""

from supportbot.contract.voice.render import from_json
from supportbot.db import Database
from supportbot.drafting.flow import Drafting
from supportbot.gateway.types import ModelAnswer, ModelRequest, ModelSpec
from supportbot.governance.known_names import known_names
from supportbot.governance.types import ActivePolicy
from supportbot.routing.policy import parse_policy, shipped_document
from tests.contract.factories import make_answer
from tests.factories import DISPUTE, ROUTINE, Shop, make_shop

ASK = "Which of the two charges do you mean?"


class TwoVersions:
    """A model that fills the schema it is given."""

    def complete(self, spec: ModelSpec, request: ModelRequest) -> ModelAnswer:
        """reply/2 with a question back, reply/1 without."""
        more = {"ask": ASK} if request.schema_name == "reply/2" else {}
        return ModelAnswer("ok", text=make_answer(outcome="needs_information", **more))

    def close(self) -> None:
        """There is nothing to close."""


def pinned(shop: Shop) -> Shop:
    """The shop under a policy whose routine task pins reply/2; the dispute task keeps reply/1."""
    text = shipped_document().replace(
        "prompt: routine_reply/3\n    schema: reply/1", "prompt: routine_reply/4\n    schema: reply/2"
    )
    policy = ActivePolicy(2, text, parse_policy(text, known=known_names()))
    shop.drafting = Drafting(shop.database, shop.runtime, shop.drafting.gateway, policy)
    return shop


def test_each_draft_says_its_version_and_the_divergence_compares_both(database: Database) -> None:
    shop = pinned(make_shop(database, provider=TwoVersions()))
    message_id = shop.write(shop.jonas_id, DISPUTE)
    shop.drafting.draft_reply(message_id)
    drafts = shop.drafts(message_id)
    assert drafts.main is not None and drafts.compared is not None
    assert (drafts.main.output_schema, drafts.compared.output_schema) == ("reply/1", "reply/2")
    assert [(one.field, one.before, one.after) for one in drafts.divergences] == [("ask", ASK, "")]


def test_the_question_back_is_stored_as_proposed_and_read_back_as_rendered(database: Database) -> None:
    shop = pinned(make_shop(database, provider=TwoVersions()))
    message_id = shop.write(shop.mira_id, ROUTINE)
    shop.drafting.draft_reply(message_id)
    draft = shop.drafts(message_id).main
    assert draft is not None and draft.state == "ready"
    assert (draft.proposed or {})["ask"] == ASK
    assert from_json(draft.reply or {}).details.endswith(f" {ASK}")


def test_the_built_in_drafter_fills_either_version(database: Database) -> None:
    shop = pinned(make_shop(database))
    message_id = shop.write(shop.mira_id, ROUTINE)
    shop.drafting.draft_reply(message_id)
    draft = shop.drafts(message_id).main
    assert draft is not None
    assert (draft.state, draft.output_schema) == ("ready", "reply/2")
    # This shop's articles are shorter than the band.
    assert [check["rule"] for check in draft.checks if not check["passed"]] == ["length"]
