"""Using promotions up: what an order has of them is counted with the order, under locks, and comes back when it is canceled."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.platform.db import Tx
from portico.platform.ids import Id
from portico.pricing.api.quoting import records, why_not
from portico.pricing.store import coupons as coupon_store
from portico.pricing.store import promotions as store
from portico.pricing.types.coupons import CouponUsed
from portico.pricing.types.promotions import PromotionEnded, PromotionId
from portico.pricing.types.quoting import Quoted


class Redeem(msgspec.Struct, frozen=True, kw_only=True):
    """An order that has these discounts. `regardless`: it was agreed elsewhere before we knew, as at a till without a line."""

    order_id: Id
    customer_id: CustomerId | None
    quoted: Quoted
    currency: str
    at: datetime
    regardless: bool = False


class _Use(msgspec.Struct):
    """What one order has of one promotion."""

    ask: Redeem
    promotion_id: PromotionId
    code: str
    title: str
    version: int
    amount: int
    coupon: str | None
    over: bool = False


async def redeem(tx: Tx, *, asks: Sequence[Redeem]) -> None:
    """Count what orders have of promotions and coupons, all of them or none. Locks promotions with an end, then customers' uses of them,
    then coupons, each in the order of keys. Refuses PromotionEnded, CouponUsed: who goes on after that undoes this savepoint."""
    uses = [each for ask in asks for each in _uses(ask)]
    if not uses:
        return
    await _hold_limits(tx, uses)
    await _hold_coupons(tx, uses)
    await tx.run(
        store.REDEEM,
        order_ids=[one.ask.order_id for one in uses],
        promotion_ids=[one.promotion_id for one in uses],
        versions=[one.version for one in uses],
        customer_ids=[one.ask.customer_id for one in uses],
        coupons=[one.coupon for one in uses],
        amounts=[one.amount for one in uses],
        currencies=[one.ask.currency for one in uses],
        redeemed_ats=[one.ask.at for one in uses],
    )


def _uses(ask: Redeem) -> list[_Use]:
    found: dict[PromotionId, _Use] = {}
    coupons = {one.promotion_id: one.code for one in reversed(ask.quoted.coupons) if one.promotion_id}
    carriage = ask.quoted.carriage
    brought = (carriage.discount,) if carriage and carriage.discount else ()
    for discounts in (*(line.discounts for line in ask.quoted.lines), brought):
        for one in discounts:
            use = found.setdefault(
                one.promotion_id,
                _Use(ask, one.promotion_id, one.code, one.title, one.version, 0, coupons.get(one.promotion_id)),
            )
            use.amount += one.amount
    return list(found.values())


async def _hold_limits(tx: Tx, uses: Sequence[_Use]) -> None:
    """Under lock, see that each is still to be had, in order of arrival, and count it."""
    ids = sorted({one.promotion_id for one in uses})
    limits = {one.promotion_id: one for one in await tx.all(store.LIMITS, promotion_ids=ids)}
    limited = [one for one in uses if one.promotion_id in limits]
    if not limited:
        return
    locked = {one.promotion_id: one for one in await tx.all(store.LOCK_USES, promotion_ids=sorted(limits))}
    hers = await _lock_hers(tx, [one for one in limited if limits[one.promotion_id].of_customer is not None])
    counted = {id: [row.uses, row.spent] for id, row in locked.items()}
    for one in limited:
        row, so_far = locked[one.promotion_id], counted[one.promotion_id]
        of_customer = limits[one.promotion_id].of_customer
        so_far[0] += 1
        so_far[1] += one.amount
        key = (one.promotion_id, one.ask.customer_id)
        if of_customer is not None and one.ask.customer_id is not None:
            hers[key] = hers.get(key, 0) + 1
        one.over = (row.uses_max is not None and so_far[0] > row.uses_max) or (
            row.budget is not None and so_far[1] > row.budget
        )
        too_often = of_customer is not None and hers.get(key, of_customer + 1) > of_customer
        if (one.over or too_often) and not one.ask.regardless:
            raise PromotionEnded(promotion=one.code, title=one.title)
    await tx.run(
        store.COUNT_USES,
        promotion_ids=[one.promotion_id for one in limited],
        mores=[1] * len(limited),
        spents=[one.amount for one in limited],
        overs=[one.over for one in limited],
    )
    mine = [one for one in limited if limits[one.promotion_id].of_customer is not None and one.ask.customer_id]
    if mine:
        await tx.run(
            store.COUNT_CUSTOMER_USES,
            promotion_ids=[one.promotion_id for one in mine],
            customer_ids=[one.ask.customer_id for one in mine],
            mores=[1] * len(mine),
        )


async def _lock_hers(tx: Tx, uses: Sequence[_Use]) -> dict[tuple[PromotionId, CustomerId | None], int]:
    keys = sorted({(one.ask.customer_id, one.promotion_id) for one in uses if one.ask.customer_id})
    if not keys:
        return {}
    customer_ids, promotion_ids = [customer for customer, _ in keys], [promotion for _, promotion in keys]
    await tx.run(store.OPEN_CUSTOMER_USES, promotion_ids=promotion_ids, customer_ids=customer_ids)
    rows = await tx.all(store.LOCK_CUSTOMER_USES, promotion_ids=promotion_ids, customer_ids=customer_ids)
    return {(row.promotion_id, row.customer_id): row.uses for row in rows}


async def _hold_coupons(tx: Tx, uses: Sequence[_Use]) -> None:
    named = [one for one in uses if one.coupon]
    if not named:
        return
    codes = sorted({one.coupon for one in named if one.coupon})
    rows = {row.code: row for row in await tx.all(coupon_store.LOCK, codes=codes)}
    hers = await records(tx, rows=rows.values(), customer_ids=[one.ask.customer_id for one in named])
    used = {code: row.uses for code, row in rows.items()}
    counted = []
    for one in named:
        row = rows.get(one.coupon or "")
        good = row is not None and not why_not(
            msgspec.structs.replace(row, uses=used[row.code]), hers=hers.get(one.ask.customer_id, ()), at=one.ask.at
        )
        if row is None or not good:
            if one.ask.regardless:
                one.coupon = None
                continue
            raise CouponUsed(given=one.coupon or "")
        used[row.code] += 1
        counted.append(row.code)
    if counted:
        await tx.run(coupon_store.USE, codes=counted, mores=[1] * len(counted))


async def redeemed(tx: Tx, *, order_id: Id) -> list[tuple[PromotionId, int]]:
    """Which promotions an order was placed with, and which version of each, even where nothing of them is left."""
    rows = await tx.all(store.REDEMPTIONS, order_id=order_id)
    return [(one.promotion_id, one.version) for one in rows if one.released_at is None]


async def revise(tx: Tx, *, order_id: Id, amounts: Mapping[PromotionId, int], canceled: bool = False) -> None:
    """What an order has of each promotion now, after it was changed; what is not named has nothing left. A use is given back with its
    coupon when the order is `canceled` whole. An edit that makes a promotion cost more than its budget is not refused: it was agreed."""
    rows = [one for one in await tx.all(store.REDEMPTIONS, order_id=order_id) if one.released_at is None]
    changed = [one for one in rows if canceled or amounts.get(one.promotion_id, 0) != one.amount]
    if not changed:
        return
    now = {one.promotion_id: 0 if canceled else amounts.get(one.promotion_id, 0) for one in changed}
    await tx.run(
        store.SET_REDEMPTIONS, order_id=order_id, promotion_ids=list(now), amounts=list(now.values()), released=canceled,
        now=tx.now,
    )  # fmt: skip
    limits = {one.promotion_id: one for one in await tx.all(store.LIMITS, promotion_ids=sorted(now))}
    limited = [one for one in changed if one.promotion_id in limits]
    if limited:
        await tx.all(store.LOCK_USES, promotion_ids=sorted(one.promotion_id for one in limited))
        await tx.run(
            store.COUNT_USES,
            promotion_ids=[one.promotion_id for one in limited],
            mores=[-1 if canceled else 0] * len(limited),
            spents=[now[one.promotion_id] - one.amount for one in limited],
            overs=[now[one.promotion_id] > one.amount for one in limited],
        )
    if not canceled:
        return
    mine = [one for one in limited if one.customer_id and limits[one.promotion_id].of_customer is not None]
    if mine:
        await tx.run(
            store.COUNT_CUSTOMER_USES,
            promotion_ids=[one.promotion_id for one in mine],
            customer_ids=[one.customer_id for one in mine],
            mores=[-1] * len(mine),
        )
    if codes := sorted(one.coupon for one in changed if one.coupon):
        await tx.run(coupon_store.USE, codes=codes, mores=[-1] * len(codes))
