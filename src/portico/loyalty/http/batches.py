"""REST routes of printed cards, which variants are cards, how long cards are good, and what is owed on them."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import delete, get, post, put

from portico.business.api import Directories, Directory
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.loyalty import api
from portico.loyalty.types import BATCH_MAX, CardBatch, CardBatchId, CardPolicy, CardProduct, Liability
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid, NotFound

NAME_LENGTH_MAX = 80


class NewBatch(msgspec.Struct, frozen=True):
    """So many cards of a market. `amount` left out: whoever sells one says how much."""

    name: str
    market: str
    cards: int
    amount: int | None = None


class BatchRow(msgspec.Struct, frozen=True):
    """`sold` of its cards hold something."""

    id: CardBatchId
    name: str
    market: str
    currency: str
    amount: int | None
    cards: int
    sold: int
    made_at: datetime
    actor_name: str


class Batches(msgspec.Struct, frozen=True):
    items: list[BatchRow]


class PrintedBatch(msgspec.Struct, frozen=True):
    """A new batch with the codes that are to be printed: told this once."""

    batch: BatchRow
    codes: tuple[str, ...]


def _row(one: CardBatch, directory: Directory) -> BatchRow:
    market = directory.markets.get(one.market_id)
    return BatchRow(
        one.id, one.name, market.code if market else "", one.currency, one.amount, one.cards, one.sold, one.made_at,
        one.actor_name,
    )  # fmt: skip


class Blocked(msgspec.Struct, frozen=True):
    cards: int


class CardPolicyEdit(msgspec.Struct, frozen=True):
    """`valid_months` null: cards of this market do not lapse."""

    valid_months: int | None


class CardPolicyRow(msgspec.Struct, frozen=True):
    """`valid_months` null: cards of this market do not lapse. `months_min` is what its country's law leaves them at the least; 0: they may
    not lapse, null: it says nothing."""

    market: str
    country: str
    valid_months: int | None
    months_min: int | None


class CardPolicies(msgspec.Struct, frozen=True):
    items: list[CardPolicyRow]


def _policy(one: CardPolicy, directory: Directory) -> CardPolicyRow:
    market = directory.markets[one.market_id]
    return CardPolicyRow(market.code, market.country, one.valid_months, api.months_min(market.country))


class ProductEdit(msgspec.Struct, frozen=True):
    by_mail: bool


class Products(msgspec.Struct, frozen=True):
    items: list[CardProduct]


@get("/v1/gift-card-batches")
async def list_batches(door: Door) -> Answered[Batches]:
    """Batches of printed cards, newest first, and how many of each were sold. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")

    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> Batches:
        return Batches([_row(one, directory) for one in await api.batches(tx)])

    return await door.read(ask)


@post("/v1/gift-card-batches", status_code=201)
async def print_batch(door: Door, data: NewBatch) -> Answered[PrintedBatch]:
    """Codes for cards to be printed, which hold nothing until they are sold. Needs `loyalty.manage`. The answer holds the codes, and
    is remembered nowhere."""
    door.principal.require("loyalty.manage")
    if not data.name.strip() or len(data.name) > NAME_LENGTH_MAX or not data.name.isprintable():
        raise Invalid(errors=[{"field": "name", "message": f"1..{NAME_LENGTH_MAX}"}])
    if not 0 < data.cards <= BATCH_MAX:
        raise Invalid(errors=[{"field": "cards", "message": f"1..{BATCH_MAX}"}])
    directory = await door.shared(Directories)()
    market = directory.market(data.market)

    async def ask(tx: Tx) -> PrintedBatch:
        made = await api.print_batch(
            tx, name=data.name, market=market, amount=data.amount, quantity=data.cards, by=door.hand
        )
        return PrintedBatch(_row(made.batch, directory), made.codes)

    return await door.write(ask, status=201, remember=False)


@post("/v1/gift-card-batches/{batch_id:str}/block", status_code=200)
async def block_batch(door: Door, batch_id: CardBatchId) -> Answered[Blocked]:
    """A box was lost: what has not been sold of it never will be. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")

    async def ask(tx: Tx) -> Blocked:
        if not await api.batches(tx, batch_id=batch_id):
            raise NotFound(what="gift_card_batch", id=str(batch_id))
        return Blocked(await api.block_batch(tx, batch_id=batch_id))

    return await door.write(ask)


@get("/v1/gift-cards/liability")
async def show_liability(door: Door) -> Answered[Liability]:
    """What we owe on cards: issued, redeemed, expired, void and open, by currency and month of sale. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    currencies = sorted({one.currency for one in (await door.shared(Directories)()).markets.values()})
    async with door.database.snapshot() as tx:
        found = await api.liability(tx, currencies=currencies)
    return await door.read(lambda _: _as_is(found))


async def _as_is(found: Liability) -> Liability:
    return found


@get("/v1/gift-card-policies")
async def list_policies(door: Door) -> Answered[CardPolicies]:
    """For how long cards are good, market by market. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    directory = await door.shared(Directories)()

    async def ask(tx: Tx) -> CardPolicies:
        found = await api.policies(tx, market_ids=list(directory.markets))
        return CardPolicies([_policy(one, directory) for one in found.values()])

    return await door.read(ask)


@put("/v1/gift-card-policies/{market:str}", status_code=200)
async def put_policy(door: Door, market: str, data: CardPolicyEdit) -> Answered[CardPolicyRow]:
    """Of cards that are sold from now on. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    directory = await door.shared(Directories)()
    found = directory.market(market)

    async def ask(tx: Tx) -> CardPolicyRow:
        return _policy(await api.put_policy(tx, market=found, valid_months=data.valid_months), directory)

    return await door.write(ask)


@get("/v1/gift-card-products")
async def list_products(door: Door) -> Answered[Products]:
    """Which variants are gift cards. Needs `loyalty.read`."""
    door.principal.require("loyalty.read", at=door.principal.location_id)

    async def ask(tx: Tx) -> Products:
        return Products(list((await api.products(tx)).values()))

    return await door.read(ask)


@put("/v1/gift-card-products/{variant_id:str}", status_code=200)
async def put_product(door: Door, variant_id: VariantId, data: ProductEdit) -> Answered[CardProduct]:
    """Have a variant be a gift card of its price: sent by mail once it is paid, or a printed one handed over. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")

    async def ask(tx: Tx) -> CardProduct:
        if await catalog.unknown(tx, ids=[variant_id]):
            raise NotFound(what="variant", id=str(variant_id))
        await api.put_product(tx, variant_id=variant_id, by_mail=data.by_mail)
        return CardProduct(variant_id, data.by_mail)

    return await door.write(ask)


@delete("/v1/gift-card-products/{variant_id:str}", status_code=204)
async def drop_product(door: Door, variant_id: VariantId) -> Answered[None]:
    """A variant is no gift card any more. Needs `loyalty.manage`."""
    door.principal.require("loyalty.manage")
    return await door.write(lambda tx: api.put_product(tx, variant_id=variant_id, by_mail=None), status=204)


routes: list[Any] = [
    list_batches, print_batch, block_batch, show_liability, list_policies, put_policy, list_products, put_product, drop_product,
]  # fmt: skip
