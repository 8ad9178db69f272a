"""Billing records from Stripe's HTTP API, read only."""

from supportbot.billing.stripe.client import API_VERSION as API_VERSION
from supportbot.billing.stripe.client import StripeClient as StripeClient
from supportbot.billing.stripe.import_run import StripeImport as StripeImport
from supportbot.billing.stripe.import_run import StripeSource as StripeSource
from supportbot.billing.stripe.import_run import import_stripe as import_stripe
