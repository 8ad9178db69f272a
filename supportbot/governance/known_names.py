"""What a policy may name: the prompts and schemas of this installation."""

from collections.abc import Collection

from supportbot.contract.reply.registry import SCHEMAS
from supportbot.gateway.types import PROVIDER_NAMES
from supportbot.prompting import list_prompts, load_prompt
from supportbot.routing.policy_checks import KnownNames


def known_names(providers: Collection[str] = PROVIDER_NAMES) -> KnownNames:
    """Every released prompt with the schema it pins, every schema, and the given providers.

    Raises:
        PromptError: a prompt file is broken or was changed after its release.
    """
    prompts = {pin: load_prompt(pin).output_schema for pin in list_prompts()}
    return KnownNames(prompts=prompts, schemas=frozenset(SCHEMAS), providers=frozenset(providers))
