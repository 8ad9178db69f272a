"""What the tasks of a policy can cost at most, against what they may: a limit below one call refuses every call."""

from collections.abc import Iterator
from dataclasses import dataclass

from supportbot.contract import schema_version
from supportbot.gateway.prices import PriceTable
from supportbot.gateway.rules.retry import worst_input_tokens
from supportbot.prompting import load_prompt
from supportbot.routing.policy import RoutingPolicy

LONG_CASE_TOKENS = 12_000
"""A message of the greatest length, with history, facts and passages, at two bytes a token."""


@dataclass(frozen=True, slots=True)
class WorstCase:
    """What one call of a task to one model can cost at most, in millionths of a dollar; None: its price is not known.

    `least` is the worst case of an empty case: the prompt, the schema and an answer of full length. `long` adds a
    very long case.
    """

    task: str
    model_key: str
    least: int | None
    long: int | None
    limit: int | None

    @property
    def blocks_all(self) -> bool:
        """Whether every call would be refused."""
        return self.limit is not None and self.least is not None and self.least > self.limit

    @property
    def blocks_long(self) -> bool:
        """Whether a very long case would be refused."""
        return self.limit is not None and self.long is not None and self.long > self.limit


def worst_cases(policy: RoutingPolicy, prices: PriceTable) -> Iterator[WorstCase]:
    """Every task with every model it may call, against the smallest limit that holds for one call."""
    specs, limits = policy.model_specs(), policy.spend_limits()
    for task, rule in policy.tasks.items():
        if rule.model is None:
            continue
        pin = policy.pin(task)
        tokens = worst_input_tokens(load_prompt(pin.prompt).text, "", schema_version(pin.schema).schema)
        own = None if rule.max_cost_usd is None else round(rule.max_cost_usd * 1_000_000)
        given = [limit for limit in (own, limits.per_reply_microusd, limits.per_day_microusd) if limit is not None]
        for key in filter(None, (rule.model, rule.backup)):
            worst = [
                prices.worst_microusd(specs[key], input_tokens=tokens + more, output_tokens=rule.max_output_tokens)
                for more in (0, LONG_CASE_TOKENS)
            ]
            yield WorstCase(task, key, worst[0], worst[1], min(given) if given else None)
