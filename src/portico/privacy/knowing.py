"""Who somebody is to each room: her records, her addresses, and what is hers everywhere."""

from collections.abc import Sequence

import msgspec

from portico.customers import api as customers
from portico.customers.types import Contact, CustomerId
from portico.identity import api as identity
from portico.platform.db import Tx
from portico.platform.ids import any_id
from portico.platform.personal import House, Whose
from portico.privacy import rules


async def whose(tx: Tx, *, house: House, customer_id: CustomerId) -> Whose:
    """A person as the rooms' statements ask for her: with every record that she has proven to be hers, and no other."""
    customer_ids = await identity.own_records(tx, id=customer_id)
    contacts = await customers.contacts(tx, ids=customer_ids)
    found = Whose(
        customers=tuple(customer_ids),
        contacts=tuple(one.value for one in contacts),
        proven=tuple(one.value for one in contacts if one.verified_at is not None),
        hashes=tuple(rules.digest(one.value) for one in contacts),
        things=tuple(str(one) for one in customer_ids),
        actors=tuple(f"customer:{one.bytes.hex()}" for one in customer_ids),
    )
    before = -1
    while len(found.things) > before:  # what one room finds may lead another further, whichever lies above
        before = len(found.things)
        for room in house.rooms:
            if room.things:
                found = _with(found, await room.things(tx, found))
    return found


def _with(found: Whose, more: Sequence[str]) -> Whose:
    things = tuple(dict.fromkeys((*found.things, *more)))
    ids = tuple(named.bytes for one in things if (named := any_id(one)) is not None)
    return msgspec.structs.replace(found, things=things, ids=ids)


def contacts_of(found: Whose) -> list[Contact]:
    return [customers.contact(one) for one in found.contacts]
