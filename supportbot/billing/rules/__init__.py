"""What the records say about a customer's question, decided by code alone."""

from supportbot.billing.rules.payments import went_back as went_back
from supportbot.billing.rules.record import case_record as case_record
