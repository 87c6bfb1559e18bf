"""Looking documents up."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from portico.business.types import MarketId
from portico.documents import store
from portico.documents.types import Document, DocumentId, DocumentType, Head, Seller
from portico.orders.types import OrderId
from portico.platform.db import Tx
from portico.platform.refusals import NotFound

PAGE_MAX = 100


class Before(msgspec.Struct, frozen=True):
    """Where a page of the journal ended."""

    issued_at: datetime
    id: DocumentId


async def document(tx: Tx, *, document_id: DocumentId) -> Document:
    """Refuses NotFound."""
    found = await tx.maybe(store.FIND, id=document_id, token=None)
    if found is None:
        raise NotFound(what="document", id=str(document_id))
    return found


async def by_token(tx: Tx, *, token: str) -> Document:
    """By the unguessable token of its own link. Refuses NotFound."""
    found = await tx.maybe(store.FIND, id=None, token=token)
    if found is None:
        raise NotFound(what="document", id="link")
    return found


async def of_order(tx: Tx, *, order_id: OrderId) -> list[Head]:
    """An order's documents, oldest first."""
    return await tx.all(store.OF_ORDERS, order_ids=[order_id])


async def listed(
    tx: Tx,
    *,
    kind: DocumentType | None = None,
    entity: str | None = None,
    number: str | None = None,
    places: Sequence[UUID] | None = None,
    before: Before | None = None,
    rows_max: int = 50,
) -> list[Head]:
    """Documents, newest first; of `places` only, where they are given."""
    return await tx.all(
        store.LIST, type=kind, entity=entity, q=number, places=None if places is None else list(places), before_at=before.issued_at if before else None,
        before_id=before.id if before else None, rows_max=min(rows_max, PAGE_MAX + 1),
    )  # fmt: skip


async def sellers(tx: Tx) -> dict[MarketId, Seller]:
    return {one.market_id: one for one in await tx.all(store.SELLERS)}


async def restricted(tx: Tx, *, document_id: DocumentId) -> bool:
    """Whether it is kept only because the law says so: whom it names was forgotten."""
    return await tx.maybe(store.RESTRICTED, id=document_id) or False
