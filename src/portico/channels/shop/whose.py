"""Whose an order is."""

from portico.carts.access import owner_of
from portico.channels.shop.visit import Visit
from portico.orders.types import Head


def is_hers(here: Visit, head: Head) -> bool:
    """Whether whoever looks has bought it, signed in or as the guest she then was."""
    owner = owner_of(here.door.principal)
    mine = owner.customer_id is not None and owner.customer_id == head.customer_id
    guests = owner.guest_id is not None and head.guest_id is not None and owner.guest_id.bytes == head.guest_id.bytes
    return mine or guests
