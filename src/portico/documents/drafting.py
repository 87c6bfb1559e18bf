"""What a document of an order would say."""

from collections.abc import Mapping

import msgspec

from portico.business.api import Directory
from portico.documents import rules, snapshots
from portico.documents.types import DocumentType, Draft, Party, Seller
from portico.orders.types import Order
from portico.platform.events import Hand


def draft_of(
    order: Order,
    kind: DocumentType,
    *,
    directory: Directory,
    seller: Seller | None,
    by: Hand,
    buyer: Party | None = None,
) -> Draft:
    head = order.head
    market = directory.market_by_id(head.market_id)
    place = directory.locations.get(head.location_id) if head.location_id else None
    gapless = rules.country(market.country).gapless
    return Draft(
        cause=f"{kind}:{head.id}",
        type=kind,
        entity=seller.entity if seller else snapshots.brand_of(directory, market).slug,
        series=rules.series_of(kind, place=place.code if place else None),
        gapless=gapless if seller is None or seller.gapless is None else seller.gapless,
        order_id=head.id,
        refers_to=None,
        location_id=head.location_id,
        language=snapshots.language_of(order, directory),
        currency=head.currency,
        total=head.total,
        snapshot=snapshots.of_order(order, directory=directory, seller=seller, buyer=buyer),
        by=by,
        customer_id=head.customer_id,
    )


def part_of(draft: Draft, units: Mapping[str, int]) -> Draft:
    """A document of so many of each line, the last of them; none of what the whole order was paid with stands on it."""
    lines = rules.parts(draft.snapshot.lines, units)
    totals, taxes, total = rules.add_up(lines)
    snapshot = msgspec.structs.replace(
        draft.snapshot, lines=tuple(lines), totals=totals, taxes=taxes, tenders=(), waiting=()
    )
    return msgspec.structs.replace(draft, total=total, snapshot=snapshot)
