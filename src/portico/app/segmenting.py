"""What segments ask of people follows every fact about them: orders, records, who is whom, consents, points.

Each fact may be heard twice, or late: what it is about is reckoned as it stands.
"""

from collections.abc import AsyncIterator, Callable, Sequence

import msgspec

from portico.app.places import Places
from portico.business import api as business
from portico.business.api import Directory
from portico.customers import api as customers
from portico.customers.events import CustomerChanged, CustomerCreated
from portico.customers.types import CustomerId
from portico.identity.events import AttributesTold, Merged, Unmerged
from portico.loyalty import api as loyalty
from portico.loyalty.events import (
    BirthdaySet,
    MemberJoined,
    PointsEarned,
    PointsExpired,
    PointsGranted,
    PointsTakenBack,
    RewardWasTaken,
    TierChanged,
)
from portico.orders import api as orders
from portico.orders.events import (
    OrderCanceled,
    OrderEdited,
    OrderPaid,
    OrderPlaced,
    OrderRecorded,
    OrderReturned,
    ReturnRecorded,
)
from portico.orders.types import OrderId
from portico.platform.db import Database, Tx
from portico.platform.events import Fact, Recorded
from portico.privacy.events import ConsentChanged, ErasureChanged
from portico.segments import api as segments

RECORDS_AT_ONCE = 500

OF_ORDERS = (OrderPlaced, OrderPaid, OrderRecorded, OrderEdited, OrderCanceled, OrderReturned, ReturnRecorded)
OF_RECORDS = (CustomerCreated, CustomerChanged, AttributesTold, Merged, Unmerged, ConsentChanged, ErasureChanged)
OF_LOYALTY = (
    MemberJoined, TierChanged, BirthdaySet, PointsGranted, PointsEarned, PointsTakenBack, PointsExpired, RewardWasTaken,
)  # fmt: skip
ABOUT_PEOPLE: tuple[type[Fact], ...] = (*OF_ORDERS, *OF_RECORDS, *OF_LOYALTY)


class Segmenting:
    def __init__(self) -> None:
        self._places = Places()

    async def __call__(self, tx: Tx, facts: Sequence[Recorded]) -> None:
        await segments.lock(tx)
        told = [one.fact() for one in facts]
        order_ids = sorted({OrderId(one.subject.bytes) for one in told if isinstance(one, OF_ORDERS)})
        purchases = await orders.kept(tx, order_ids=order_ids, directory=await self._places(tx)) if order_ids else ()
        members = {CustomerId(one.customer_id.bytes) for one in told if isinstance(one, OF_LOYALTY) and one.customer_id}
        members |= {one.customer_id for one in purchases if one.customer_id}  # points pay, and come back
        standings = await loyalty.standings(tx, customer_ids=sorted(members)) if members else ()
        records = {id for one in told for id in _records(one)}
        await segments.follow(tx, purchases=purchases, standings=standings, records=sorted(records))


def _records(fact: Fact) -> Sequence[CustomerId]:
    if isinstance(fact, Merged | Unmerged):
        return fact.records
    if isinstance(fact, OF_RECORDS):
        return [CustomerId(fact.subject.bytes)]
    return ()


async def anew(tx: Tx, *, records: Sequence[CustomerId], directory: Directory) -> None:
    """Reckon whole people anew, from what every room holds of them."""
    await segments.lock(tx)
    order_ids = await orders.of_customers(tx, customer_ids=records)
    await segments.follow(
        tx, purchases=await orders.kept(tx, order_ids=order_ids, directory=directory),
        standings=await loyalty.standings(tx, customer_ids=records), records=records,
    )  # fmt: skip


class Compared(msgspec.Struct, frozen=True):
    """A row that is kept (or that is missing) and is reckoned otherwise: of which table, and what it says."""

    table: str
    kept: bool
    row: str


class _Undo(Exception):
    """What was reckoned anew to be compared is not to stay."""


async def rebuild(database: Database, *, progress: Callable[[int], None] = lambda done: None) -> int:
    """Reckon everybody anew, a page in a transaction of its own; how many records there were."""
    done = 0
    async for records in _pages(database):
        async with database.transaction() as tx:
            await anew(tx, records=records, directory=await business.directory(tx))
        done += len(records)
        progress(done)
    return done


async def differences(database: Database, *, progress: Callable[[int], None] = lambda done: None) -> list[Compared]:
    """Reckon everybody anew and compare; nothing is changed."""
    found: list[Compared] = []
    done = 0
    async for records in _pages(database):
        try:
            async with database.transaction() as tx:
                before = await segments.stored(tx, records=records)
                await anew(tx, records=records, directory=await business.directory(tx))
                after = await segments.stored(tx, records=records)
                raise _Undo
        except _Undo:
            found += [Compared(table, True, row) for table, row in sorted(before - after)]
            found += [Compared(table, False, row) for table, row in sorted(after - before)]
        done += len(records)
        progress(done)
    return list(dict.fromkeys(found))  # who has records on two pages is compared with each


async def _pages(database: Database) -> AsyncIterator[list[CustomerId]]:
    """All records, whole people together: those that customers know, then those that are known here only."""
    last = CustomerId(bytes(16))
    while True:
        async with database.read() as tx:
            ids = await customers.after(tx, id=last, rows_max=RECORDS_AT_ONCE)
            if not ids:
                break
            last = ids[-1]
            whole = await segments.together(tx, records=ids)
        yield whole
    last = CustomerId(bytes(16))
    while True:
        async with database.read() as tx:
            ids = await segments.records_after(tx, id=last, rows_max=RECORDS_AT_ONCE)
            if not ids:
                break
            last = ids[-1]
            known = await customers.briefs(tx, ids=ids)
        if strangers := [one for one in ids if one not in known]:
            yield strangers
