"""What earnings come to is given, and what they no longer come to is taken back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from portico.customers.types import CustomerId
from portico.ledger import api as ledger
from portico.ledger.types import Transfer
from portico.loyalty import points
from portico.loyalty.events import PointsEarned, PointsTakenBack
from portico.loyalty.rules import lots as drawing
from portico.loyalty.store import points as store
from portico.loyalty.types import (
    Cause,
    Earning,
    EarningId,
    Earns,
    Overdrawn,
    PointLot,
    PointLotId,
    Running,
    owed_account,
    points_account,
)
from portico.platform.db import Tx
from portico.platform.events import Hand


def columns(earnings: Sequence[Earning]) -> dict[str, list[object]]:
    """Earnings as the columns of `store.PUT_EARNINGS`."""
    return {
        "ids": [one.id for one in earnings],
        "programme_ids": [one.programme_id for one in earnings],
        "customer_ids": [one.customer_id for one in earnings],
        "order_ids": [one.order_id for one in earnings],
        "references": [one.reference for one in earnings],
        "rules": [one.rule for one in earnings],
        "points": [one.points for one in earnings],
        "due_ats": [one.due_at for one in earnings],
        "valid_days": [one.valid_days for one in earnings],
        "earned_ats": [one.earned_at for one in earnings],
    }


async def settle(tx: Tx, *, earnings: Sequence[Earning], runs: Sequence[Running], by: Hand) -> None:
    """Give what is due and not given yet, and take back what was given too much. Accounts of all of them are locked.

    What she owes is settled first. What is taken back comes out of the lots it went into, then out of what lapses first; what she
    has spent already is owed, or forgiven where the terms say so. So a balance is never negative.
    """
    now = {one.id: (one, run) for one, run in zip(earnings, runs, strict=True)}
    due = [one for one in earnings if one.points < one.given or (one.pending and one.due_at and one.due_at <= tx.now)]
    if not due:
        return
    people = sorted({one.customer_id for one in due})
    lots = await points.open_lots(tx, customer_ids=people)
    owed = await _owed(tx, people)
    made: list[PointLot] = []
    drawn: list[drawing.Drawn] = []
    transfers: list[Transfer] = []
    change: defaultdict[CustomerId, int] = defaultdict(int)
    for one in sorted(due, key=lambda one: one.points - one.given):  # what is taken back first
        run, who, more = now[one.id][1], one.customer_id, one.points - one.given
        change[who] += more
        if more > 0:
            paid = min(owed[who], more)
            owed[who] -= paid
            transfers += _moved(one, paid, "settled", by, tx)
            if more > paid:
                lot = _lot(one, more - paid, tx)
                made.append(lot)
                transfers += _moved(one, more - paid, "earned", by, tx)
            continue
        parts = drawing.draw(lots[who], -more, first=one.id)
        lots[who] = drawing.taken(lots[who], parts)
        drawn += parts
        taken = sum(each.points for each in parts)
        transfers += _moved(one, -taken, "taken_back", by, tx)
        if -more > taken and run.terms.overdrawn is Overdrawn.SETTLE:
            owed[who] += -more - taken
            transfers += _moved(one, taken + more, "owed", by, tx)
    await points.take_from(tx, drawn=drawn)
    await points.add(tx, lots=made)
    await tx.run(store.GIVEN, ids=[one.id for one in due])
    await ledger.transfer_all(tx, transfers=transfers)
    tx.emit(
        (PointsEarned if more > 0 else PointsTakenBack)(
            subject=who, by=by, occurred_at=tx.now, customer_id=who, points=abs(more)
        )
        for who, more in change.items()
        if more
    )


def _moved(one: Earning, amount: int, reason: str, by: Hand, tx: Tx) -> list[Transfer]:
    """Between where points come from and her account, or what she owes; the sign says which way."""
    if not amount:
        return []
    hers = owed_account(one.customer_id) if reason in ("owed", "settled") else points_account(one.customer_id)
    source, target = (points.issued(), hers) if amount > 0 else (hers, points.issued())
    return [
        Transfer(
            source=source, target=target, amount=abs(amount), reason=reason, reference=str(one.id), actor=by.actor,
            occurred_at=tx.now,
        )
    ]  # fmt: skip


def _lot(one: Earning, amount: int, tx: Tx) -> PointLot:
    ends = tx.now + timedelta(days=one.valid_days) if one.valid_days else None
    return PointLot(
        PointLotId.new(),
        one.customer_id,
        one.programme_id,
        one.id,
        amount,
        amount,
        Cause.EARNED,
        one.reference,
        tx.now,
        ends,
    )


async def _owed(tx: Tx, people: Sequence[CustomerId]) -> dict[CustomerId, int]:
    held = await ledger.balances(tx, codes=[owed_account(one).code for one in people])
    return {one: -held.get(owed_account(one).code, 0) for one in people}


async def give_occasions(tx: Tx, *, run: Running, earns: Earns, references: Mapping[CustomerId, str], by: Hand) -> None:
    """Points for an occasion, once for each reference. Locks the points accounts."""
    wanted = [one for one in run.terms.earn if one.earns is earns and _now(one.starts_at, one.ends_before, tx.now)]
    if not wanted or not references:
        return
    await points.lock(tx, customer_ids=list(references))
    new = [
        Earning(
            EarningId.new(),
            run.id,
            id,
            None,
            reference,
            rule.code,
            rule.points,
            0,
            tx.now,
            run.terms.valid_days,
            tx.now,
        )
        for id, reference in references.items()
        for rule in wanted
    ]
    await tx.run(store.PUT_EARNINGS, **columns(new))
    written = await tx.all(
        store.EARNINGS, order_ids=[], ids=[one.id for one in new]
    )  # those that were there have other ids
    await settle(tx, earnings=written, runs=[run] * len(written), by=by)


def _now(starts_at: datetime | None, ends_before: datetime | None, now: datetime) -> bool:
    return (starts_at is None or starts_at <= now) and (ends_before is None or now < ends_before)
