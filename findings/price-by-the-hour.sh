#!/usr/bin/env bash
# Guess: a model has one price for a million input tokens; a price list gives the same sum for the same call until the
# list changes.
#
# What happens: for five models of one provider the price depends on the hour of the call: three cost double in two
# windows of the day (01:00-04:00 and 06:00-10:00 UTC), two older ones half from 16:30 to 00:30 UTC. `calc_price` takes
# the present moment where no time is given, so the same line of code, the same tokens and the same version of the list
# give another sum at 05:30 than at 06:30. A condition on the day of the week cannot be told in the list: its own
# comments say that weekends cost the lower price all day, and a Saturday at 06:30 is priced as a Tuesday.
#
# Versions: genai-prices==0.2.3; Python 3.11. Run on 2026-12-01 (the list only, not a bill of the provider).
#
# Why it matters: a desk states the cost of a draft and of a conversation, keeps a limit of spending, and wants its sums
# to meet the invoice. One price a model cannot; a test that compares with such a list and names no time passes in the
# morning and fails at noon.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" --quiet --disable-pip-version-check install genai-prices==0.2.3

"$folder/venv/bin/python" - >"$folder/seen" <<'PYTHON'
from datetime import UTC, datetime

from genai_prices import Usage, calc_price
from genai_prices.data import providers
from genai_prices.types import TimeOfDateConstraint

# Name and number of a day of December 2026, and an hour.
CALLS = [("Tuesday", 1, 5), ("Tuesday", 1, 6), ("Saturday", 5, 6), ("Tuesday", 1, 17)]


def dollars(model, day, hour):
    at = datetime(2026, 12, day, hour, 30, tzinfo=UTC)
    usage = Usage(input_tokens=1_000_000, output_tokens=0)
    return calc_price(usage, model_ref=model, provider_id="deepseek", genai_request_timestamp=at).total_price


for model in ("deepseek-v4-pro", "deepseek-chat"):
    for name, day, hour in CALLS:
        print(f"{model}, {name} {hour:02d}:30 UTC: {dollars(model, day, hour)} USD for a million input tokens")

hourly = sorted(
    f"{provider.id}/{model.id}"
    for provider in providers
    for model in provider.models
    if isinstance(model.prices, list)
    and any(isinstance(price.constraint, TimeOfDateConstraint) for price in model.prices)
)
print(f"priced by the hour: {' '.join(hourly)}")
PYTHON

cat "$folder/seen"
diff - "$folder/seen" <<'SEEN'
deepseek-v4-pro, Tuesday 05:30 UTC: 0.660 USD for a million input tokens
deepseek-v4-pro, Tuesday 06:30 UTC: 1.320 USD for a million input tokens
deepseek-v4-pro, Saturday 06:30 UTC: 1.320 USD for a million input tokens
deepseek-v4-pro, Tuesday 17:30 UTC: 0.660 USD for a million input tokens
deepseek-chat, Tuesday 05:30 UTC: 0.27 USD for a million input tokens
deepseek-chat, Tuesday 06:30 UTC: 0.27 USD for a million input tokens
deepseek-chat, Saturday 06:30 UTC: 0.27 USD for a million input tokens
deepseek-chat, Tuesday 17:30 UTC: 0.135 USD for a million input tokens
priced by the hour: deepseek/deepseek-chat deepseek/deepseek-flash deepseek/deepseek-reasoner deepseek/deepseek-v4-flash deepseek/deepseek-v4-pro
SEEN
