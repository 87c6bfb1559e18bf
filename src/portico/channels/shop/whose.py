"""Whose an order is."""

from portico.carts.access import owner_of
from portico.channels.shop import forms
from portico.channels.shop.visit import Visit
from portico.orders import api
from portico.orders.types import Head, Order
from portico.platform.refusals import NotFound


def is_hers(here: Visit, head: Head) -> bool:
    """Whether whoever looks has bought it, signed in or as the guest she then was."""
    owner = owner_of(here.door.principal)
    mine = owner.customer_id is not None and owner.customer_id == head.customer_id
    guests = owner.guest_id is not None and head.guest_id is not None and owner.guest_id.bytes == head.guest_id.bytes
    return mine or guests


async def hers(here: Visit, token: str) -> Order:
    """By the token of its link. Refuses NotFound where it is somebody else's: the link alone changes nothing."""
    async with here.door.database.read() as tx:
        found = await api.by_link(tx, token=forms.clean(token))
    if not is_hers(here, found.head):
        raise NotFound(what="order", id="")
    return found
