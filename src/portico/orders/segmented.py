"""What orders are to segments: what their buyers kept, where, and where it was sent."""

from collections import defaultdict
from collections.abc import Sequence

from portico.business.api import Directory
from portico.catalog import api as catalog
from portico.catalog.types import ItemId
from portico.customers.types import CustomerId
from portico.orders import segmented_store as own_store
from portico.orders import store
from portico.orders.earned import kept_of
from portico.orders.types import Head, OrderId, OrderLine
from portico.platform.db import Tx
from portico.segments.types import Purchase, PurchaseLine


async def of_customers(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> list[OrderId]:
    """All their orders, in order of their ids."""
    return await tx.all(own_store.OF_CUSTOMERS, customer_ids=list(customer_ids))


async def kept(tx: Tx, *, order_ids: Sequence[OrderId], directory: Directory) -> list[Purchase]:
    """These orders as segments see them; those of whom nobody knows who bought have no customer, and those of which nothing was kept no
    lines."""
    heads = await tx.all(store.FIND, ids=list(order_ids), label=None, link_token=None)
    lines: defaultdict[OrderId, list[OrderLine]] = defaultdict(list)
    for line in await tx.all(store.LINES, ids=[one.id for one in heads]):
        if kept_of(line):
            lines[line.order_id].append(line)
    variants = await catalog.variants(tx, ids=sorted({line.variant_id for each in lines.values() for line in each}))
    return [
        _purchase(one, [_line(line, variants[line.variant_id].item_id) for line in lines[one.id]], directory)
        for one in heads
    ]


def _purchase(head: Head, lines: Sequence[PurchaseLine], directory: Directory) -> Purchase:
    channel = directory.channel(head.channel_id)
    place = directory.locations.get(head.location_id) if head.location_id else None
    sent = head.ship_to.address if head.ship_to else None
    return Purchase(
        order_id=head.id, customer_id=head.customer_id, placed_at=head.placed_at, channel=channel.code if channel else "",
        channel_kind=channel.kind if channel else "", location=place.code if place else "", currency=head.currency,
        country=sent.address_country if sent else "", city=sent.address_locality if sent else "",
        postcode=sent.postal_code if sent else "", lines=tuple(lines),
    )  # fmt: skip


def _line(line: OrderLine, item_id: ItemId) -> PurchaseLine:
    units = kept_of(line) if line.scale == 0 else 1
    return PurchaseLine(line.id, item_id, line.variant_id, units, max(0, line.gross * kept_of(line) // line.agreed))
