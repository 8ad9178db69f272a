"""What a call costs, from a dated table. A price or a count that is not known makes the cost unknown, never zero."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from supportbot.gateway.types import ModelSpec, PriceOverride, Tokens

_DATED = re.compile(r"[-@](?:\d{4}-\d{2}-\d{2}|\d{8})$")
_Usd = Annotated[Decimal, Field(ge=0)]


class _Source(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    read_on: date
    where: str


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    model: str
    source: str
    input_usd: _Usd
    output_usd: _Usd
    cache_read_usd: _Usd | None = None
    cache_write_usd: _Usd | None = None
    most_input_tokens: Annotated[int, Field(gt=0)] | None = None


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    as_of: date
    sources: dict[str, _Source]
    price: list[_Row]


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens of each kind; None where the list names none.

    A prompt of more than `most_input_tokens` has another price, which is not known here.
    """

    input_usd: Decimal
    output_usd: Decimal
    cache_read_usd: Decimal | None = None
    cache_write_usd: Decimal | None = None
    most_input_tokens: int | None = None
    source: str = ""

    def covers(self, input_tokens: int) -> bool:
        """Whether a prompt of this length has this price."""
        return self.most_input_tokens is None or input_tokens <= self.most_input_tokens


@dataclass(frozen=True, slots=True)
class PriceTable:
    """Prices by model name, as the providers' lists had them up to `as_of`; each says where it was read and when."""

    as_of: date
    prices: dict[str, Price]

    def price_of(self, spec: ModelSpec, model_answered: str | None) -> Price | None:
        """The price of a call: the policy's own, else of the model that answered, else of the one asked."""
        if spec.price is not None:
            return _override(spec.price)
        if spec.provider == "builtin":
            return Price(Decimal(0), Decimal(0), Decimal(0), Decimal(0))
        name = model_answered or spec.model
        return self.prices.get(name) or self.prices.get(_DATED.sub("", name))

    def cost_microusd(self, spec: ModelSpec, model_answered: str | None, tokens: Tokens) -> int | None:
        """What a call cost in millionths of a dollar; None when a price or a count is not known."""
        price = self.price_of(spec, model_answered)
        if price is None or tokens.input_uncached is None or tokens.output is None:
            return None
        if not price.covers(tokens.input_uncached + (tokens.cache_read or 0) + (tokens.cache_write or 0)):
            return None
        parts = (
            (tokens.input_uncached, price.input_usd),
            (tokens.output, price.output_usd),
            (tokens.cache_read or 0, price.cache_read_usd),
            (tokens.cache_write or 0, price.cache_write_usd),
        )
        if any(count and usd is None for count, usd in parts):
            return None
        total = sum((count * usd for count, usd in parts if usd is not None), Decimal(0))
        return int(total.to_integral_value(ROUND_HALF_UP))

    def worst_microusd(self, spec: ModelSpec, *, input_tokens: int, output_tokens: int) -> int | None:
        """What a call can cost at most, all input at its dearest rate; None when the price is not known."""
        price = self.price_of(spec, None)
        if price is None or not price.covers(input_tokens):
            return None
        dearest = max(price.input_usd, price.cache_write_usd or Decimal(0))
        total = input_tokens * dearest + output_tokens * price.output_usd
        return int(total.to_integral_value(ROUND_CEILING))


@lru_cache(maxsize=1)
def load_prices() -> PriceTable:
    """The table that is shipped, `prices.toml`."""
    text = files("supportbot.gateway").joinpath("prices.toml").read_text(encoding="utf-8")
    table = _Table.model_validate(tomllib.loads(text, parse_float=Decimal))
    return PriceTable(table.as_of, {row.model: _price(row, table.sources[row.source]) for row in table.price})


def _price(row: _Row, source: _Source) -> Price:
    return Price(
        row.input_usd,
        row.output_usd,
        row.cache_read_usd,
        row.cache_write_usd,
        row.most_input_tokens,
        f"{source.where}; read on {source.read_on}",
    )


def _override(price: PriceOverride) -> Price:
    usd = (price.input_usd, price.output_usd, price.cache_read_usd, price.cache_write_usd)
    read = [None if amount is None else Decimal(str(amount)) for amount in usd]
    return Price(read[0] or Decimal(0), read[1] or Decimal(0), read[2], read[3])
