"""What billing records and articles agree on: the refund policy, and the facts that an article may name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

PolicyRule = Literal[
    "refund_window_days",
    "charged_after_cancelling",
    "already_returned",
    "chargeback_stops_refund",
    "double_charge_days",
    "failed_payment",
    "person_confirms_every_amount",
    "renewal_notice_days",
    "unused_days_returned",
]
POLICY_RULES: tuple[PolicyRule, ...] = get_args(PolicyRule)

Placeholder = Literal[
    "newest_invoice",
    "newest_invoice_date",
    "newest_invoice_amount",
    "month",
    "invoice_for_month",
    "plan",
    "plan_price",
    "renews_at",
    "cancelled_at",
    "newest_order",
    "newest_order_date",
    "order_status",
    "tracking",
    "carrier",
    "card_last4",
    "email",
]
# The facts that an article's short answer may name in braces, e.g. {newest_invoice}.
PLACEHOLDERS: tuple[Placeholder, ...] = get_args(Placeholder)


@dataclass(frozen=True, slots=True)
class RefundPolicy:
    """The published policy as rules for code.

    `passages` gives each rule's passage, e.g. {"double_charge_days": "refunds#4.5"}. A rule without a passage is not in
    force: nothing is due under it. A number of days is None when the policy has none. `renewal_notice_plans` are the
    intervals of the plans whose renewal must be announced.
    """

    currency: str
    refund_window_days: int | None = None
    double_charge_days: int | None = None
    renewal_notice_days: int | None = None
    renewal_notice_plans: tuple[str, ...] = ("year",)
    passages: Mapping[PolicyRule, str] = field(default_factory=dict)

    def passage(self, rule: PolicyRule) -> str | None:
        """The passage that a rule stands in; None when the policy does not have the rule."""
        return self.passages.get(rule)
