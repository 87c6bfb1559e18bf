"""A small retailer for tests: everything a purchase needs, nothing else."""

from datetime import time
from functools import cache

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
from portico.catalog.types import NewItem, NewVariant, VariantId
from portico.inventory import api as inventory
from portico.inventory.types import Adjustment, Reason
from portico.platform.auth import api as auth
from portico.platform.db import Database
from portico.platform.events import Hand
from portico.pricing import api as pricing
from portico.pricing.types import Price, TaxRate

PIN, PASSWORD = "2468", "correct horse battery"
SKUS = {"LAMP-1": 4990, "MUG-1": 1250, "CUP-1": 990, "TEA-1": 2400}  # prices in cents, taxes included
ON_HAND = 50


@cache
def hashed(secret: str) -> str:
    """argon2id takes its time on purpose: once per run is enough."""
    return auth.hash_secret(secret)


class World(msgspec.Struct, frozen=True):
    """Ids of what was made. `tills` by code, `variants` by SKU."""

    market_id: MarketId
    store: LocationId
    other_store: LocationId
    tills: dict[str, TillId]
    variants: dict[str, VariantId]
    channels: dict[str, ChannelId]
    cashier: StaffId
    other_cashier: StaffId
    agent: StaffId
    manager: StaffId
    by: Hand
    token: str  # of a client that may do everything


async def build_world(database: Database) -> World:
    brand, market = BrandId.new(), MarketId.new()
    stores = [LocationId.new(), LocationId.new()]
    tills = {"T1": TillId.new(), "T2": TillId.new()}
    channels = {code: ChannelId.new() for code in ("web", "pos", "desk", "office", "api", "import")}
    people = {name: StaffId.new() for name in ("cashier", "other_cashier", "agent", "manager")}
    by = Hand(actor="system:test", actor_name="Test", channel_id=channels["import"].uuid)
    async with database.transaction() as tx:
        await business.put_brands(
            tx, brands=[Brand(brand, "casa", "Casa", {"en": "Things"}, "#0f5c6e", 12, "Inter Variable", "", "warm")]
        )
        await business.put_markets(tx, markets=[Market(market, "es", brand, "España", "ES", "EUR", "es", True)])
        await business.put_channels(
            tx, channels=[Channel(each, code, code, code.title(), None) for code, each in channels.items()]
        )
        hours = tuple(Hours(day, time(9), time(21)) for day in range(1, 8))
        await business.put_locations(
            tx,
            locations=[
                Location(
                    id=each, code=f"S{i}", kind=LocationKind.STORE, name=f"Store {i}", market_id=market,
                    address=Address("Calle Mayor 1", "Madrid", "28013", "ES"), latitude=40.4 + i / 100, longitude=-3.7,
                    time_zone="Europe/Madrid", hours=hours,
                )
                for i, each in enumerate(stores, 1)
            ],
        )  # fmt: skip
        await business.put_tills(
            tx, tills=[Till(each, code, code, stores[i]) for i, (code, each) in enumerate(tills.items())]
        )
        await business.put_staff(
            tx,
            people=[
                Staff(each, str(1000 + i), name.title(), "Test", f"{name}@example.com")
                for i, (name, each) in enumerate(people.items())
            ],
        )
        await auth.put_roles(tx, roles=ROLES)
        await auth.grant_roles(
            tx,
            given=[
                (people["cashier"].uuid, "cashier", stores[0].uuid),
                (people["other_cashier"].uuid, "cashier", stores[1].uuid),
                (people["agent"].uuid, "agent", None),
                (people["manager"].uuid, "manager", None),
            ],
        )
        await auth.put_hashes(
            tx,
            hashes_of=[
                (people["cashier"].uuid, "pin", hashed(PIN)),
                (people["other_cashier"].uuid, "pin", hashed(PIN)),
                (people["agent"].uuid, "password", hashed(PASSWORD)),
                (people["manager"].uuid, "password", hashed(PASSWORD)),
            ],
        )
        _, token = await auth.add_token(
            tx, name="Test", scopes=sorted({one for permissions in ROLES.values() for one in permissions})
        )
        variants = await stock_up(tx, by=by, market=market, stores=stores)
    return World(
        market, stores[0], stores[1], tills, variants, channels, people["cashier"], people["other_cashier"],
        people["agent"], people["manager"], by, token,
    )  # fmt: skip


async def stock_up(tx, *, by: Hand, market: MarketId, stores: list[LocationId]) -> dict[str, VariantId]:  # type: ignore[no-untyped-def]
    """Items with prices, `ON_HAND` of each at every store; tea is sold by weight (KGM, scale 3)."""
    items = [
        NewItem(
            slug=sku.lower(),
            titles={"en": sku.title(), "es": sku.title(), "it": sku.title(), "ru": sku.title()},
            variants=(
                NewVariant(sku=sku, unit="KGM", scale=3, tax_category="reduced")
                if sku.startswith("TEA")
                else NewVariant(sku=sku),
            ),
        )
        for sku in SKUS
    ]
    answers = await catalog.put_items(tx, items=items, by=by)
    refused = [one for one in answers if isinstance(one, Exception)]
    assert not refused, refused
    variants = {sku: each for answer in answers for sku, each in answer.variant_ids.items()}  # type: ignore[union-attr]
    await pricing.put_rates(
        tx, rates=[TaxRate(market, "standard", "ES", 210_000), TaxRate(market, "reduced", "ES", 100_000)]
    )
    await pricing.put_prices(tx, prices=[Price(variants[sku], market, amount, "EUR") for sku, amount in SKUS.items()])
    await inventory.adjust(
        tx,
        adjustments=[
            Adjustment(
                variant_id=variant, location_id=store, quantity=ON_HAND * (1000 if sku.startswith("TEA") else 1),
                reason=Reason.RECEIVED, reference="opening", by=by, occurred_at=tx.now,
            )
            for sku, variant in variants.items()
            for store in stores
        ],
    )  # fmt: skip
    return variants
