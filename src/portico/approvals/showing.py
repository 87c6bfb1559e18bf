"""A request as somebody may see it: hers or her company's, with its basket at today's prices."""

from portico.approvals import store
from portico.approvals.types import Request, RequestId
from portico.business.api import Directory
from portico.carts import views as cart_views
from portico.carts.types import Cart, CartId, Head, Line
from portico.carts.views import Brought, CartView
from portico.companies import api as companies
from portico.companies.types import NotABuyer
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.orders import api as orders
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound


async def seen_by(tx: Tx, *, id: RequestId, customer_id: CustomerId) -> tuple[Request, tuple[CustomerId, ...]]:
    """One that she asked for, or of a company for which she approves, and her own records. Refuses NotFound to anybody else."""
    records = await identity.own_records(tx, id=customer_id)
    found = await tx.maybe(store.FIND, id=id)
    if found is not None and (found.customer_id in records or await _approves(tx, found, records)):
        return found, records
    raise NotFound(what="approval", id=str(id))


async def _approves(tx: Tx, found: Request, records: tuple[CustomerId, ...]) -> bool:
    try:
        return (await companies.buyer(tx, company_id=found.company_id, customer_ids=records)).role.approves
    except NotABuyer:
        return False


async def basket(tx: Tx, *, request: Request, directory: Directory, language: str, by: Hand) -> CartView:
    """What was wanted, at today's prices and with what bringing it costs today."""
    want = request.wanted
    brought = Brought(want.methods, orders.country(want.destination, want.ship_to))
    return await cart_views.show(
        tx, cart=_cart(request), directory=directory, language=language, by=by, brought=brought
    )


def _cart(request: Request) -> Cart:
    """What was wanted, as a basket that is nobody's yet."""
    id = CartId(request.id.bytes)
    lines = tuple(
        Line(one.line_id, id, one.variant_id, one.quantity, one.parent_id, "", "", None, request.requested_at)
        for one in request.wanted.lines
    )
    head = Head(
        id, request.market_id, request.customer_id, None, 1, request.requested_at, request.requested_at,
        request.wanted.codes, request.company_id, request.wanted.po_number,
    )  # fmt: skip
    return Cart(head, lines)
