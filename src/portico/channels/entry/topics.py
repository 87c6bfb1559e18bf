"""Who may listen to what."""

from portico.bookings import api as bookings
from portico.bookings.types import ResourceId
from portico.carts import api as carts
from portico.carts.access import may_touch
from portico.carts.types import CartId
from portico.catalog.types import VariantId
from portico.checkout import api as checkout
from portico.checkout.types import CheckoutId
from portico.companies import api as companies
from portico.companies.types import CompanyId
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.orders import api as orders
from portico.orders.types import OrderId
from portico.platform.auth.types import Kind, Principal
from portico.platform.db import Tx
from portico.platform.ids import any_id
from portico.platform.refusals import Forbidden, NotFound, Refused, SignInNeeded
from portico.pricing.types import PriceListId, PromotionId

PRICES = "prices"  # that some have changed, everybody may hear: which, and to what, is asked anew
STAFF_TOPICS = {
    "stock": "inventory.read",
    "orders": "orders.read",
    "bookings": "bookings.read",
    "fulfillment": "fulfillment.pick",
    "identity": "identity.review",
    "documents": "documents.read",
    "privacy": "privacy.erase",
    "segments": "segments.read",
    "companies": "companies.read",
}


async def may_hear(tx: Tx, principal: Principal, topic: str) -> bool:
    """Whether the asker may know what happens to the topic's subject."""
    try:
        await _judge(tx, principal, topic)
    except Refused:
        return False
    return True


async def _buys_for(tx: Tx, principal: Principal, company_id: CompanyId) -> None:
    """Refuses NotABuyer, SignInNeeded."""
    if principal.kind is not Kind.CUSTOMER or principal.id is None:
        raise SignInNeeded()
    records = await identity.own_records(tx, id=CustomerId(principal.id.bytes))
    await companies.buyer(tx, company_id=company_id, customer_ids=records)


async def _judge(tx: Tx, principal: Principal, topic: str) -> None:
    """Refuses NotFound, Forbidden or SignInNeeded."""
    if topic in STAFF_TOPICS:
        principal.require(STAFF_TOPICS[topic])
        return
    if topic == PRICES:
        return
    subject = any_id(topic)
    match subject:
        case VariantId():
            return
        case PriceListId() | PromotionId():
            principal.require("pricing.read")
        case CompanyId():
            if not principal.may("companies.read"):
                await _buys_for(tx, principal, subject)
        case CartId():
            may_touch(principal, await carts.cart(tx, cart_id=subject), permission="carts.read")
        case CheckoutId():
            may_touch(principal, (await checkout.checkout(tx, checkout_id=subject))[1], permission="checkout.write")
        case CustomerId():
            if not (principal.kind is Kind.CUSTOMER and principal.id and principal.id.bytes == subject.bytes):
                principal.require("customers.read")
        case ResourceId():
            for one in await bookings.resources(tx, ids=[subject]):
                principal.require("bookings.read", at=one.location_id.uuid if one.location_id else None)
                return
            raise NotFound(what="resource", id=topic)
        case OrderId():
            found = await orders.order(tx, order_id=subject)
            mine = {Kind.CUSTOMER: found.head.customer_id, Kind.GUEST: found.head.guest_id}.get(principal.kind)
            if not (mine and principal.id and mine.bytes == principal.id.bytes) and not principal.may("orders.read"):
                raise NotFound(what="order", id=topic)
        case _:
            raise Forbidden(permission=topic[:100])
