"""Points as lots: given, drawn, put back, lapsed. Her account in the ledger is the lock of a customer's lots.

Whoever changes lots locks the accounts of all whose lots they are first, in order of their codes, and reads the lots after that. So
two who pay with the same points stand behind each other, and a balance is at each moment the sum of what remains of its lots.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.ledger.types import Account, BelowMinimum, Transfer
from portico.loyalty.events import PointsExpired, PointsExpiring
from portico.loyalty.programmes import counting
from portico.loyalty.rules import lots as drawing
from portico.loyalty.store import points as store
from portico.loyalty.types import (
    EXPIRED,
    POINTS,
    Burn,
    Cause,
    PointLot,
    PointLotId,
    PointsDifference,
    Terms,
    issued_account,
    points_account,
)
from portico.loyalty.worth import pays_in
from portico.platform.db import Tx
from portico.platform.events import Hand
from portico.platform.ids import Id

GIVE_BACK_DAYS = 30  # of points that no programme gave
LAPSED_AT_ONCE = 500
PAGE = 1_000
SYSTEM = Hand(actor="system:loyalty", actor_name="Portico")


async def lock(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> None:
    """Nobody else changes lots of these until this ends."""
    await ledger.lock(tx, accounts=[points_account(one) for one in sorted(set(customer_ids))])


async def open_lots(tx: Tx, *, customer_ids: Sequence[CustomerId]) -> dict[CustomerId, list[PointLot]]:
    found: defaultdict[CustomerId, list[PointLot]] = defaultdict(list)
    for one in await tx.all(store.OPEN_LOTS, customer_ids=sorted(set(customer_ids))):
        found[one.customer_id].append(one)
    return found


async def add(tx: Tx, *, lots: Sequence[PointLot]) -> None:
    """Write lots; what they hold is moved in the ledger by whoever calls, in this transaction."""
    if not lots:
        return
    await tx.run(
        store.ADD_LOTS,
        ids=[one.id for one in lots],
        customer_ids=[one.customer_id for one in lots],
        programme_ids=[one.programme_id for one in lots],
        earning_ids=[one.earning_id for one in lots],
        earneds=[one.earned for one in lots],
        causes=[one.cause for one in lots],
        references=[one.reference for one in lots],
        expires_ats=[one.expires_at for one in lots],
        now=tx.now,
    )


async def take_from(tx: Tx, *, drawn: Sequence[drawing.Drawn]) -> None:
    if drawn:
        await tx.run(store.DRAW_LOTS, ids=[one.lot.id for one in drawn], points=[one.points for one in drawn])


async def burn(tx: Tx, *, burns: Sequence[Burn]) -> None:
    """Pay with points: from the lots that lapse first, of all who are the same person. All of them or none.

    Locks points accounts in order of their codes. Raises BelowMinimum where there are not that many that are good here; whoever goes
    on after that undoes this transaction or savepoint.
    """
    people = [id for one in burns for id in one.customer_ids]
    await lock(tx, customer_ids=people)
    held = await open_lots(tx, customer_ids=people)
    references, drawn, transfers = [], [], []
    for one in burns:
        ids = list(dict.fromkeys(one.customer_ids))
        there = [each for id in ids for each in held[id]]
        good = [each for each in there if each.good(at=tx.now) and pays_in(each, one.programme_id)]
        parts = drawing.draw(good, one.points)
        if sum(each.points for each in parts) < one.points:
            raise BelowMinimum(points_account(ids[0]).code, sum(each.remaining for each in good), one.points)
        references += [one.reference.uuid] * len(parts)
        drawn += parts
        by_person: defaultdict[CustomerId, int] = defaultdict(int)
        for each in parts:
            by_person[each.lot.customer_id] += each.points
        for id in ids:
            held[id] = drawing.taken(held[id], parts)
        transfers += [
            Transfer(
                source=points_account(id), target=one.target, amount=points, reason=one.reason,
                reference=one.about, actor=one.actor, occurred_at=one.occurred_at,
            )
            for id, points in by_person.items()
        ]  # fmt: skip
    await take_from(tx, drawn=drawn)
    await tx.run(
        store.KEEP_DRAWS, references=references, ids=[one.lot.id for one in drawn],
        points=[one.points for one in drawn], now=tx.now,
    )  # fmt: skip
    await ledger.transfer_all(tx, transfers=transfers)


async def give_back(
    tx: Tx, *, reference: Id, about: str, points: int, source: Account, customer_id: CustomerId, reason: str, by: Hand
) -> None:
    """So many of what paid for something go back into the lots they came from, good for some days more at the least.

    `customer_id` has them where nobody kept from which lots they were. Locks points accounts.
    """
    drawn = await tx.all(store.DRAWS, reference=reference)
    await lock(tx, customer_ids=[customer_id, *(one.customer_id for one in drawn)])
    drawn = await tx.all(store.DRAWS, reference=reference)
    back = drawing.put_back(drawn, points)
    terms = {id: one.terms for id, one in (await counting(tx)).items()} if back else {}
    owner = {one.lot_id: one.customer_id for one in drawn}
    if back:
        await tx.run(
            store.PUT_BACK, reference=reference, ids=[one.lot_id for one in back],
            points=[one.given_back for one in back],
            expires_ats=[
                one.expires_at and max(one.expires_at, tx.now + timedelta(days=_days(terms.get(one.programme_id) if one.programme_id else None)))
                for one in back
            ],
        )  # fmt: skip
    came: defaultdict[CustomerId, int] = defaultdict(int)
    for one in back:
        came[owner[one.lot_id]] += one.given_back
    rest = points - sum(came.values())
    if rest:
        came[customer_id] += rest
        lot = PointLot(
            PointLotId.new(), customer_id, None, None, rest, rest, Cause.GIVEN_BACK, str(reference), tx.now, None,
        )  # fmt: skip
        await add(tx, lots=[lot])
    await ledger.transfer_all(
        tx,
        transfers=[
            Transfer(
                source=source, target=points_account(id), amount=each, reason=reason, reference=about,
                actor=by.actor, occurred_at=tx.now,
            )
            for id, each in came.items()
        ],
    )  # fmt: skip


def _days(terms: Terms | None) -> int:
    return terms.give_back_days if terms else GIVE_BACK_DAYS


async def sweep_lapsed(tx: Tx) -> bool:
    """Take what has lapsed out of its accounts; whether there may be more."""
    people = await tx.all(store.LAPSED, now=tx.now, rows_max=LAPSED_AT_ONCE)
    if not people:
        return False
    await lock(tx, customer_ids=people)
    lapsed = [
        drawing.Drawn(one, one.remaining)
        for lots in (await open_lots(tx, customer_ids=people)).values()
        for one in lots
        if not one.good(at=tx.now)
    ]
    await take_from(tx, drawn=lapsed)
    await ledger.transfer_all(
        tx,
        transfers=[
            Transfer(
                source=points_account(one.lot.customer_id), target=EXPIRED, amount=one.points, reason="expired",
                reference=str(one.lot.id), actor=SYSTEM.actor, occurred_at=one.lot.expires_at or tx.now,
            )
            for one in lapsed
        ],
    )  # fmt: skip
    by_person: defaultdict[CustomerId, int] = defaultdict(int)
    for one in lapsed:
        by_person[one.lot.customer_id] += one.points
    tx.emit(
        PointsExpired(subject=id, by=SYSTEM, occurred_at=tx.now, customer_id=id, points=points)
        for id, points in by_person.items()
    )
    return True


async def sweep_lapsing(tx: Tx) -> bool:
    """Say beforehand whose points lapse soon, once for each lot; whether there may be more."""
    runs = await counting(tx)
    told = await tx.all(
        store.LAPSING,
        programme_ids=list(runs),
        untils=[tx.now + timedelta(days=one.terms.notice_days) for one in runs.values()],
        now=tx.now,
        rows_max=LAPSED_AT_ONCE,
    )
    by_person: defaultdict[CustomerId, list[PointLot]] = defaultdict(list)
    for one in told:
        by_person[one.customer_id].append(one)
    tx.emit(
        PointsExpiring(
            subject=id, by=SYSTEM, occurred_at=tx.now, customer_id=id, points=sum(one.remaining for one in lots),
            expires_at=min(one.expires_at for one in lots if one.expires_at),
        )
        for id, lots in by_person.items()
    )  # fmt: skip
    return len(told) >= LAPSED_AT_ONCE


async def differences(tx: Tx) -> list[PointsDifference]:
    """Customers whose account is not what remains of their lots."""
    lots = {points_account(one.customer_id).code: one.points for one in await tx.all(store.HELD)}
    found, after = [], None
    accounts: dict[str, int] = {}
    while page := await ledger.of_kind(tx, kind="points", after=after, rows_max=PAGE):
        accounts |= {one.code: one.balance for one in page}
        after = page[-1].code
    for code in sorted(accounts.keys() | lots.keys()):
        if accounts.get(code, 0) != lots.get(code, 0):
            customer_id = CustomerId.parse(code.partition(":")[2])
            found.append(PointsDifference(customer_id, accounts.get(code, 0), lots.get(code, 0)))
    return found


def issued() -> Account:
    return issued_account("points", POINTS)
