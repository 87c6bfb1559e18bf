"""Does everything add up? Each room says so of its own figures."""

import msgspec

from portico.bookings import api as bookings
from portico.business import api as business
from portico.inventory import api as inventory
from portico.ledger import api as ledger
from portico.loyalty import api as loyalty
from portico.orders import api as orders
from portico.payments import api as payments
from portico.platform.db import Database, Tx


class Difference(msgspec.Struct, frozen=True):
    """A stored figure that is not what its parts add up to."""

    room: str
    what: str
    name: str
    stored: int
    added_up: int


async def differences(database: Database) -> list[Difference]:
    """Every difference in stock, ledger, points and cards, orders and bookings, all read from one and the same state."""
    async with database.snapshot() as tx:
        found = [
            Difference("inventory", one.what, f"{one.variant_id} at {one.location_id}", one.stored, one.added_up)
            for one in await inventory.differences(tx)
        ]
        found += [
            Difference("ledger", "balance", one.account, one.stored, one.added_up)
            for one in await ledger.differences(tx)
        ]
        found += [
            Difference("companies", "owes", one.account, one.stored, one.added_up)
            for one in await payments.differences(tx)
        ]
        found += await of_loyalty(tx)
        found += [
            Difference("orders", one.what, str(one.order_id), one.stored, one.added_up)
            for one in await orders.differences(tx)
        ]
        found += [
            Difference("bookings", "taken", f"{one.resource_id} at {one.starts_at}", one.stored, one.added_up)
            for one in await bookings.differences(tx)
        ]
    return found


async def of_loyalty(tx: Tx) -> list[Difference]:
    """Customers whose points are not what remains of their lots, and by how much cards miss what was issued on them."""
    found = [
        Difference("loyalty", "points", str(one.customer_id), one.balance, one.lots)
        for one in await loyalty.differences(tx)
    ]
    currencies = sorted({one.currency for one in (await business.directory(tx)).markets.values()})
    if apart := (await loyalty.liability(tx, currencies=currencies)).difference:
        found.append(Difference("loyalty", "issued", "gift cards", apart, 0))
    return found
