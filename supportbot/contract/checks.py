"""The checks that every draft passes through before a person sees it; each gives a finding, passed or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from supportbot.contract.catalogue import catalogue
from supportbot.contract.language import guess_language
from supportbot.contract.mentions import (
    DateMention,
    amounts_in,
    dates_in,
    emails_in,
    ids_in,
    links_in,
    long_numbers_in,
)
from supportbot.contract.money import format_money
from supportbot.contract.normalise import ANSWER_LIMIT, DETAILS_LIMIT
from supportbot.contract.phrases import ECHOES, PROMISES, any_phrase, straight
from supportbot.contract.rules import DECISIONS, MAX_ACTIONS
from supportbot.contract.sentences import is_one_sentence
from supportbot.contract.types import (
    CASE_KEYS,
    OUTCOMES,
    AllowedFacts,
    CaseField,
    Finding,
    Money,
    RenderedReply,
    ReplyFields,
)
from supportbot.contract.wording import begins_with_greeting, names_a_model

_PROMISE = any_phrase(PROMISES)
_ECHO = any_phrase(ECHOES)
_BARE = "XXX"
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class _Case:
    """Everything one check may look at. `words` are the model's own, in one text."""

    reply: RenderedReply
    fields: ReplyFields
    allowed: AllowedFacts
    words: str


@dataclass(frozen=True, slots=True)
class _Result:
    """What a check found against the reply; nothing found means passed."""

    found: tuple[str, ...] = ()
    expected: str = ""
    field: str = "reply"
    severity: Literal["block", "warn"] = "block"


def check_reply(rendered: RenderedReply, fields: ReplyFields, allowed: AllowedFacts) -> tuple[Finding, ...]:
    """Every check's result in a fixed order.

    Args:
        rendered: the reply as it would be sent.
        fields: what the model proposed, normalised.
        allowed: what the records, articles and frame let a reply state. The case block's own values are added.
    """
    case = _Case(rendered, fields, allowed, straight(f"{rendered.answer}\n{rendered.details}"))
    return tuple(_finding(rule, title, check(case)) for rule, title, check in _CHECKS)


def blocks(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that keep a draft from being approved unchanged."""
    return tuple(finding for finding in findings if not finding.passed and finding.severity == "block")


def promise_words(text: str) -> tuple[str, ...]:
    """The words in a text that promise money or a decision, each once, in lower case."""
    return tuple(dict.fromkeys(match.group().lower() for match in _PROMISE.finditer(text)))


def _finding(rule: str, title: str, result: _Result) -> Finding:
    shown = ", ".join(result.found[:_SHOWN]) + (" …" if len(result.found) > _SHOWN else "")
    return Finding(
        rule=rule,
        title=title,
        passed=not result.found,
        severity=result.severity,
        field=result.field,
        found=shown[:300],
        expected=result.expected if result.found else "",
    )


def _schema(case: _Case) -> _Result:
    wrong = [name for name in ("answer", "sign_off") if not getattr(case.reply, name).strip()]
    wrong += [case.reply.outcome] if case.reply.outcome not in OUTCOMES else []
    return _Result(tuple(wrong), "every field filled from the schema")


def _answer_first(case: _Case) -> _Result:
    answer = case.reply.answer
    wrong = not is_one_sentence(answer) or begins_with_greeting(answer)
    return _Result((answer[:80],) if wrong else (), "one sentence that answers, no greeting", "answer")


def _case_fields(case: _Case) -> _Result:
    keys = tuple(field.key for field in case.reply.case_fields)
    empty = tuple(field.key for field in case.reply.case_fields if not field.value.strip())
    found = empty if keys == CASE_KEYS else (", ".join(keys) or "none",)
    return _Result(found, ", ".join(CASE_KEYS), "case_fields")


def _actions(case: _Case) -> _Result:
    actions = case.reply.next_actions
    labels = catalogue(case.reply.locale).actions
    wrong: list[str] = [action.id for action in actions if labels.get(action.id) != action.label]
    if not 1 <= len(actions) <= MAX_ACTIONS or len({action.id for action in actions}) != len(actions):
        wrong = [action.id for action in actions] or ["none"]
    return _Result(tuple(wrong), f"1 to {MAX_ACTIONS} different actions from the list", "next_actions")


def _sign_off(case: _Case) -> _Result:
    name = case.reply.sign_off.strip()
    last_line = case.words.strip().rpartition("\n")[2]
    twice = bool(name) and last_line.rstrip(".") == name
    return _Result((f"{name!r} twice",) if twice else () if name else ("none",), "the shop's, once", "sign_off")


def _language(case: _Case) -> _Result:
    guessed = guess_language(case.words)
    wanted = case.reply.locale.replace("_", "-").partition("-")[0].lower()
    other = guessed is not None and guessed != wanted
    return _Result((guessed or "",) if other else (), wanted, "answer", "warn")


def _length(case: _Case) -> _Result:
    reply, long = case.reply, []
    if len(reply.answer) > ANSWER_LIMIT:
        long.append(f"answer {len(reply.answer)}")
    if len(reply.details) > DETAILS_LIMIT:
        long.append(f"details {len(reply.details)}")
    return _Result(
        tuple(long), f"answer up to {ANSWER_LIMIT}, details up to {DETAILS_LIMIT} characters", "reply", "warn"
    )


def _outcome(case: _Case) -> _Result:
    final, proposed = case.reply.outcome, case.fields.outcome
    if final in DECISIONS and not case.allowed.may_promise:
        return _Result((final,), "a decision made by a person with the right", "outcome")
    if final not in DECISIONS and final not in case.allowed.outcomes:
        return _Result((final,), ", ".join(sorted(case.allowed.outcomes)), "outcome")
    if proposed in DECISIONS and final not in DECISIONS:
        severity: Literal["block", "warn"] = "block" if final == "escalated" else "warn"
        return _Result((proposed,), f"{final}, set by code", "outcome", severity)
    return _Result(field="outcome")


def _promises(case: _Case) -> _Result:
    if case.allowed.may_promise:
        return _Result()
    found = tuple(dict.fromkeys(match.group().lower() for match in _PROMISE.finditer(case.words)))
    return _Result(found, "no promise without a decision that allows it", "answer")


def _amounts(case: _Case) -> _Result:
    framed = amounts_in(_framed(case.reply.case_fields), _BARE)
    known = {(abs(amount.minor), amount.currency) for amount in (*case.allowed.amounts, *framed)}
    known |= {(minor, _BARE) for minor, _ in known}
    wrong = [amount for amount in amounts_in(case.words, _BARE) if (amount.minor, amount.currency) not in known]
    expected = ", ".join(sorted(format_money(amount) for amount in case.allowed.amounts)) or "no amount"
    return _Result(tuple(map(_shown_amount, wrong)), expected, "details")


def _dates(case: _Case) -> _Result:
    framed = {reading for mention in dates_in(_framed(case.reply.case_fields)) for reading in mention.readings}
    wrong = [mention.text for mention in dates_in(case.words) if not _known_date(mention, case.allowed, framed)]
    expected = ", ".join(day.isoformat() for day in sorted(case.allowed.dates)) or "no date"
    return _Result(tuple(wrong), expected, "details")


def _ids(case: _Case) -> _Result:
    known = {name.lower().lstrip("#") for name in (*case.allowed.ids, *ids_in(_framed(case.reply.case_fields)))}
    wrong = [name for name in ids_in(case.words) if name.lower() not in known]
    return _Result(tuple(wrong), ", ".join(sorted(case.allowed.ids)) or "no id", "details")


def _links(case: _Case) -> _Result:
    wrong = [host for host in links_in(case.words) if not _known_host(host, case.allowed.link_hosts)]
    return _Result(tuple(wrong), ", ".join(sorted(case.allowed.link_hosts)) or "no link", "details")


def _personal(case: _Case) -> _Result:
    known = {name.lower() for name in case.allowed.ids}
    digits = {"".join(mark for mark in name if mark.isdigit()) for name in known}
    wrong = [
        address
        for address in emails_in(case.words)
        if address not in known and not _known_host(address.partition("@")[2], case.allowed.link_hosts)
    ]
    wrong += [f"…{number[-4:]}" for number in long_numbers_in(case.words) if number not in digits]
    return _Result(tuple(wrong), "no address or number from outside the case record", "details")


def _echo(case: _Case) -> _Result:
    found = tuple(dict.fromkeys(match.group().lower() for match in _ECHO.finditer(case.words)))
    return _Result(found, "no instructions repeated", "details")


def _voice(case: _Case) -> _Result:
    return _Result(("a model or its maker",) if names_a_model(case.words) else (), "one voice, the shop's", "details")


def _citations(case: _Case) -> _Result:
    unknown = [ref for ref in case.fields.sources if ref not in case.allowed.sources]
    unknown += [ref for ref in case.fields.facts_used if ref not in case.allowed.facts]
    return _Result(tuple(unknown), "sources and facts that were given", "sources", "warn")


def _framed(case_fields: Iterable[CaseField]) -> str:
    return "\n".join(field.value for field in case_fields)


def _shown_amount(amount: Money) -> str:
    return format_money(amount).removesuffix(f" {_BARE}")


def _known_date(mention: DateMention, allowed: AllowedFacts, framed: set[tuple[int | None, int, int]]) -> bool:
    if mention.matches(allowed.dates):
        return True
    days = {(month, day) for _, month, day in framed}
    return any((month, day) in days for year, month, day in mention.readings if year is None) or bool(
        framed & set(mention.readings)
    )


def _known_host(host: str, allowed: frozenset[str]) -> bool:
    return any(host == known.lower() or host.endswith("." + known.lower()) for known in allowed)


_CHECKS = (
    ("schema", "Fits the schema", _schema),
    ("answer_first", "The answer stands first", _answer_first),
    ("case_fields", "Six case fields in order", _case_fields),
    ("actions", "Next actions from the list", _actions),
    ("sign_off", "One sign-off", _sign_off),
    ("outcome", "An outcome that may be said", _outcome),
    ("promise", "No promise without a decision", _promises),
    ("amounts", "Amounts are in the case record", _amounts),
    ("dates", "Dates are in the case record", _dates),
    ("ids", "Numbers and ids are in the case record", _ids),
    ("links", "Links are on the list", _links),
    ("personal_data", "Nobody else's data", _personal),
    ("instructions", "No instructions repeated", _echo),
    ("voice", "Speaks as the shop", _voice),
    ("citations", "Cites what it was given", _citations),
    ("language", "The customer's language", _language),
    ("length", "Length in the band", _length),
)
