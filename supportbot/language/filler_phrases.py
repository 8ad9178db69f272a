"""Phrases that the one voice does without, of every language, and a pattern for them.

"…" stands for any short run of words without a mark of its own.
"""

import re
from typing import TypeAlias

from supportbot.language.languages import every_line

GREETINGS = every_line("greetings")
LEADS = every_line("leads")
HERE_IS = every_line("here_is")
REPLY_WORDS = every_line("reply_words")
OPENERS = every_line("openers")
CLOSINGS = every_line("closings")
FAREWELLS = every_line("farewells")
REFUSALS = every_line("refusals")
_MODELS = (
    "chatgpt",
    "openai",
    "anthropic",
    "mistral ai",
    "google gemini",
    "gemini pro",
    "gemini flash",
    "claude sonnet",
    "claude opus",
    "claude haiku",
    "deepseek",
    "microsoft copilot",
    "mixtral",
    "grok by xai",
    "perplexity ai",
    "llama.cpp",
    "hugging face",
    "cohere command",
)
MAKERS = (*every_line("makers"), *_MODELS)
MAKER_SHAPES = (r"gpt-?\d[\w.-]*", r"claude[ -]\d[\w.]*", r"gemini[ -]\d[\w.]*", r"llama[ -]?\d[\w.]*", r"qwen[\w.-]*")
_OF_PROMPTS = (
    "customer_message",
    "<data",
    "output schema",
    "json schema",
    "next_actions",
    "facts_used",
)
ECHOES = (*every_line("echoes"), *_OF_PROMPTS)
_Tree: TypeAlias = dict[str, "_Tree"]
_END = "\n"
"""Stands in the tree of words where a phrase may end; no phrase has such a word."""
_GAP = r"[^.!?,:;\d\n]{0,100}"


def phrase_pattern(phrases: tuple[str, ...], *shapes: str, gap: str = _GAP) -> str:
    """One pattern for any of the phrases, each as whole words where it ends in words.

    Phrases that begin with the same words share them: two thousand beside each other are tried one by one.
    """
    tree: _Tree = {}
    for phrase in sorted(set(phrases), key=lambda phrase: (-len(phrase), phrase)):
        branch = tree
        for word in phrase.split(" "):
            branch = branch.setdefault(word, {})
        branch[_END] = {}
    ways = [way.replace("…", gap) for way in _branches(tree)]
    return "(?:" + "|".join([*ways, *shapes]) + ")"


def any_phrase(phrases: tuple[str, ...], *shapes: str, gap: str = _GAP) -> re.Pattern[str]:
    """Finds any of the phrases anywhere in a text whose quotes are straight; `gap` is what "…" stands for."""
    return re.compile(rf"(?<!\w){phrase_pattern(phrases, *shapes, gap=gap)}", re.IGNORECASE)


def _branches(tree: _Tree) -> list[str]:
    """A pattern for each way on from here; where a phrase may end, that comes last."""
    return [re.escape(word) + _after(word, rest) for word, rest in tree.items() if word != _END]


def _after(word: str, rest: _Tree) -> str:
    ways = [rf"\s+{on}" for on in ["(?:" + "|".join(_branches(rest)) + ")"] if rest.keys() - {_END}]
    if _END in rest:
        ways.append("" if word.endswith("…") or not word[-1].isalnum() else r"(?!\w)")
    return ways[0] if len(ways) == 1 else "(?:" + "|".join(ways) + ")"
