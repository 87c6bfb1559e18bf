"""The shop that benchmarks buy from: one market, one store, many tills, many items, plenty of stock."""

import random
from datetime import time

import msgspec

from portico.business import api as business
from portico.business.roles import ROLES
from portico.business.types import (
    Address,
    Brand,
    BrandId,
    Channel,
    ChannelId,
    Hours,
    Location,
    LocationId,
    LocationKind,
    Market,
    MarketId,
    Staff,
    StaffId,
    Till,
    TillId,
)
from portico.catalog import api as catalog
from portico.catalog.types import NewItem, NewVariant, Put, VariantId
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, Reason
from portico.platform.auth import api as auth
from portico.platform.auth.types import Kind
from portico.platform.db import Database
from portico.platform.events import Hand
from portico.pricing import api as pricing
from portico.pricing.types import Price, TaxRate

PLENTY = 100_000_000


ITEMS_AT_ONCE = 500


class BenchShop(msgspec.Struct, frozen=True):
    market: MarketId
    store: LocationId
    tills: list[TillId]
    sessions: list[str]  # a signed-in cashier's cookie per till
    cashier: StaffId
    variants: list[VariantId]
    channel: ChannelId


async def open_shop(database: Database, *, tills: int, variants: int, seed: int) -> BenchShop:
    """Fill an empty database; prices are drawn by `seed`."""
    draw = random.Random(seed)
    brand, market, store, cashier, channel = (
        BrandId.new(),
        MarketId.new(),
        LocationId.new(),
        StaffId.new(),
        ChannelId.new(),
    )
    till_ids = [TillId.new() for _ in range(tills)]
    by = Hand(actor="system:bench", actor_name="Bench", channel_id=channel.uuid)
    async with database.transaction() as tx:
        await business.put_brands(
            tx, brands=[Brand(brand, "bench", "Bench", {}, "#0f5c6e", 8, "Inter Variable", "", "")]
        )
        await business.put_markets(tx, markets=[Market(market, "es", brand, "España", "ES", "EUR", "es", True)])
        await business.put_channels(tx, channels=[Channel(channel, "pos", "pos", "Till", None)])
        place = Location(
            id=store, code="S1", kind=LocationKind.STORE, name="Store", market_id=market,
            address=Address("Calle Mayor 1", "Madrid", "28013", "ES"), latitude=40.4, longitude=-3.7,
            time_zone="Europe/Madrid", hours=tuple(Hours(day, time(9), time(21)) for day in range(1, 8)),
        )  # fmt: skip
        await business.put_locations(tx, locations=[place])
        await business.put_tills(tx, tills=[Till(one, f"T-{i}", f"Till {i}", store) for i, one in enumerate(till_ids)])
        await business.put_staff(tx, people=[Staff(cashier, "1", "Bench", "", None)])
        await auth.put_roles(tx, roles=ROLES)
        await auth.grant_roles(tx, given=[(cashier.uuid, "cashier", store.uuid)])
        sessions = [
            await auth.open_session(
                tx, kind=Kind.STAFF, subject_id=cashier.uuid, name="Bench", location_id=store.uuid, till_id=one.uuid
            )
            for one in till_ids
        ]
        items = [
            NewItem(titles={"en": f"Item {i}"}, slug=f"item-{i}", variants=(NewVariant(sku=f"SKU-{i}"),))
            for i in range(variants)
        ]
        answers = await catalog.put_items(tx, items=items, by=by)
        ids = [one for answer in answers if isinstance(answer, Put) for one in answer.variant_ids.values()]
        await pricing.put_rates(tx, rates=[TaxRate(market, "standard", "ES", 210_000)])
        await pricing.put_prices(tx, prices=[Price(one, market, draw.randrange(99, 9999), "EUR") for one in ids])
        await inventory.adjust(
            tx,
            adjustments=[
                Adjustment(
                    variant_id=one, location_id=store, quantity=PLENTY, reason=Reason.RECEIVED, reference="bench", by=by,
                    occurred_at=tx.now,
                )
                for one in ids
            ],
        )  # fmt: skip
    return BenchShop(market, store, till_ids, [one.token for one in sessions], cashier, ids, channel)


async def open_chain(database: Database, *, variants: int, locations: int) -> None:
    """Fill an empty database with many places (`L1`...) and many items of one variant each (`SKU-1`...), no stock."""
    brand, market = BrandId.new(), MarketId.new()
    by = Hand(actor="system:bench", actor_name="Bench")
    async with database.transaction() as tx:
        await business.put_brands(
            tx, brands=[Brand(brand, "bench", "Bench", {}, "#0f5c6e", 8, "Inter Variable", "", "")]
        )
        await business.put_markets(tx, markets=[Market(market, "es", brand, "España", "ES", "EUR", "es", True)])
        places = [
            Location(
                id=LocationId.new(), code=f"L{i}", kind=LocationKind.STORE, name=f"Store {i}", market_id=market,
                address=Address("Calle Mayor 1", "Madrid", "28013", "ES"), latitude=40.4, longitude=-3.7,
                time_zone="Europe/Madrid", hours=(),
            )
            for i in range(1, locations + 1)
        ]  # fmt: skip
        await business.put_locations(tx, locations=places)
    for start in range(1, variants + 1, ITEMS_AT_ONCE):
        items = [
            NewItem(titles={"en": f"Item {i}"}, slug=f"item-{i}", variants=(NewVariant(sku=f"SKU-{i}"),))
            for i in range(start, min(start + ITEMS_AT_ONCE, variants + 1))
        ]
        async with database.transaction() as tx:
            await catalog.put_items(tx, items=items, by=by)
