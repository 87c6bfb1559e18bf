"""Coupons: made in batches of up to a million, and spelt the way people type them."""

import re
import secrets

from portico.customers.types import CustomerId
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound
from portico.pricing.events import CouponsMade
from portico.pricing.store import coupons as store
from portico.pricing.store import promotions as promotion_store
from portico.pricing.types.coupons import (
    BATCH_MAX,
    CODE_LETTERS,
    BadBatch,
    BatchId,
    Coupon,
    CouponBatch,
    CouponPage,
    CouponTaken,
    NewBatch,
    UnknownCoupon,
)
from portico.pricing.types.promotions import PromotionId

LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is misread for another
PAGE_MAX = 10_000
BATCHES_MAX = 200
_CODE = re.compile(r"[A-Z0-9-]{3,40}")
_PREFIX = re.compile(r"[A-Z0-9-]{0,12}")


def read_code(given: str) -> str | None:
    """A coupon as it is kept: capital letters, digits and hyphens. None if it cannot be one."""
    code = "".join(given[:100].split()).upper()
    return code if _CODE.fullmatch(code) else None


async def make(tx: Tx, *, new: NewBatch, by: Hand) -> CouponBatch:
    """Make coupons of a promotion. Refuses NotFound, BadBatch, CouponTaken."""
    if not await tx.all(promotion_store.BY_ID, ids=[new.promotion_id]):
        raise NotFound(what="promotion", id=str(new.promotion_id))
    codes = _one_word(new) if new.code is not None else _random(new)
    if new.code is not None and await tx.all(store.KNOWN, codes=list(codes)):
        raise CouponTaken(given=new.code)
    batch_id = BatchId.new()
    await tx.run(
        store.MAKE_BATCH, id=batch_id, promotion_id=new.promotion_id, coupons=len(codes), uses_max=new.uses_max,
        ends_before=new.ends_before, actor=by.actor, actor_name=by.actor_name, now=tx.now,
    )  # fmt: skip
    await tx.copy(
        "pricing.coupon",
        columns=store.COLUMNS,
        records=(
            (
                code,
                new.promotion_id.uuid,
                batch_id.uuid,
                new.customer_id.uuid if new.customer_id else None,
                new.uses_max,
            )
            for code in codes
        ),
    )
    tx.emit([CouponsMade(subject=new.promotion_id, by=by, occurred_at=tx.now, batch_id=batch_id, coupons=len(codes))])
    return CouponBatch(batch_id, new.promotion_id, len(codes), new.uses_max, new.ends_before, by.actor_name, tx.now, 0)


def _one_word(new: NewBatch) -> list[str]:
    code = read_code(new.code or "")
    if code is None:
        raise BadBatch(field="code", problem="A-Z 0-9 -, 3..40")
    if new.count != 1 or new.prefix:
        raise BadBatch(field="count", problem="1")
    if not 1 <= new.uses_max <= 1_000_000_000:
        raise BadBatch(field="uses_max", problem="1..1000000000")
    return [code]


def _random(new: NewBatch) -> list[str]:
    """Codes nobody has: of thirty letters to the twelfth a million hit each other once in a million batches, and COPY would refuse."""
    if not 1 <= new.count <= BATCH_MAX:
        raise BadBatch(field="count", problem=f"1..{BATCH_MAX}")
    if not 1 <= new.uses_max <= 1_000_000:
        raise BadBatch(field="uses_max", problem="1..1000000")
    prefix = new.prefix.strip().upper()
    if not _PREFIX.fullmatch(prefix):
        raise BadBatch(field="prefix", problem="A-Z 0-9 -, 0..12")
    made: set[str] = set()
    while len(made) < new.count:
        lot = secrets.randbelow(len(LETTERS) ** CODE_LETTERS)
        letters = []
        for _ in range(CODE_LETTERS):
            lot, place = divmod(lot, len(LETTERS))
            letters.append(LETTERS[place])
        made.add(prefix + "".join(letters))
    return sorted(made)


async def batches(tx: Tx, *, promotion_id: PromotionId) -> list[CouponBatch]:
    return await tx.all(store.BATCHES, promotion_id=promotion_id, rows_max=BATCHES_MAX)


async def codes(tx: Tx, *, batch_id: BatchId, after: str = "", limit: int = 1_000) -> CouponPage:
    """A batch's coupons in order, a page at a time. Refuses NotFound."""
    if await tx.maybe(store.BATCH_OF, id=batch_id) is None:
        raise NotFound(what="coupon_batch", id=str(batch_id))
    limit = max(1, min(limit, PAGE_MAX))
    rows = await tx.all(store.CODES, batch_id=batch_id, after=after, rows_max=limit + 1)
    return CouponPage(
        tuple(Coupon(one.code, one.uses, one.uses_max) for one in rows[:limit]),
        rows[limit - 1].code if len(rows) > limit else None,
    )


async def check(tx: Tx, *, code: str, customer_id: CustomerId | None) -> str:
    """A coupon as it is kept, if it is good for somebody now. Refuses UnknownCoupon."""
    read = read_code(code)
    rows = await tx.all(store.FIND, codes=[read]) if read else []
    if not rows:
        raise UnknownCoupon(given=code[:40], why="unknown")
    row = rows[0]
    if row.ends_before is not None and row.ends_before <= tx.now:
        raise UnknownCoupon(given=row.code, why="over")
    if row.uses >= row.uses_max:
        raise UnknownCoupon(given=row.code, why="used")
    if row.customer_id is not None and row.customer_id != customer_id:
        raise UnknownCoupon(given=row.code, why="of_another")
    return row.code
