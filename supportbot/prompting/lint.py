"""What a prompt may not say: routing, secrets, inputs it does not declare, a schema that does not exist."""

import re

from jinja2 import TemplateSyntaxError, meta, nodes

from supportbot.contract import schema_version
from supportbot.errors import ContractError
from supportbot.prompting.rendering import BLOCKS, environment
from supportbot.prompting.types import Prompt

# Names of models and vendors, and talk of other models, tries and fallbacks, belong in the routing policy.
_ROUTING = re.compile(
    r"\b(?:gpt-?\d[\w.-]*|chatgpt|openai|anthropic|claude|gemini|llama|mistral|qwen|deepseek|copilot"
    r"|fall ?backs?|retry|retries|(?:other|another|second|backup|cheaper|bigger|stronger|fast|reasoning) model"
    r"|if the model|route (?:to|this)|escalate to the model|provider|api key|temperature)\b",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}|\bAKIA[0-9A-Z]{16}\b|\bghp_[A-Za-z0-9]{20,}|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\b(?:password|secret|token)\s*[:=]\s*\S{6,}|\beyJ[A-Za-z0-9_-]{20,}\.",
    re.IGNORECASE,
)


def lint_prompt(prompt: Prompt) -> tuple[str, ...]:
    """Everything that is wrong with a prompt, in words; empty when it may be released."""
    problems = [f"talks of routing: {match.group()!r}" for match in _ROUTING.finditer(prompt.text)]
    problems += ["holds something that looks like a secret"] if _SECRET.search(prompt.text) else []
    try:
        schema_version(prompt.output_schema)
    except ContractError as error:
        problems.append(f"pins {prompt.output_schema}: {error.message}")
    return tuple(dict.fromkeys([*problems, *_names(prompt)]))


def _names(prompt: Prompt) -> list[str]:
    try:
        tree = environment().parse(prompt.text)
    except TemplateSyntaxError as error:
        return [f"is no valid template: {error.message} (line {error.lineno} of the text)"]
    used = meta.find_undeclared_variables(tree)
    problems = [f"uses {name!r}, which is not among its inputs" for name in sorted(used - set(prompt.inputs))]
    problems += [f"declares {name!r} and never uses it" for name in sorted(set(prompt.inputs) - used)]
    blocks = {block.name: block for block in tree.find_all(nodes.Block)}
    problems += [f"has no block {name!r}" for name in BLOCKS if name not in blocks]
    if "system" in blocks and any(blocks["system"].find_all((nodes.Name, nodes.If, nodes.For))):
        problems.append("fills something into its system block, which must be the same text on every call")
    return problems
