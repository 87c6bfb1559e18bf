"""Who somebody is to each room: her records, her addresses, and what is hers everywhere."""

from collections.abc import Sequence

import msgspec

from portico.customers import api as customers
from portico.customers.types import Contact, CustomerId
from portico.platform.db import Tx
from portico.platform.ids import any_id
from portico.platform.personal import House, Whose
from portico.privacy import rules


async def whose(tx: Tx, *, house: House, customer_ids: Sequence[CustomerId]) -> Whose:
    """A person as the rooms' statements ask for her. Rooms are asked from below, so that upper ones know what lower ones found."""
    contacts = await customers.contacts(tx, ids=customer_ids)
    found = Whose(
        customers=tuple(customer_ids),
        contacts=tuple(one.value for one in contacts),
        proven=tuple(one.value for one in contacts if one.proven),
        hashes=tuple(rules.digest(one.value) for one in contacts),
        things=tuple(str(one) for one in customer_ids),
        actors=tuple(f"customer:{one.bytes.hex()}" for one in customer_ids),
    )
    for room in house.rooms:
        if room.things:
            things = dict.fromkeys((*found.things, *await room.things(tx, found)))
            ids = tuple(named.bytes for one in things if (named := any_id(one)) is not None)
            found = msgspec.structs.replace(found, things=tuple(things), ids=ids)
    return found


def contacts_of(found: Whose) -> list[Contact]:
    return [customers.contact(one) for one in found.contacts]
