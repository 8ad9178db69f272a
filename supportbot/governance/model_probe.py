"""Asks the models of a policy before it comes into force, so that nothing fails silently afterwards.

A model that answers and cannot do what the policy asks of it makes the policy unfit: no waiting mends that. One that
does not answer now is told and stops nothing: a provider's bad hour must not keep an owner from the very change, or
the way back, that deals with it; until it answers, its messages wait for a person or go to its backup.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel import Session

from supportbot.contract import schema_version
from supportbot.errors import PolicyError
from supportbot.gateway import Gateway
from supportbot.gateway.probe import Probe, probe_model
from supportbot.gateway.schema_mode_store import remember
from supportbot.gateway.types import FoundBy, ModelSpec
from supportbot.routing.policy import RoutingPolicy

_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """One model that was asked; `used_by` are the tasks that name it, as model or backup."""

    spec: ModelSpec
    used_by: tuple[str, ...]
    probe: Probe

    @property
    def sentence(self) -> str:
        """What is wrong, whom it hits and what to do."""
        return f"Model {self.spec.key!r} ({', '.join(self.used_by)}): {self.probe.words}"


@dataclass(frozen=True, slots=True)
class AskedModels:
    """Every model that a policy's tasks name. `lenient` refuses nothing: for trying out, where all is told instead."""

    models: tuple[Asked, ...]
    lenient: bool = False

    @property
    def refused(self) -> tuple[str, ...]:
        """Why the policy must not come into force."""
        return () if self.lenient else tuple(one.sentence for one in self.models if one.probe.unfit)

    @property
    def warned(self) -> tuple[str, ...]:
        """What does not work now, though the policy may come into force."""
        wrong = (one for one in self.models if one.probe.problem)
        return tuple(one.sentence for one in wrong if self.lenient or not one.probe.unfit)


def ask_models(policy: RoutingPolicy, gateway: Gateway, *, every_way: bool = False) -> AskedModels:
    """Ask each model that a task names, some at once; no transaction may be open, since a model may take long.

    Raises:
        PolicyError: a model names a provider that does not exist.
    """
    specs, used = policy.model_specs(), _used(policy)
    work = [(specs[key], tasks, gateway.provider_of(specs[key])) for key, tasks in used.items()]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        probes = list(
            pool.map(
                lambda one: probe_model(
                    one[2], one[0], schema_version(policy.pin(one[1][0]).schema), every_way=every_way
                ),
                work,
            )
        )
    return AskedModels(
        tuple(Asked(spec, tuple(tasks), probe) for (spec, tasks, _), probe in zip(work, probes, strict=True))
    )


def require_fit(policy: RoutingPolicy, asked: AskedModels | None) -> None:
    """Let a policy come into force only when its models were asked and none is unfit.

    Raises:
        PolicyError: which model is unfit and why, or that nobody asked.
    """
    answered = {one.spec.endpoint for one in asked.models} if asked else set()
    specs = policy.model_specs()
    unasked = [key for key in _used(policy) if specs[key].provider != "builtin" and specs[key].endpoint not in answered]
    if unasked:
        raise PolicyError(f"The policy's models were not asked before it came into force: {', '.join(unasked)}.")
    if asked and asked.refused:
        listed = "\n".join(f"  {sentence}" for sentence in asked.refused)
        raise PolicyError(f"The policy is not fit to come into force:\n{listed}")


def keep_findings(db: Session, asked: AskedModels, *, found_by: FoundBy, at: datetime) -> None:
    """Store in which ways the models that answered keep to a schema."""
    for one in asked.models:
        if one.spec.provider != "builtin" and one.probe.ways:
            spec = replace(one.spec, structured=None)
            remember(db, spec, one.probe.ways, found_by=found_by, at=at, latency_ms=one.probe.latency_ms)


def _used(policy: RoutingPolicy) -> dict[str, list[str]]:
    """Each model that a task names, with its tasks in the policy's order."""
    used: dict[str, list[str]] = {}
    for task, rule in policy.tasks.items():
        for key in (rule.model, rule.backup):
            if key is not None and rule.model is not None:
                used.setdefault(key, []).append(task)
    return used
