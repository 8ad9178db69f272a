"""How a sentence speaks: it asks in general, begs, says that all is settled, or tells what happened to the writer.

English grammar, no policy: "how long do refunds take" and "my refund has not come" name one thing in two manners. A
question with "I" or "if" in it is a how-to, which may yet be a demand; what is none of the others is told.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from supportbot.language.phrase_matcher import Word

Manner = Literal["general", "howto", "begs", "settled", "told"]
# In these a policy's strong word is no claim by itself: the model has to see risk too.
NO_CLAIM: frozenset[Manner] = frozenset(("general", "settled"))

_OPENING_WORDS = 5
# Who asks for themselves, or whether they may have something.
_OWN = frozenset(("i", "we", "possible"))


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Said before a question, and no part of it.
_FILLS = _set(
    "hi hello hey hiya morning good afternoon evening dear team so ok okay and also but just quick one question "
    "curious wondering please sorry well oh um thanks"
)
_ASKS = _set("do does is are how what where which who whose whether will would when whats wheres hows any")
_BEGS = _set("can could may please pls plz kindly")
_SUPPOSES = _set("if suppose supposing in before considering thinking planning wondering hypothetically should once")
# What happened, or did not, to the one who writes.
_HAPPENED = _set(
    "was were did didnt didn had hadnt hasnt havent been being why still yet never again already took taken "
    "taking owe owed owes demand wrong twice without since ago yesterday stop stopped instead happened duplicated "
    "duplicate nobody nothing cannot cant wont dont doesnt not no unless must but gave promised told says said "
    "shows showing noticed see seeing saw "
)
_MINE = _set("me my mine us our ours ive im id this these")
_ARRIVED = _set(
    "got received arrived arrives landed came come through sorted sorting resolved solved fixed closed close cleared "
    "reached quick fast prompt speedy sorted processing turnaround done refunded reimbursed amended corrected credited "
    "reversed waived replaced repaid settled matches works withdrawn spotted"
)
_PLEASED = _set(
    "thank thanks thx ty cheers ta great brilliant perfect lovely happy pleased appreciate appreciated grateful "
    "awesome amazing excellent fantastic super wonderful kudos impressed good"
)
# Two words in a row by which a writer says that nothing is left to do.
_CLOSING_PAIRS = (
    "never mind,no need,nothing else,nothing needed,nothing more,no action,no reply,no worries,no harm,not needed,"
    "all sorted,all good,all fine,all set,all well,all clear,all settled,sorted now,fixed now,fine now,job done,"
    "panic over,false alarm,my mistake,dealt with,class act,well done,good work,top marks,full marks,keep up,"
    "file closed,close this,close the,be closed,case closed"
)
_CLOSING = frozenset(tuple(pair.split()) for pair in _CLOSING_PAIRS.split(","))
_COMPLAINS = _set(
    "but however although though still yet only short less missing wrong partial half why when where not no never "
    "another other second again isnt wasnt hasnt havent didnt doesnt dont cant cannot wont nothing "
    "unless until waiting wait expected should lawyer want need demand charged billed twice remove help"
)


@dataclass(frozen=True, slots=True)
class _Sentence:
    words: tuple[str, ...]
    is_question: bool


def manners_of(text: str, words: Sequence[Word]) -> dict[int, Manner]:
    """The manner of each sentence of a message, by the sentence's number."""
    sentences = dict(_sentences(text, words))
    is_settled = _is_settled([word.folded for word in words])
    return {
        number: "settled" if is_settled and not one.is_question else _manner(one) for number, one in sentences.items()
    }


def _sentences(text: str, words: Sequence[Word]) -> Iterator[tuple[int, _Sentence]]:
    first = 0
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else None
        if following is None or following.sentence != word.sentence:
            sign = text[word.end : following.start if following else len(text)]
            folded = tuple(one.folded for one in words[first : at + 1])
            yield word.sentence, _Sentence(folded, "?" in sign)
            first = at + 1


def _manner(sentence: _Sentence) -> Manner:
    present = frozenset(sentence.words)
    if present & _HAPPENED:
        return "told"
    is_asked = _is_asked(sentence)
    if is_asked and not present & _MINE:
        return "howto" if present & _OWN or ("how", "to") in pairwise(sentence.words) else "general"
    if sentence.is_question and "if" in present:
        return "howto"
    if any(word in _BEGS for word in sentence.words[:_OPENING_WORDS]):
        return "begs"
    return "told"


def _is_asked(sentence: _Sentence) -> bool:
    """Whether a sentence opens as a question, or ends as one and has a word that asks near its start."""
    if sentence.is_question and any(word in _ASKS for word in sentence.words[:_OPENING_WORDS]):
        return True
    return next((word for word in sentence.words if word not in _FILLS), "") in _ASKS


def _is_settled(words: Sequence[str]) -> bool:
    """Whether a message thanks for something that came, or says that it came and nothing is left; and complains not."""
    closing = [at for at, pair in enumerate(pairwise(words)) if pair in _CLOSING]
    left = {word for at, word in enumerate(words) if at not in closing and at - 1 not in closing}
    is_pleased = bool(closing) or not _PLEASED.isdisjoint(left)
    has_come = not _ARRIVED.isdisjoint(words)
    return is_pleased and has_come and _COMPLAINS.isdisjoint(left)
