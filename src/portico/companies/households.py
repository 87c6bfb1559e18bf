"""Households: who says that she lives there, or of whom one of the staff does. Nobody is put into one by a guess."""

from collections.abc import Sequence

import msgspec

from portico.business.types import Address
from portico.companies import rules, store
from portico.companies.events import HouseholdJoined, HouseholdLeft
from portico.companies.keeping import json
from portico.companies.types import (
    MEMBERS_MAX,
    NAME_LENGTH_MAX,
    BadCompany,
    CompanyChanged,
    Household,
    HouseholdId,
    InAHousehold,
    Member,
)
from portico.customers import api as customers
from portico.customers.types import CustomerId
from portico.identity import api as identity
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.refusals import NotFound


class Living(msgspec.Struct, frozen=True):
    """A household with who is in it."""

    household: Household
    members: tuple[Member, ...]


async def household_of(tx: Tx, *, records: Sequence[CustomerId]) -> Living | None:
    """The household of somebody whose records these are, in their order: that of the first which is in one."""
    found = {one.customer_id: one for one in await tx.all(store.MEMBERSHIPS, customer_ids=list(records))}
    first = next((found[one] for one in records if one in found), None)
    return await household(tx, id=first.household_id) if first else None


async def household(tx: Tx, *, id: HouseholdId) -> Living:
    """Refuses NotFound."""
    found = await tx.maybe(store.HOUSEHOLD, id=id)
    if found is None:
        raise NotFound(what="household", id=str(id))
    return Living(found, tuple(await tx.all(store.MEMBERS, id=id)))


async def found_household(
    tx: Tx, *, name: str, address: Address | None, customer_id: CustomerId, by_herself: bool, by: Hand
) -> Living:
    """A new household with its first member. Refuses BadCompany, NotFound, InAHousehold."""
    _check(name, address)
    id = HouseholdId.new()
    await tx.run(store.ADD_HOUSEHOLD, id=id, name=name.strip(), address=json(address) if address else None, now=tx.now)
    return await join(tx, id=id, customer_id=customer_id, by_herself=by_herself, by=by)


def _check(name: str, address: Address | None) -> None:
    if not 0 < len(name.strip()) <= NAME_LENGTH_MAX:
        raise BadCompany(field="name", why=f"1..{NAME_LENGTH_MAX}")
    if address:
        rules.check_address(address, field="address")


async def put_household(tx: Tx, *, id: HouseholdId, name: str, address: Address | None, expected: int) -> Living:
    """Another name or address. Refuses NotFound, CompanyChanged, BadCompany."""
    _check(name, address)
    before = (await household(tx, id=id)).household
    saved = await tx.maybe(
        store.SAVE_HOUSEHOLD, id=id, name=name.strip(), address=json(address) if address else None, expected=expected
    )
    if saved is None:
        raise CompanyChanged(version=before.version)
    return await household(tx, id=id)


async def join(tx: Tx, *, id: HouseholdId, customer_id: CustomerId, by_herself: bool, by: Hand) -> Living:
    """She lives there. Said again, it changes nothing. Locks the household. Refuses NotFound, InAHousehold, BadCompany."""
    if await tx.maybe(store.LOCK_HOUSEHOLD, id=id) is None:
        raise NotFound(what="household", id=str(id))
    await customers.customer(tx, id=customer_id)
    records = (await identity.members(tx, ids=[customer_id]))[customer_id]
    for one in await tx.all(store.MEMBERSHIPS, customer_ids=list(records)):
        if one.household_id != id:
            raise InAHousehold(household_id=one.household_id)
        return await household(tx, id=id)
    if len(await tx.all(store.MEMBERS, id=id)) >= MEMBERS_MAX:
        raise BadCompany(field="members", why=f"<= {MEMBERS_MAX}")
    joined = await tx.maybe(
        store.JOIN, id=id, customer_id=customer_id, by_herself=by_herself, now=tx.now, actor=by.actor,
        actor_name=by.actor_name,
    )  # fmt: skip
    if joined is None:  # at this moment she was put into another one
        (elsewhere,) = await tx.all(store.MEMBERSHIPS, customer_ids=[customer_id])
        raise InAHousehold(household_id=elsewhere.household_id)
    tx.emit([HouseholdJoined(subject=id, customer_id=customer_id, by=by, occurred_at=tx.now, by_herself=by_herself)])
    return await household(tx, id=id)


async def leave(tx: Tx, *, id: HouseholdId, records: Sequence[CustomerId], by: Hand) -> Living | None:
    """Somebody, whose records these are, lives there no more; with the last the household goes. Locks it. Refuses NotFound."""
    if await tx.maybe(store.LOCK_HOUSEHOLD, id=id) is None:
        raise NotFound(what="household", id=str(id))
    gone = await tx.all(store.LEAVE, id=id, customer_ids=list(records))
    if not gone:
        raise NotFound(what="member", id=str(records[0]) if records else "")
    tx.emit(HouseholdLeft(subject=id, customer_id=one.customer_id, by=by, occurred_at=tx.now) for one in gone)
    if not await tx.all(store.MEMBERS, id=id):
        await tx.run(store.DROP_HOUSEHOLD, id=id)
        return None
    return await household(tx, id=id)
