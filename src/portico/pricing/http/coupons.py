"""REST routes of coupons."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import get, post

from portico.customers.types import CustomerId
from portico.platform.db import Tx
from portico.platform.http import Answered, Door
from portico.platform.refusals import Invalid
from portico.pricing.api import coupons as api
from portico.pricing.types.coupons import BatchId, CouponBatch, CouponPage, NewBatch
from portico.pricing.types.promotions import PromotionId


class NewCoupons(msgspec.Struct, frozen=True):
    """`count` random coupons, or the one word `code`. `uses_max`: how often each may be used."""

    count: int = 1
    prefix: str = ""
    code: str | None = None
    uses_max: int = 1
    ends_before: datetime | None = None
    customer_id: CustomerId | None = None


class Batches(msgspec.Struct, frozen=True):
    items: tuple[CouponBatch, ...]


@post("/v1/promotions/{promotion_id:str}/coupons", status_code=201)
async def make_coupons(door: Door, promotion_id: PromotionId, data: NewCoupons) -> Answered[CouponBatch]:
    """Make coupons of a promotion, up to a million at once. Needs `pricing.manage`."""
    door.principal.require("pricing.manage")
    if data.ends_before is not None and data.ends_before.tzinfo is None:
        raise Invalid(errors=[{"field": "ends_before", "message": "RFC 3339"}])
    new = NewBatch(
        promotion_id=promotion_id, count=data.count, prefix=data.prefix, code=data.code, uses_max=data.uses_max,
        ends_before=data.ends_before, customer_id=data.customer_id,
    )  # fmt: skip
    return await door.write(lambda tx: api.make(tx, new=new, by=door.hand), status=201)


@get("/v1/promotions/{promotion_id:str}/coupons")
async def list_batches(door: Door, promotion_id: PromotionId) -> Answered[Batches]:
    """A promotion's batches of coupons, newest first. Needs `pricing.read`."""
    door.principal.require("pricing.read")

    async def ask(tx: Tx) -> Batches:
        return Batches(tuple(await api.batches(tx, promotion_id=promotion_id)))

    return await door.read(ask)


@get("/v1/coupon-batches/{batch_id:str}/coupons")
async def list_coupons(door: Door, batch_id: BatchId, cursor: str = "", limit: int = 1_000) -> Answered[CouponPage]:
    """A batch's coupons, a page at a time. Needs `pricing.manage`: whoever has a code has what it opens."""
    door.principal.require("pricing.manage")
    return await door.read(lambda tx: api.codes(tx, batch_id=batch_id, after=cursor[:40], limit=limit))


routes: list[Any] = [make_coupons, list_batches, list_coupons]
