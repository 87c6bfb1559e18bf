"""Writing a return down as it was asked for."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from portico.catalog.types import VariantId
from portico.platform.db import Tx
from portico.returns import store
from portico.returns.types import Block, Head, NewLine, PriceFrom, ReturnLineId


class Worth(msgspec.Struct, frozen=True):
    """What one whole unit is worth without a receipt, in minor units, and why; `sold_at`: when it was sold for that."""

    unit_price: int
    price_from: PriceFrom
    sold_at: datetime | None = None


async def write(
    tx: Tx, head: Head, lines: Sequence[NewLine], *, variants: Sequence[VariantId], judged: Sequence[tuple[Block, ...]],
    exchanged: bool = False, worths: Sequence[Worth | None] = (),
) -> None:  # fmt: skip
    """`variants`, `judged` and `worths` line by line; `worths` of what has no receipt."""
    worths = worths or [None] * len(lines)
    await tx.run(
        store.ADD,
        id=head.id,
        code=head.code,
        order_id=head.order_id,
        market_id=head.market_id,
        way=head.way,
        location_id=head.location_id,
        customer_id=head.customer_id,
        guest_id=head.guest_id,
        currency=head.currency,
        note=head.note,
        override_reason=head.override_reason,
        actor=head.actor,
        actor_name=head.actor_name,
        now=tx.now,
        link_token=head.link_token,
        exchanged=exchanged,
        line_ids=[ReturnLineId.new() for _ in lines],
        positions=list(range(len(lines))),
        order_line_ids=[one.line_id for one in lines],
        variant_ids=list(variants),
        quantities=[one.quantity for one in lines],
        reasons=[one.reason for one in lines],
        blocks=[" ".join(one) for one in judged],
        unit_prices=[one.unit_price if one else None for one in worths],
        price_froms=[one.price_from if one else None for one in worths],
        price_sold_ats=[one.sold_at if one else None for one in worths],
    )
