"""The checks that every draft passes through before a person sees it; each gives a finding, passed or not."""

from collections.abc import Iterable
from typing import Literal

from supportbot.contract.checks.stated_facts import FACT_CHECKS
from supportbot.contract.checks.types import Case, Check, Result
from supportbot.contract.checks.words import WORD_CHECKS
from supportbot.contract.checks.words import promise_words as promise_words
from supportbot.contract.rules import DECISIONS, MAX_ACTIONS
from supportbot.contract.types import CASE_KEYS, OUTCOMES, AllowedFacts, Finding, RenderedReply, ReplyFields
from supportbot.contract.voice.catalogue import catalogue
from supportbot.contract.voice.normaliser import ANSWER_LIMIT, DETAILS_LIMIT
from supportbot.contract.voice.short_answers import DETAILS_LEAST
from supportbot.contract.voice.wording import begins_with_greeting
from supportbot.language.lookalikes import straight
from supportbot.language.sentences import is_one_sentence, split_sentences

_SHOWN = 5


def check_reply(rendered: RenderedReply, fields: ReplyFields, allowed: AllowedFacts) -> tuple[Finding, ...]:
    """Every check's result in a fixed order.

    Args:
        rendered: the reply as it would be sent.
        fields: what the model proposed, normalised.
        allowed: what the records, articles and frame let a reply state. The case block's own values are added.
    """
    case = Case(rendered, fields, allowed)
    return tuple(_finding(rule, title, check(case)) for rule, title, check in CHECKS)


def blocks(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that keep a draft from being approved unchanged."""
    return tuple(finding for finding in findings if not finding.passed and finding.severity == "block")


def _finding(rule: str, title: str, result: Result) -> Finding:
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


def _schema(case: Case) -> Result:
    wrong = [name for name in ("answer", "sign_off") if not getattr(case.reply, name).strip()]
    wrong += [case.reply.outcome] if case.reply.outcome not in OUTCOMES else []
    return Result(tuple(wrong), "every field filled from the schema")


def _answer_first(case: Case) -> Result:
    answer = case.reply.answer
    wrong = not is_one_sentence(answer) or begins_with_greeting(answer)
    return Result((answer[:80],) if wrong else (), "one sentence that answers, no greeting", "answer")


def _case_fields(case: Case) -> Result:
    keys = tuple(field.key for field in case.reply.case_fields)
    empty = tuple(field.key for field in case.reply.case_fields if not field.value.strip())
    found = empty if keys == CASE_KEYS else (", ".join(keys) or "none",)
    return Result(found, ", ".join(CASE_KEYS), "case_fields")


def _actions(case: Case) -> Result:
    actions = case.reply.next_actions
    labels = catalogue(case.reply.locale).actions
    wrong: list[str] = [action.id for action in actions if labels.get(action.id) != action.label]
    if not 1 <= len(actions) <= MAX_ACTIONS or len({action.id for action in actions}) != len(actions):
        wrong = [action.id for action in actions] or ["none"]
    return Result(tuple(wrong), f"1 to {MAX_ACTIONS} different actions from the list", "next_actions")


def _sign_off(case: Case) -> Result:
    name = case.reply.sign_off.strip()
    last = (split_sentences(case.words) or ("",))[-1]
    twice = bool(name) and last.rstrip(".") == straight(name).rstrip(".")
    return Result((f"{name!r} twice",) if twice else () if name else ("none",), "the shop's, once", "sign_off")


def _length(case: Case) -> Result:
    reply, found = case.reply, []
    if len(reply.answer) > ANSWER_LIMIT:
        found.append(f"answer too long, {len(reply.answer)}")
    if len(reply.details) > DETAILS_LIMIT:
        found.append(f"details too long, {len(reply.details)}")
    if reply.outcome == "answered" and len(reply.details) < DETAILS_LEAST:
        found.append(f"details too short, {len(reply.details)}")
    expected = f"answer up to {ANSWER_LIMIT}, details {DETAILS_LEAST} to {DETAILS_LIMIT} characters"
    return Result(tuple(found), expected, "answer" if len(reply.answer) > ANSWER_LIMIT else "details", "warn")


def _outcome(case: Case) -> Result:
    final, proposed = case.reply.outcome, case.fields.outcome
    if final in DECISIONS and not case.allowed.may_promise:
        return Result((final,), "a decision made by a person with the right", "outcome")
    if final not in DECISIONS and final not in case.allowed.outcomes:
        return Result((final,), ", ".join(sorted(case.allowed.outcomes)), "outcome")
    if proposed in DECISIONS and final not in DECISIONS:
        severity: Literal["block", "warn"] = "block" if final == "escalated" else "warn"
        return Result((proposed,), f"{final}, set by code", "outcome", severity)
    return Result(field="outcome")


CHECKS: tuple[tuple[str, str, Check], ...] = (
    ("schema", "Fits the schema", _schema),
    ("answer_first", "The answer stands first", _answer_first),
    ("case_fields", "Six case fields in order", _case_fields),
    ("actions", "Next actions from the list", _actions),
    ("sign_off", "One sign-off", _sign_off),
    ("outcome", "An outcome that may be said", _outcome),
    *WORD_CHECKS,
    *FACT_CHECKS,
    ("length", "Length in the band", _length),
)
