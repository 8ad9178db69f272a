"""Fills a prompt with a case's material. Everything filled in is data: it cannot close the marks around it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from supportbot.errors import PromptError
from supportbot.prompting.types import Prompt, RenderedPrompt

BLOCKS = ("system", "user")


def render_prompt(prompt: Prompt, material: Mapping[str, Any]) -> RenderedPrompt:
    """Render a prompt with the material of one case; only the inputs that it declares are passed on.

    Raises:
        PromptError: the material lacks a declared input, or the text names something that is not there.
    """
    missing = [name for name in prompt.inputs if name not in material]
    if missing:
        raise PromptError(f"Prompt {prompt.pin} needs {', '.join(missing)}, which this task does not give.")
    inputs = {name: material[name] for name in prompt.inputs}
    template = compile_prompt(prompt.text)
    try:
        system, user = (_block(template, name, inputs) for name in BLOCKS)
    except (TemplateError, KeyError) as error:
        raise PromptError(f"Prompt {prompt.pin} cannot be rendered: {error}.") from error
    return RenderedPrompt(
        pin=prompt.pin,
        output_schema=prompt.output_schema,
        system=system,
        user=user,
        material={"task": material.get("task", prompt.name), **inputs},
    )


def environment() -> ImmutableSandboxedEnvironment:
    """Jinja for prompts: undefined names are errors, and every value filled in loses its angle brackets."""
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=as_data, autoescape=False
    )


def as_data(value: object) -> object:
    """A value as text in which no mark can be opened or closed."""
    return str(value).replace("<", "‹").replace(">", "›") if isinstance(value, str) else value


@lru_cache(maxsize=256)
def compile_prompt(text: str) -> Template:
    """The compiled text of a prompt."""
    return environment().from_string(text)


def _block(template: Template, name: str, inputs: Mapping[str, Any]) -> str:
    context = template.new_context(dict(inputs))
    return "".join(template.blocks[name](context)).strip() + "\n"
