"""Splits an article's body into its passages, each with the ref it is cited by. See `knowledge/article_files.py`."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from supportbot.knowledge.front_matter import ArticleProblems, HelpHead, PolicyHead

NUMBERED = re.compile(r"(\d+(?:\.\d+)*)\.?\s+\S")
FENCE = re.compile(r"\s*(```|~~~)")


@dataclass(frozen=True, slots=True)
class ArticlePassage:
    """One passage as it will be stored."""

    ref: str
    heading: str
    text: str


def split_passages(
    name: str, head: HelpHead | PolicyHead, lines: Sequence[str], first: int
) -> tuple[ArticlePassage, ...]:
    """The passages of a body whose first line is line `first` of the file.

    Raises:
        ArticleProblems: a passage is empty, two have one ref, there is none, or the policy's rules name another.
    """
    found: list[ArticlePassage] = []
    for heading, line, body in _sections(head.title, lines, first):
        text = _plain(body)
        number = NUMBERED.match(heading) if head.kind == "policy" else None
        ref = f"{head.slug}#{number[1] if number else len(found) + 1}"
        if not text:
            raise ArticleProblems(f"{name}, line {line}: the passage {heading!r} has no text.")
        if len(heading) > 200:
            raise ArticleProblems(f"{name}, line {line}: the heading has {len(heading)} characters; at most 200.")
        if any(passage.ref == ref for passage in found):
            raise ArticleProblems(f"{name}, line {line}: a second passage would be {ref}; number headings once each.")
        found.append(ArticlePassage(ref=ref, heading=heading, text=text))
    if not found:
        raise ArticleProblems(f"{name}, line {first}: there is no passage below the front matter.")
    missing = [number for number in _named(head) if all(passage.ref != f"{head.slug}#{number}" for passage in found)]
    if missing:
        raise ArticleProblems(f"{name}: passages names {missing[0]}, but no heading begins with {missing[0]}.")
    return tuple(found)


def _named(head: HelpHead | PolicyHead) -> Sequence[str]:
    return list(head.passages.values()) if isinstance(head, PolicyHead) else []


def _sections(title: str, lines: Sequence[str], first: int) -> Iterator[tuple[str, int, list[str]]]:
    """Heading, line and body of each part; text before the first heading stands under the title."""
    heading, start, body, fenced = title, first, list[str](), False
    has_heading = False
    for place, line in enumerate(lines, start=first):
        fenced ^= bool(FENCE.match(line))
        if line.startswith("## ") and not fenced:
            if has_heading or "".join(body).strip():
                yield heading, start, body
            heading, start, body, has_heading = line[3:].strip(" #"), place, [], True
        elif not (line.startswith("# ") and not has_heading):
            body.append(line)
    if has_heading or "".join(body).strip():
        yield heading, start, body


def _plain(body: Sequence[str]) -> str:
    """The text with each paragraph on one line; lists keep their lines."""
    paragraphs: list[str] = []
    is_open = False
    for line in body:
        text = " ".join(line.split())
        is_item = bool(re.match(r"([-*+]|\d+[.)]) ", text))
        if text and is_open and not is_item:
            paragraphs[-1] += f" {text}"
        elif text:
            paragraphs.append(text)
        is_open = bool(text)
    return "\n".join(paragraphs)
