"""Asks a task's model about a case. The one way there: personal data leaves as placeholders and comes back restored."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from supportbot.contract import schema_version
from supportbot.drafting.types import CaseFile
from supportbot.gateway import Gateway
from supportbot.gateway.types import CallRule, ModelResult, Purpose
from supportbot.prompting import load_prompt, render_prompt
from supportbot.prompting.placeholders import Vault
from supportbot.prompting.prompt_budget import fit
from supportbot.routing.policy import RoutingPolicy

FieldsT = TypeVar("FieldsT")
IN_PROCESS = "builtin"  # the provider that is no model and calls nothing


def ask(
    gateway: Gateway,
    policy: RoutingPolicy,
    task: str,
    *,
    case: CaseFile,
    given: Mapping[str, Any],
    rule: CallRule | None = None,
) -> ModelResult[Any]:
    """Run one task on a case.

    Args:
        given: the task's material; the built-in provider reads it as it is, a model sees it masked and cut.
        rule: stands in for the task's own.
    """
    pin = policy.pin(task)
    vault = Vault(locale=case.locale, keep=own_ids(case))
    prompt = render_prompt(load_prompt(pin.prompt), fit(vault.mask_all(given)))
    result = gateway.complete(
        rule or policy.call_rule(task),
        policy.model_specs(),
        system=prompt.system,
        user=prompt.user,
        material=given,
        schema=schema_version(pin.schema),
        purpose=Purpose(case.message_id, policy.spend_limits()),
    )
    return restored(result, vault)


def restored(result: ModelResult[FieldsT], vault: Vault) -> ModelResult[FieldsT]:
    """The result with the customer's own values put back, before anything is checked."""
    if result.fields is None or result.attempts[-1].provider == IN_PROCESS:
        return result
    return replace(result, fields=vault.restore_fields(result.fields))


def own_ids(case: CaseFile) -> Collection[str]:
    """The shop's own numbers in a case: orders, invoices, charges. They leave as they are."""
    return (case.case_number, *(case.record.ids if case.record else ()))
