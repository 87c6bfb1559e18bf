"""What a market charges for bringing goods: setting it, and trying what a basket would pay."""

from collections.abc import Sequence

import msgspec

from portico.business.api import Directory
from portico.business.types import Market, MarketId
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.pricing import events
from portico.pricing.api.own import rates as tax_rates
from portico.pricing.api.standing import restamp
from portico.pricing.rules import amounts
from portico.pricing.rules import carriage as rules
from portico.pricing.store import carriage as store
from portico.pricing.types.amounts import PricedLine, TaxRate, ToPrice
from portico.pricing.types.carriage import METHODS, VERSIONS_SHOWN, CarriageOutdated, CarriageRate, CarriageRates
from portico.pricing.types.conditions import Asking


class TriedCarriage(msgspec.Struct, frozen=True):
    """What a method would cost, before promotions."""

    method: str
    amount: int
    priced: PricedLine
    free_from: int | None


async def carriage(tx: Tx, *, market_id: MarketId) -> CarriageRates:
    """A market's rates as they hold now."""
    found = await tx.maybe(store.NEWEST, market_id=market_id)
    return found or CarriageRates(market_id=market_id)


async def charged(tx: Tx, *, market_id: MarketId) -> bool:
    """Whether anything may be charged there at all."""
    return bool((await carriage(tx, market_id=market_id)).rates)


async def versions(tx: Tx, *, market_id: MarketId) -> list[CarriageRates]:
    """What was set before, newest first."""
    return await tx.all(store.VERSIONS, market_id=market_id, rows_max=VERSIONS_SHOWN)


async def put(
    tx: Tx, *, market_id: MarketId, rates: Sequence[CarriageRate], expected_version: int, by: Hand
) -> CarriageRates:
    """Have these rates hold from now on, in place of version `expected_version`. Refuses BadCarriage, CarriageOutdated."""
    await _checked(tx, market_id, rates)
    before = await carriage(tx, market_id=market_id)
    body = msgspec.json.encode(list(rates)).decode()
    if before.version != expected_version:
        raise CarriageOutdated(version=before.version)
    made = await tx.maybe(
        store.PUT, market_id=market_id, version=before.version + 1, rates=body, actor=by.actor, actor_name=by.actor_name,
        now=tx.now,
    )  # fmt: skip
    if made is None:
        raise CarriageOutdated(version=before.version + 1)
    await restamp(tx, market_ids=[market_id])
    tx.emit(
        [
            events.CarriageChanged(
                subject=market_id, by=by, occurred_at=tx.now, version=made.version, rates=len(made.rates)
            )
        ]
    )
    return made


async def _checked(tx: Tx, market_id: MarketId, rates: Sequence[CarriageRate]) -> list[TaxRate]:
    """The market's tax rates, once these fit them. Refuses BadCarriage."""
    levied = (await tax_rates(tx, market_ids=[market_id]))[market_id]
    rules.check(rates, tax_categories={one.tax_category for one in levied})
    return levied


async def tried(
    tx: Tx, *, market: Market, rates: Sequence[CarriageRate] | None, amount: int, country: str, channel: str, directory: Directory
) -> list[TriedCarriage]:  # fmt: skip
    """What goods that come to `amount` would pay by each method: by `rates`, or (None) by those that hold. Refuses BadCarriage."""
    if rates is None:
        rates = (await carriage(tx, market_id=market.id)).rates
    levied = await _checked(tx, market.id, rates)
    kind = next((one.kind for one in directory.channels.values() if one.code == channel), "")
    asking = Asking(at=tx.now, channel=channel, channel_kind=kind)
    found = []
    for method in METHODS:
        due = rules.due(rates, methods=[method], country=country, home=market.country, asking=asking, amount=amount)
        if due is not None:
            own = [one for one in levied if one.tax_category == due.rate.tax_category]
            line = ToPrice(1, 0, due.amount, due.rate.tax_category)
            priced = amounts.price_line(line, rates=own, taxes_included=market.taxes_included)
            found.append(TriedCarriage(method, due.amount, priced, due.free_from))
    return found
