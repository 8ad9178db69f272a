"""What a prompt may not say: routing, secrets, inputs that no case has, a schema that does not exist."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, meta, nodes

from supportbot.contract import schema_version
from supportbot.errors import ContractError
from supportbot.prompting.render import BLOCKS, environment
from supportbot.prompting.types import INPUTS, Prompt

# Names of models and vendors, and talk of other models, tries and fallbacks, belong in the routing policy.
_ROUTING = re.compile(
    r"\b(?:gpt[- ]?\d[\w.-]*|chat ?gpt|openai|azure openai|anthropic|claude|sonnet|haiku|gemini|gemma|llama[\w.-]*"
    r"|mistral|mixtral|qwen[\w.-]*|deepseek|copilot|grok|bedrock|openrouter|ollama|vllm"
    r"|fall(?:s|ing)? ?backs?|retry|retries|retried"
    r"|(?:other|another|second|first|next|backup|cheap|cheaper|small|smaller|big|bigger|large|larger|strong|stronger|fast"
    r"|faster|slow|reasoning|default) (?:language )?model"
    r"|(?:if|when|unless) (?:the|a|this|that) model|route (?:to|this|it)|escalate to the model"
    r"|hand (?:over )?to the model|(?:fast|reasoning) lane|model provider|api key|temperature|kill switch|canary)\b",
    re.IGNORECASE,
)
_SECRET = re.compile(
    r"\b(?:sk|pk|rk)[-_][A-Za-z0-9_-]{16,}|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{20,}"
    r"|-----BEGIN [A-Z ]*PRIVATE KEY"
    r"|\bxox[abpr]-[A-Za-z0-9-]{10,}|\bAIza[0-9A-Za-z_-]{30,}|\bBearer [A-Za-z0-9._-]{16,}"
    r"|\b(?:password|passwd|secret|token|api_key)\s*[:=]\s*\S{6,}|\beyJ[A-Za-z0-9_-]{20,}\.",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class PromptProblem:
    """One thing to mend. `file` is "<name>/v2.md" below the prompts' folder; `line` counts from 1."""

    file: str
    line: int
    text: str
    advice: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.text}. {self.advice}"


def lint_prompt(prompt: Prompt) -> tuple[str, ...]:
    """Everything that is wrong with a prompt, in words; empty when it may be released."""
    return tuple(
        dict.fromkeys(problem.text for problem in prompt_problems(prompt, f"{prompt.name}/v{prompt.version}.md"))
    )


def prompt_problems(prompt: Prompt, file: str) -> tuple[PromptProblem, ...]:
    """The same with file, line and what to do, in the order of the lines."""
    found = [
        PromptProblem(file, line, text, advice)
        for check in (_said, _schema, _template)
        for line, text, advice in check(prompt)
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda problem: problem.line))


def _said(prompt: Prompt) -> Iterator[tuple[int, str, str]]:
    for match in _ROUTING.finditer(prompt.text):
        yield (
            _line(prompt, match.start()),
            f"talks of routing: {match.group()!r}",
            "Which model answers, and what follows a failure, stands in the routing policy alone; take it out",
        )
    for match in _SECRET.finditer(prompt.text):
        shown = f"{match.group()[:6]}…"
        yield (
            _line(prompt, match.start()),
            f"holds something that looks like a secret: {shown}",
            "Take it out, and change it where it is used: the file may have been read",
        )


def _schema(prompt: Prompt) -> Iterator[tuple[int, str, str]]:
    try:
        schema_version(prompt.output_schema)
    except ContractError as error:
        yield prompt.line_of("output_schema"), f"pins {prompt.output_schema}: {error.message}", "Name one of the known"


def _template(prompt: Prompt) -> Iterator[tuple[int, str, str]]:
    try:
        tree = environment().parse(prompt.text)
    except TemplateSyntaxError as error:
        line = prompt.first_line + error.lineno - 1
        yield line, f"is no valid template: {error.message} (line {error.lineno} of the text)", "Mend the braces there"
        return
    yield from _inputs(prompt, meta.find_undeclared_variables(tree))
    yield from _blocks(prompt, tree)


def _inputs(prompt: Prompt, used: set[str]) -> Iterator[tuple[int, str, str]]:
    at = prompt.line_of("inputs")
    for name in sorted(used - set(prompt.inputs)):
        place = re.search(rf"\b{re.escape(name)}\b", prompt.text)
        line = _line(prompt, place.start()) if place else at
        yield line, f"uses {name!r}, which is not among its inputs", "Add it to inputs, or take it out"
    for name in sorted(set(prompt.inputs) - used):
        yield at, f"declares {name!r} and never uses it", "Take it out of inputs"
    for name in sorted(set(prompt.inputs) - INPUTS):
        yield at, f"declares {name!r}, which no case has", f"Known: {', '.join(sorted(INPUTS))}"


def _blocks(prompt: Prompt, tree: nodes.Template) -> Iterator[tuple[int, str, str]]:
    blocks = {block.name: block for block in tree.find_all(nodes.Block)}
    for name in BLOCKS:
        if name not in blocks:
            yield (
                prompt.first_line,
                f"has no block {name!r}",
                f"Write {{% block {name} %}} ... {{% endblock %}}: system never varies, user holds the case",
            )
    if "system" not in blocks:
        return
    for node in blocks["system"].find_all((nodes.Name, nodes.If, nodes.For)):
        yield (
            prompt.first_line + node.lineno - 1,
            "fills something into its system block, which must be the same text on every call",
            "Move it to the user block",
        )


def _line(prompt: Prompt, position: int) -> int:
    return prompt.first_line + prompt.text.count("\n", 0, position)
