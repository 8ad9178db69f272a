"""Checks of the words themselves: no promise, no instruction, no model, nothing that is not plain language."""

import re
import unicodedata
from functools import cache

from supportbot.contract.checks.types import Case, Check, Result, place_of
from supportbot.contract.rules import WITH_A_PERSON
from supportbot.contract.voice.wording import names_a_model
from supportbot.language.detection import other_language
from supportbot.language.filler_phrases import ECHOES, any_phrase
from supportbot.language.lookalikes import straight
from supportbot.language.placeholder_marks import placeholders_in
from supportbot.language.promises import GAP, PROMISE_SHAPES, PROMISES, SPEAKS_OF_MONEY_BACK
from supportbot.language.sentences import split_sentences

_MONEY_BACK = re.compile(rf"(?<!\w)[وفسب]?{SPEAKS_OF_MONEY_BACK}", re.IGNORECASE)
_CODE = re.compile(
    r"[A-Za-z0-9+/=_-]{32,}|(?:\\x[0-9a-fA-F]{2}){3}|(?:%[0-9A-Fa-f]{2}){3}|(?:[01]{8}\s?){3}|(?:[0-9a-fA-F]{2}\s){7}"
    r"|\{\s?[\"“„«]|[\"”“»]\s?\}|\{\{|\}\}|\$\{|<[A-Za-z/!]|\]\(|(?:^|\s)[.-]{1,5}(?:\s[.-]{1,5}){5}"
)
_UNFILLED = re.compile(
    r"\{\w{2,40}\}|<<[^<>]{1,40}>>"
    r"|\[(?:your|insert|name|customer|company|date|amount|order|ihr|ihre|votre|su|nombre|nom|name)\b[^\]\n]{0,40}\]",
    re.IGNORECASE,
)
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_NEARLY = 0.8
_WORD = re.compile(r"[^\W\d_]{2,}")
_RUN = 7
_MIXED = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC")


def promise_words(text: str) -> tuple[str, ...]:
    """The words in a text that promise money or a decision, each once, in lower case."""
    return tuple(dict.fromkeys(match.group().lower() for match in _promise_pattern().finditer(text)))


def _promises(case: Case) -> Result:
    if case.allowed.may_promise:
        return Result()
    found = tuple(dict.fromkeys(word for reading in case.readings for word in promise_words(reading)))
    return Result(found, "no promise without a decision that allows it", place_of(case, *found))


def _own_words_on_money(case: Case) -> Result:
    """Sentences on money back or an ending that no article says; where a person decides, they are read anyway."""
    if case.reply.outcome in WITH_A_PERSON or case.allowed.may_promise:
        return Result()
    said = [one for one in split_sentences(case.words) if _MONEY_BACK.search(one)]
    given = [_long_words(one) for one in split_sentences(straight(case.allowed.named))] if said else []
    found = tuple(one[:80] for one in said if not any(_nearly(_long_words(one), words) for words in given))
    return Result(found, "an article's own words on this, or a look at these", place_of(case, *found), "warn")


def _long_words(text: str) -> frozenset[str]:
    return frozenset(_LONG_WORD.findall(text.casefold()))


def _nearly(said: frozenset[str], given: frozenset[str]) -> bool:
    """Whether a sentence has nearly the words of a given one; a date or an amount may have been filled in."""
    return len(said & given) >= _NEARLY * max(len(said), 1)


def _echo(case: Case) -> Result:
    found = dict.fromkeys(
        match.group().lower() for reading in case.readings for match in _echo_pattern().finditer(reading)
    )
    found |= dict.fromkeys(_repeated(case))
    return Result(tuple(found), "no instructions repeated", place_of(case, *found))


def _repeated(case: Case) -> tuple[str, ...]:
    """The first long run of the customer's own words in the reply, unless an article says it in these words too."""
    asked = _runs(case.allowed.asked)
    said = [run for run in _runs(case.words) if run in asked]
    given = _runs(case.allowed.named) if said else {}
    return tuple(" ".join(run) for run in said if run not in given)[:1]


def _runs(text: str) -> dict[tuple[str, ...], None]:
    words = re.findall(r"\w+", text.lower())
    return dict.fromkeys(tuple(words[place : place + _RUN]) for place in range(len(words) - _RUN + 1))


def _voice(case: Case) -> Result:
    says = any(names_a_model(reading) for reading in case.readings)
    return Result(("a model or its maker",) if says else (), "one voice, the shop's", "details")


def _readable(case: Case) -> Result:
    found = [match.group().strip()[:40] for match in _CODE.finditer(case.words) if not _is_given(match.group(), case)]
    found += [match.group() for match in _UNFILLED.finditer(case.words)]
    found += [word for word in _WORD.findall(case.words) if not word.isascii() and _mixes_scripts(word)]
    return Result(tuple(dict.fromkeys(found)), "plain words, every gap filled", place_of(case, *found))


def _placeholders(case: Case) -> Result:
    found = placeholders_in(case.words)
    return Result(found, "what the customer wrote, or nothing in its place", place_of(case, *found))


def _language(case: Case) -> Result:
    other = other_language(case.words, case.language) or _other_part(case)
    return Result((other,) if other else (), case.language, "answer" if other else "reply")


def _other_part(case: Case) -> str | None:
    """The language of the answer, the details or one sentence, when it is surely not the reply's."""
    parts = (case.reply.answer, case.reply.details, *split_sentences(case.reply.details))
    return next((other for part in parts if (other := other_language(part, case.language))), None)


def _is_given(token: str, case: Case) -> bool:
    return token.strip().lower() in {name.lower() for name in case.allowed.ids}


def _mixes_scripts(word: str) -> bool:
    scripts = {unicodedata.name(mark, "").split(" ")[0] for mark in word}
    return "LATIN" in scripts and not scripts.isdisjoint(_MIXED)


@cache
def _promise_pattern() -> re.Pattern[str]:
    return any_phrase(PROMISES, *PROMISE_SHAPES, gap=GAP)


@cache
def _echo_pattern() -> re.Pattern[str]:
    return any_phrase(ECHOES)


WORD_CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("promise", "No promise without a decision", _promises),
    ("money_words", "Money back in an article's words", _own_words_on_money),
    ("instructions", "No instructions repeated", _echo),
    ("voice", "Speaks as the shop", _voice),
    ("plain_words", "Plain words, nothing left to fill in", _readable),
    ("placeholders", "No placeholder left over", _placeholders),
    ("language", "The customer's language", _language),
)
