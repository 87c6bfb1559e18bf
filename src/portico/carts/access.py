"""Whose cart it is, and who else may touch it."""

from portico.business.api import Directory
from portico.business.types import MarketId
from portico.carts.types import Cart, Owner
from portico.customers.types import CustomerId
from portico.platform.auth.types import Kind, Principal
from portico.platform.http import Door
from portico.platform.ids import Id
from portico.platform.refusals import NotFound


def owner_of(principal: Principal) -> Owner:
    """Whose carts these are: the customer's, the guest's, nobody's."""
    if principal.kind is Kind.CUSTOMER and principal.id:
        return Owner(customer_id=CustomerId(principal.id.bytes))
    if principal.kind is Kind.GUEST and principal.id:
        return Owner(guest_id=principal.id)
    return Owner()


def may_touch(principal: Principal, cart: Cart, *, permission: str, asked: Id | None = None) -> None:
    """Refuses NotFound to strangers: they may not even know that there is such a cart.

    `asked` is the thing they named, where that is not the cart itself: the refusal names no more than they did.
    """
    owner = owner_of(principal)
    if owner.customer_id and owner.customer_id == cart.head.customer_id:
        return
    if owner.guest_id and cart.head.guest_id and owner.guest_id.bytes == cart.head.guest_id.bytes:
        return
    if not principal.may(permission):
        kind, name = ("cart", cart.head.id) if asked is None else ("checkout", asked)
        raise NotFound(what=kind, id=str(name))


def market_id_of(door: Door, directory: Directory, code: str | None) -> MarketId:
    """The market that was asked for, or else that of the asker's place, her channel, or the first."""
    if code:
        return directory.market(code).id
    if door.principal.location_id:
        return directory.location(door.principal.location_id).market_id
    channel = directory.channel(door.doorway.id)
    return channel.market_id if channel and channel.market_id else directory.market().id
