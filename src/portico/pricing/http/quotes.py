"""REST route of quotes: what a basket would cost, for whom, where and when."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import post

from portico.business.api import Directories
from portico.business.types import LocationId
from portico.catalog import api as catalog
from portico.catalog.types import VariantId
from portico.customers.types import CustomerId
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid, NotFound, Refused
from portico.pricing.api.quoting import quote
from portico.pricing.http.lists import market_named
from portico.pricing.types import LineItemId, Quoted
from portico.pricing.types.lists import UnknownVariants
from portico.pricing.types.quoting import CODES_MAX, QuoteAsk, QuoteLine

LINES_MAX = 200
QUANTITY_MAX = 1_000_000_000


class ToQuote(msgspec.Struct, frozen=True):
    variant_id: VariantId
    quantity: int = 1


class NewQuote(msgspec.Struct, frozen=True):
    """A basket as it might be: by `channel` (its code), at a place, for a customer, at a time; without them, as the asker is."""

    lines: list[ToQuote]
    market: str | None = None
    channel: str | None = None
    location_id: LocationId | None = None
    customer_id: CustomerId | None = None
    codes: list[str] = []
    at: datetime | None = None


@post("/v1/quotes", status_code=200)
async def make_quote(door: Door, data: NewQuote) -> Answered[Quoted]:
    """What a basket costs and why: where each price is from, what is off, and why other promotions are not. Writes nothing. Needs
    `pricing.read`."""
    door.principal.require("pricing.read")
    if not 0 < len(data.lines) <= LINES_MAX:
        raise Invalid(errors=[{"field": "lines", "message": f"1..{LINES_MAX}"}])
    if not all(0 < one.quantity <= QUANTITY_MAX for one in data.lines):
        raise Invalid(errors=[{"field": "lines.quantity", "message": f"1..{QUANTITY_MAX}"}])
    if len(data.codes) > CODES_MAX:
        raise Invalid(errors=[{"field": "codes", "message": f"0..{CODES_MAX}"}])
    if data.at is not None and data.at.tzinfo is None:
        raise Invalid(errors=[{"field": "at", "message": "RFC 3339"}])
    directory = await door.shared(Directories)()
    market = await market_named(door, data.market)
    channel = next((one for one in directory.channels.values() if one.code == data.channel), None)
    if data.channel is not None and channel is None:
        raise NotFound(what="channel", id=data.channel[:60])
    place = data.location_id or door.principal.location_id

    async def ask(tx: Tx) -> Quoted:
        ids = [one.variant_id for one in data.lines]
        variants = await catalog.variants(tx, ids=ids, language=door.language)
        if unknown := tuple(one for one in ids if one not in variants):
            raise UnknownVariants(variant_ids=unknown[:20])
        lines = tuple(
            QuoteLine(
                line_id=LineItemId.new(), variant_id=one.variant_id, item_id=variant.item_id, category=variant.category_slug,
                tax_category=variant.tax_category, quantity=one.quantity, scale=variant.scale,
            )
            for one in data.lines
            for variant in (variants[one.variant_id],)
        )  # fmt: skip
        asked = QuoteAsk(
            market_id=market.id, lines=lines, at=data.at or tx.now, customer_id=data.customer_id, codes=tuple(data.codes),
            channel_id=channel.id.uuid if channel else door.hand.channel_id,
            location_id=LocationId(place.bytes) if place else None, language=door.language, explain=True,
        )  # fmt: skip
        (quoted,) = await quote(tx, asks=[asked], directory=directory)
        if isinstance(quoted, Refused):
            raise quoted
        return quoted

    return await door.read(ask)


routes: list[Any] = [make_quote]
