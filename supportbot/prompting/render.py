"""Fills a prompt with a case's material. Everything filled in is data: it cannot close the marks around it."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from supportbot.errors import PromptError
from supportbot.prompting.types import Prompt, RenderedPrompt

BLOCKS = ("system", "user")
# Every sign that is read as an angle bracket, and every one that changes a text unseen: controls, overrides of the
# direction, zero-width spaces and the tag characters in which whole instructions have been hidden.
_UNSEEN = [
    *(code for code in range(32) if chr(code) not in "\n\t"),
    *range(0x7F, 0xA0),
    *(0xAD, 0x200B, 0x2060, 0xFEFF),
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
    *range(0xE0000, 0xE0080),
]
_AS_DATA = (
    {code: None for code in _UNSEEN} | {ord(mark): "‹" for mark in "<＜﹤"} | {ord(mark): "›" for mark in ">＞﹥"}
)


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
    """Jinja for prompts: undefined names are errors, and every value filled in loses its angle brackets.

    The filter `line` brings a value onto one line, so that a record's value cannot look like another row.
    """
    made = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=as_data, autoescape=False
    )
    made.filters["line"] = lambda value: " ".join(str(value).split())
    return made


def as_data(value: object) -> object:
    """A value as text in which no mark can be opened or closed, and without marks that no reader sees."""
    return value.translate(_AS_DATA) if isinstance(value, str) else value


@lru_cache(maxsize=256)
def compile_prompt(text: str) -> Template:
    """The compiled text of a prompt."""
    return environment().from_string(text)


def _block(template: Template, name: str, inputs: Mapping[str, Any]) -> str:
    context = template.new_context(dict(inputs))
    return "".join(template.blocks[name](context)).strip() + "\n"
