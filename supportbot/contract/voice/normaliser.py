"""Brings what a model wrote into the one voice: named rules, run until nothing changes any more.

Each step is kept with what stood there before and after, so that a person can see what was changed and why.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from supportbot.contract.types import Change, ReplyFields
from supportbot.contract.voice.catalogue import catalogue
from supportbot.contract.voice.punctuation import PUNCTUATION
from supportbot.contract.voice.short_answers import Completing, completed
from supportbot.contract.voice.spelling import spelling
from supportbot.contract.voice.wording import TRIMMING, is_refusal, without_headings
from supportbot.language.invisible_characters import written_out
from supportbot.language.lookalikes import straight
from supportbot.language.sentences import end_sentence, shorten, split_sentences

ANSWER_LIMIT = 240
DETAILS_LIMIT = 900
ASK_LIMIT = 160
TEXTS = ("answer", "details", "ask")
TITLES = {
    "invisible": "Unseen characters removed",
    "thinking": "Thinking removed",
    "heading": "Heading removed",
    "roles": "Chat marks removed",
    "markdown": "Markup removed",
    "emoji": "Emoji removed",
    "calm": "Exclamation marks removed",
    "space": "Spaces tidied",
    "preamble": "Preamble removed",
    "greeting": "Greeting removed",
    "closing": "Sign-off removed",
    "signature": "Sign-off removed",
    "maker": "Talk of a model removed",
    "digits": "Digits in one spelling",
    "money": "Amounts in one spelling",
    "dates": "Dates in one spelling",
    "numbers": "Numbers in one spelling",
    "marks": "Punctuation in one spelling",
    "lines": "One paragraph",
    "capital": "Capital first",
    "foreign": "A sentence in another language removed",
    "refusal": "A refusal became a word that a person answers",
    "answer_first": "The answer first, the rest after it",
    "not_twice": "Repetition removed",
    "full_stop": "Full stop added",
    "one_question": "One question",
    "completed": "Completed from the article it cites",
    "length": "Shortened at a sentence",
    "once_each": "Named once",
}
_MOST_ROUNDS = 50
_AROUND = 24
_SHOWN = 200
TextRule = Callable[[str], str]
FieldRule = Callable[[ReplyFields], ReplyFields]


@dataclass(frozen=True, slots=True)
class Voice:
    """In whose voice: the customer's language, the task's word for "a person answers", and the shop's sign-off."""

    locale: str
    person: str
    sign_offs: frozenset[str]
    currencies: tuple[str, ...] = ()


def voice_of(
    locale: str, *, task: str = "routine_reply", sign_off: str = "", currencies: Collection[str] = ()
) -> Voice:
    """The voice of one task in one language.

    Args:
        sign_off: the shop's, which stands under every reply and nowhere else.
        currencies: the shop's and the record's: "$" and "kr" mean theirs.
    """
    words = catalogue(locale)
    person = words.notices.checking if task == "dispute_reply" else words.notices.no_answer
    return Voice(
        locale,
        person,
        frozenset(name.strip() for name in (sign_off, words.words.team) if name.strip()),
        tuple(currencies),
    )


def normalise_reply(
    fields: ReplyFields, voice: Voice, *, passages: Mapping[str, str] | None = None
) -> tuple[ReplyFields, tuple[Change, ...]]:
    """The fields after every rule, and every step that changed something, in order. Twice changes nothing more.

    Args:
        passages: what a short answer may be completed from: help passages in the reply's language, text by ref.
    """
    rules, on_text = _rules(voice), _text_rules(voice)
    completing = Completing(lambda text: _tidy(text, on_text), DETAILS_LIMIT, voice.person, passages or {})
    changes: list[Change] = []
    for _ in range(_MOST_ROUNDS):
        after, made = _after(rules, fields)
        if not made:
            # Only what is in the one voice already can be told on.
            after, made = _after((("completed", lambda fields: completed(fields, completing)),), fields)
        if not made:
            break
        fields, changes = after, changes + made
    return fields, tuple(changes)


def _after(rules: tuple[tuple[str, FieldRule], ...], fields: ReplyFields) -> tuple[ReplyFields, list[Change]]:
    """The fields after each rule in turn, and what each changed."""
    changes: list[Change] = []
    for name, rule in rules:
        after = rule(fields)
        if after != fields:
            changes += _changes(name, fields, after)
            fields = after
    return fields, changes


def _rules(voice: Voice) -> tuple[tuple[str, FieldRule], ...]:
    return (
        ("heading", lambda fields: replace(fields, details=without_headings(fields.details))),
        *((name, _on_texts(rule)) for name, rule in _text_rules(voice)),
        ("refusal", lambda fields: _refusal(fields, voice.person)),
        ("answer_first", lambda fields: _answer_first(fields, voice.person)),
        ("not_twice", _not_twice),
        ("full_stop", _full_stop),
        ("one_question", _one_question),
        ("length", _length),
        ("once_each", _once_each),
    )


def _text_rules(voice: Voice) -> tuple[tuple[str, TextRule], ...]:
    """The rules that look at one text alone."""

    def spelled(rule: Callable[[str, str], str]) -> TextRule:
        return lambda text: rule(text, voice.locale)

    return (
        *TRIMMING,
        ("signature", lambda text: _without_signature(text, voice.sign_offs)),
        *((name, spelled(rule)) for name, rule in (*spelling(voice.currencies), *PUNCTUATION)),
    )


def _tidy(text: str, rules: tuple[tuple[str, TextRule], ...]) -> str:
    """`text` after these rules, run until they change nothing more."""
    for _ in range(_MOST_ROUNDS):
        before = text
        for _, rule in rules:
            text = rule(text)
        if text == before:
            break
    return text


def _on_texts(rule: TextRule) -> FieldRule:
    def on_each(fields: ReplyFields) -> ReplyFields:
        before = (fields.answer, fields.details, fields.ask)
        answer, details, ask = after = tuple(rule(text) if text else "" for text in before)
        return fields if after == before else replace(fields, answer=answer, details=details, ask=ask)

    return on_each


def _without_signature(text: str, sign_offs: frozenset[str]) -> str:
    """`text` without the shop's own sign-off at its end, with or without a dash before it."""
    line = text.rstrip(" .,\n")
    for name in sign_offs:
        if straight(line).endswith(straight(name)):
            before = line[: -len(name)]
            if not before or before.rstrip(" -–—")[-1:] in ("", "\n", ".", "!", "?", ","):
                return before.rstrip(" -–—,\n")
    return text


def _refusal(fields: ReplyFields, person: str) -> ReplyFields:
    """Every style of refusing becomes the task's one sentence, and a person answers."""
    if not is_refusal(fields.answer):
        return fields
    return replace(fields, answer=person, details="", ask="", outcome="escalated", next_actions=("talk_to_person",))


def _answer_first(fields: ReplyFields, person: str) -> ReplyFields:
    """The answer is one sentence; what follows it opens the details. An emptied answer takes the details' first."""
    sentences = split_sentences(fields.answer)
    if sentences == (fields.answer,):
        return fields
    if sentences:
        details = " ".join(part for part in (end_sentence(" ".join(sentences[1:])), fields.details) if part)
        return replace(fields, answer=sentences[0], details=details)
    following = split_sentences(fields.details)
    if not following:
        return replace(fields, answer=person, outcome="escalated", next_actions=("talk_to_person",))
    return replace(fields, answer=following[0], details=fields.details.partition(following[0])[2].strip())


def _not_twice(fields: ReplyFields) -> ReplyFields:
    """Each sentence of the details once, and none that is the answer or the question."""
    sentences = split_sentences(fields.details)
    once = [one for one in dict.fromkeys(sentences) if one not in (fields.answer, fields.ask)]
    return fields if len(once) == len(sentences) else replace(fields, details=" ".join(once))


def _full_stop(fields: ReplyFields) -> ReplyFields:
    return replace(fields, answer=end_sentence(fields.answer), details=end_sentence(fields.details))


def _one_question(fields: ReplyFields) -> ReplyFields:
    """What is asked back is one question with its mark; a refusal asks nothing."""
    first = next(iter(split_sentences(fields.ask)), "").rstrip(" .,;:!…-–—")
    if not any(mark.isalnum() for mark in first) or is_refusal(first):
        return replace(fields, ask="")
    first = shorten(first, ASK_LIMIT - 1).rstrip("…")
    return replace(fields, ask=first if first.endswith(("?", "؟")) else f"{first}?")


def _length(fields: ReplyFields) -> ReplyFields:
    room = DETAILS_LIMIT - (len(fields.ask) + 1 if fields.ask else 0)
    return replace(fields, answer=_cut(fields.answer, ANSWER_LIMIT), details=_cut(fields.details, room))


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters; a cut inside a sentence shows by " …", as no sentence that trails off is written."""
    cut = shorten(text, limit) if len(text) <= limit else shorten(text, limit - 1)
    return f"{cut[:-1]} …" if cut != text and cut.endswith("…") else cut


def _once_each(fields: ReplyFields) -> ReplyFields:
    return replace(
        fields,
        next_actions=tuple(dict.fromkeys(fields.next_actions)),
        facts_used=tuple(dict.fromkeys(fields.facts_used)),
        sources=tuple(dict.fromkeys(fields.sources)),
    )


def _changes(rule: str, before: ReplyFields, after: ReplyFields) -> Iterator[Change]:
    for field in ("answer", "details", "ask", "outcome", "next_actions", "facts_used", "sources"):
        old, new = getattr(before, field), getattr(after, field)
        if old != new:
            shown = _differing(old, new) if field in TEXTS else (_listed(old), _listed(new))
            yield Change(rule, TITLES[rule], field, *shown)


def _differing(before: str, after: str) -> tuple[str, str]:
    """Both texts where they differ, with a little of what stands around it."""
    shorter = min(len(before), len(after))
    start = next((place for place in range(shorter) if before[place] != after[place]), shorter)
    most = shorter - start
    end = next((place for place in range(most) if before[-1 - place] != after[-1 - place]), most)
    start, end = max(0, start - _AROUND), max(0, end - _AROUND)
    return _window(before, start, end), _window(after, start, end)


def _window(text: str, start: int, end: int) -> str:
    cut = text[start : len(text) - end]
    shown = written_out(cut[:_SHOWN]) + ("…" if len(cut) > _SHOWN else "")
    return f"{'…' if start else ''}{shown}{'…' if end else ''}"


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)
