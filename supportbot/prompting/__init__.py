"""Reads `prompts/`, checks pins and hashes, and renders a case into a prompt."""

from supportbot.prompting.files import list_prompts as list_prompts
from supportbot.prompting.files import load_prompt as load_prompt
from supportbot.prompting.files import released_hashes as released_hashes
from supportbot.prompting.lint import lint_prompt as lint_prompt
from supportbot.prompting.render import render_prompt as render_prompt
from supportbot.prompting.types import Prompt as Prompt
from supportbot.prompting.types import RenderedPrompt as RenderedPrompt

DOOR = ("placeholders", "prompt_budget", "prompt_folder", "release")
