"""Whose a thing is: a customer's own, or of somebody's who may."""

from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.platform.auth.types import Kind
from portico.platform.db import Tx
from portico.platform.http import Door
from portico.platform.refusals import Forbidden, SignInNeeded


def require_own(door: Door, customer_id: CustomerId, permission: str) -> None:
    """She herself, or staff with the permission where they stand. Refuses Forbidden to another customer."""
    if own_id(door) == customer_id:
        return
    if door.principal.kind is Kind.CUSTOMER:
        raise Forbidden(permission=permission)
    door.principal.require(permission, at=door.principal.location_id)


def own_id(door: Door) -> CustomerId | None:
    """The signed-in customer."""
    found = door.principal.kind is Kind.CUSTOMER and door.principal.id
    return CustomerId(found.bytes) if found else None


async def records_of(tx: Tx, door: Door, customer_id: CustomerId) -> list[CustomerId]:
    """The records that are looked at together: to staff all of the person's, to her those that she has proven to be hers."""
    if own_id(door) == customer_id:
        return list(await identity.own_records(tx, id=customer_id))
    return list((await identity.members(tx, ids=[customer_id]))[customer_id])


def signed_in(door: Door) -> CustomerId:
    """Refuses SignInNeeded to everybody but a customer."""
    found = own_id(door)
    if found is None:
        raise SignInNeeded()
    return found
