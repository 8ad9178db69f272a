"""The schemas of the tasks that write no reply."""

import json

import pytest

from supportbot.contract.reply.registry import SCHEMAS, schema_version
from supportbot.errors import ContractError

GOOD = {
    "summary/1": {"summary": "Charged twice in March.", "open_points": ["Which card?"]},
    "fields/1": {"order_ids": [], "invoice_ids": ["INV-1"], "amounts": ["49 EUR"], "dates": ["in March"]},
    "triage/1": {"topic": "refund", "risk": "high", "reason": "Charged twice."},
}


@pytest.mark.parametrize("name", GOOD)
def test_a_fitting_answer_is_read_and_an_unknown_field_is_refused(name: str) -> None:
    assert schema_version(name).parse(json.dumps(GOOD[name]))
    with pytest.raises(ContractError) as refused:
        schema_version(name).parse(json.dumps({**GOOD[name], "extra": 1}))
    assert "extra" in refused.value.fields


def test_every_schema_requires_every_property() -> None:
    for schema in SCHEMAS.values():
        assert list(schema.schema["required"]) == list(schema.schema["properties"])
        assert schema.schema["additionalProperties"] is False
