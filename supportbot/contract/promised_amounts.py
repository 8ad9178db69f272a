"""What a person's words promise, in money: each amount beside promising words, and what of it cannot be read.

Limits are counted in figures. So figures add up, a bare number beside a promise is money of the shop, and words for
numbers, shares and "the whole amount" are told as unread: they are for the owner, who has no limit.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from supportbot.contract.checks.words import promise_words
from supportbot.language.amounts import NUMBER, amount_spans, is_currency
from supportbot.language.extract_values import date_spans, ids_in, long_numbers_in
from supportbot.language.invisible_characters import without_unseen
from supportbot.language.languages import either, every_line
from supportbot.language.lookalikes import plain, readings
from supportbot.language.money import UNKNOWN_CURRENCY, Money, read_minor
from supportbot.language.percents import percents_in
from supportbot.language.promises import SPEAKS_OF_MONEY_BACK
from supportbot.language.sentences import split_sentences

_BARE = re.compile(rf"(?<![\w.,:/#-]){NUMBER}\s?(k\b|K\b)?(?![\w%:/])")
_WORD = re.compile(r"[^\W\d_]+")
_NEAR = 4
"""How many words may stand between a number in words and its currency."""


@dataclass(frozen=True, slots=True)
class Promise:
    """Promising words; the amounts that stand in the same sentences; what of them only a person can read."""

    words: tuple[str, ...]
    amounts: tuple[Money, ...] = ()
    unread: tuple[str, ...] = ()

    def total(self, currency: str, *, at_least: Iterable[Money] = ()) -> Money:
        """All of it together, in `currency`; an amount in another currency alone, since no sum holds both.

        Args:
            at_least: what else the text names: a promise may stand beside its amount in another sentence.
        """
        foreign = [one for one in (*self.amounts, *at_least) if one.currency != currency and one.minor]
        if foreign:
            return max(foreign, key=lambda one: one.minor)
        named = max((one.minor for one in at_least), default=0)
        return Money(max(sum(one.minor for one in self.amounts), named), currency)


def promise_in(text: str, currency: str) -> Promise | None:
    """What a text promises; None when it promises nothing.

    Args:
        currency: the shop's own.
    """
    words: list[str] = []
    amounts: list[Money] = []
    unread: list[str] = []
    for sentence in split_sentences(without_unseen(text)):
        found, hidden = _money_of(plain(sentence), currency)
        promising = _promising(sentence)
        if not promising and (found or hidden) and (said := _money_back().search(sentence)):
            promising = (said[0].lower(),)
        if promising:
            words += promising
            amounts += found
            unread += hidden
    return Promise(tuple(dict.fromkeys(words)), tuple(amounts), tuple(dict.fromkeys(unread))) if words else None


def amounts_named(text: str, currency: str) -> tuple[Money, ...]:
    """Every amount of a text, whoever promises it."""
    return tuple(money for _, _, money in amount_spans(plain(without_unseen(text)), currency) if money.minor)


def _promising(sentence: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for reading in readings(sentence) for word in promise_words(reading)))


def _money_of(sentence: str, currency: str) -> tuple[list[Money], list[str]]:
    """The amounts of one sentence, bare numbers too, and what cannot be read as one."""
    spans = [*amount_spans(sentence, currency)]
    amounts = [money for _, _, money in spans if money.minor]
    unread = [sentence[start:end] for start, end, money in spans if money.currency == UNKNOWN_CURRENCY]
    taken = [(start, end) for start, end, _ in (*spans, *date_spans(sentence))]
    known = {*ids_in(sentence), *long_numbers_in(sentence)}
    for match in _BARE.finditer(sentence):
        start, end = match.span()
        if any(start < other_end and other < end for other, other_end in taken) or match[0] in known:
            continue
        if _counted().match(sentence, end) or _named_before().search(sentence[max(0, start - 40) : start]):
            continue
        number = match[0].rstrip(" kK")
        amounts.append(Money(read_minor(number, currency) * (1000 if match[1] else 1), currency))
    unread += [f"{share} %" for share in percents_in(sentence)]
    unread += _in_words(sentence)
    return amounts, unread


def _in_words(sentence: str) -> list[str]:
    """Numbers in words with a currency, large ones with or without, and all or half of what there is."""
    found = [match[0] for match in _whole().finditer(sentence)]
    words = list(_WORD.finditer(sentence))
    for at, word in enumerate(words):
        if not _number_words().fullmatch(word[0]):
            continue
        following = words[at + 1 : at + 1 + _NEAR]
        money = next((other for other in following if is_currency(other[0])), None)
        if money or _large_numbers().search(word[0]):
            found.append(sentence[word.start() : (money or word).end()])
    return list(dict.fromkeys(found))


@lru_cache(maxsize=1)
def _money_back() -> re.Pattern[str]:
    return re.compile(rf"\b{SPEAKS_OF_MONEY_BACK}\w*", re.IGNORECASE)


@lru_cache(maxsize=1)
def _counted() -> re.Pattern[str]:
    """What is counted behind a number and is no money: days, months, parcels."""
    return re.compile(rf"\s?(?:(?:[-–]|\w{{1,3}})\s?\d+\s?)?-?(?:\w+\s)?(?:{either('counted')})\b", re.IGNORECASE)


@lru_cache(maxsize=1)
def _named_before() -> re.Pattern[str]:
    """What says that a number is a card's, an order's or a telephone's."""
    sorts = "|".join(either(section) for section in ("card_words", "id_words", "phone_words", "numbered_things"))
    return re.compile(rf"\b(?:{sorts})\b\W*(?:\w+\W+){{0,2}}$", re.IGNORECASE)


@lru_cache(maxsize=1)
def _whole() -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{either('whole_amount')})(?!\w)", re.IGNORECASE)


@lru_cache(maxsize=1)
def _number_words() -> re.Pattern[str]:
    return re.compile("|".join((*every_line("number_words"), *every_line("large_number_words"))), re.IGNORECASE)


@lru_cache(maxsize=1)
def _large_numbers() -> re.Pattern[str]:
    return re.compile("|".join(every_line("large_number_words")), re.IGNORECASE)
