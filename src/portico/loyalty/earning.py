"""Points for purchases and occasions: what each comes to by now, what of it is hers, what is taken back.

An order is never counted twice, because it is not counted by what happened to it but by how it stands: each time anything happens to it,
what it earns is reckoned anew and compared with what it was given. Facts may come twice, late, or in any order.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from portico.customers.types import CustomerId
from portico.loyalty import members, points, settling
from portico.loyalty.programmes import counting, running
from portico.loyalty.rules import earning as rules
from portico.loyalty.store import points as store
from portico.loyalty.store import programmes as programme_store
from portico.loyalty.types import Earning, EarningId, Member, Purchase, Running
from portico.loyalty.worth import categories_of
from portico.platform.db import Tx
from portico.platform.events import Hand

DUE_AT_ONCE = 500


class _Counted(msgspec.Struct, frozen=True):
    """A purchase, and by which terms and as whose it is counted."""

    purchase: Purchase
    run: Running
    tier: str
    referred_by: CustomerId | None


async def follow(tx: Tx, *, purchases: Sequence[Purchase], by: Hand) -> None:
    """Have each purchase have earned what it should have by now, however often and in whatever order this is called.

    Locks the points accounts of buyers, and of who referred them.
    """
    counted = await _counted(tx, purchases)
    if not counted:
        return
    await points.lock(
        tx,
        customer_ids=[
            id for one in counted for id in (one.purchase.customer_id, one.referred_by) if id is not None
        ],
    )  # fmt: skip
    await tx.run(
        store.PUT_PURCHASES,
        order_ids=[one.purchase.order_id for one in counted],
        programme_ids=[one.run.id for one in counted],
        versions=[one.run.version for one in counted],
        customer_ids=[one.purchase.customer_id for one in counted],
        tiers=[one.tier for one in counted],
        channels=[one.purchase.channel for one in counted],
        labels=[one.purchase.label for one in counted],
        currencies=[one.purchase.currency for one in counted],
        spends=[one.purchase.kept if one.purchase.paid else 0 for one in counted],
        placed_ats=[one.purchase.placed_at for one in counted],
    )
    for_categories = [
        line.variant_id
        for one in counted
        if any(rule.categories for rule in one.run.terms.earn)
        for line in one.purchase.lines
    ]
    categories = await categories_of(tx, variant_ids=sorted(set(for_categories)))
    await _put(tx, counted, categories)
    earnings = await tx.all(store.EARNINGS, order_ids=[one.purchase.order_id for one in counted], ids=[])
    runs = {one.purchase.order_id.uuid: one.run for one in counted}
    await settling.settle(tx, earnings=earnings, runs=[runs[one.order_id] for one in earnings if one.order_id], by=by)
    for run in {one.run.id: one.run for one in counted}.values():
        mine = [one.purchase.customer_id for one in counted if one.run.id == run.id]
        await members.stand(tx, run=run, customer_ids=mine, by=by)


async def _counted(tx: Tx, purchases: Sequence[Purchase]) -> list[_Counted]:
    """Those that count: of an order that was counted before the terms it had then, else those that run where it was bought."""
    known = {one.order_id: one for one in await tx.all(store.PURCHASES, order_ids=[one.order_id for one in purchases])}
    fresh = [one for one in purchases if one.order_id.uuid not in known]
    runs = await running(tx, market_ids=sorted({one.market_id for one in fresh})) if fresh else {}
    fresh = [one for one in fresh if one.market_id in runs and one.kept]
    joining: defaultdict[str, list[CustomerId]] = defaultdict(list)
    for one in fresh:
        joining[runs[one.market_id].code].append(one.customer_id)
    by_code = {one.code: one for one in runs.values()}
    for code, ids in joining.items():
        if by_code[code].terms.joins_by_buying:
            await members.join(tx, run=by_code[code], customer_ids=ids, by=points.SYSTEM)
    found = await members.members(tx, customer_ids=[one.customer_id for one in purchases])
    member: dict[tuple[object, CustomerId], Member] = {(one.programme_id, one.customer_id): one for one in found}
    versions = {
        (one.id, one.version): one
        for one in await tx.all(
            programme_store.VERSIONS,
            programme_ids=[one.programme_id for one in known.values()],
            versions=[one.version for one in known.values()],
        )
    }
    counted = []
    for one in purchases:
        before = known.get(one.order_id.uuid)
        run = versions[before.programme_id, before.version] if before else runs.get(one.market_id)
        as_ = before.customer_id if before else one.customer_id  # a purchase stays whose it was
        mine = member.get((run.id, as_)) if run else None
        if run is None or (before is None and (mine is None or not one.kept)):
            continue
        tier = before.tier if before else mine.tier if mine else ""
        whose = msgspec.structs.replace(one, customer_id=as_)
        counted.append(_Counted(whose, run, tier, mine.referred_by if mine else None))
    return counted


async def _put(tx: Tx, counted: Sequence[_Counted], categories: rules.Categories) -> None:
    """Write what each comes to; what it no longer comes to is nothing."""
    before = await tx.all(store.EARNINGS, order_ids=[one.purchase.order_id for one in counted], ids=[])
    mine: defaultdict[object, dict[tuple[str, str], Earning]] = defaultdict(dict)
    for earned in before:
        mine[earned.order_id][earned.reference, earned.rule] = earned
    rows: list[tuple[Earning, bool]] = []
    for one in counted:
        stands, purchase, run = mine[one.purchase.order_id.uuid], one.purchase, one.run
        wanted = rules.wanted(
            run.terms, purchase, tier=one.tier, categories=categories, programme=str(run.id),
            referred_by=one.referred_by,
        )  # fmt: skip
        for each in wanted:
            thanked = each.customer_id != purchase.customer_id and (each.reference, each.rule) not in stands
            if thanked and await members.referred_enough(tx, run=run, customer_id=each.customer_id):
                continue
            due = rules.due_at(run.terms, at=tx.now) if each.met else None
            rows.append((_earning(run, each, due, purchase), each.met))
        keys = {(each.reference, each.rule) for each in wanted}
        rows += [(msgspec.structs.replace(old, points=0), False) for key, old in stands.items() if key not in keys]
    found = [one for one, _ in rows]
    await tx.run(store.PUT_EARNINGS, **settling.columns(found))


def _earning(run: Running, wanted: rules.Wanted, due: datetime | None, purchase: Purchase) -> Earning:
    return Earning(
        EarningId.new(), run.id, wanted.customer_id, purchase.order_id.uuid, wanted.reference, wanted.rule, wanted.points,
        0, due, run.terms.valid_days, purchase.placed_at,
    )  # fmt: skip


async def sweep_due(tx: Tx) -> bool:
    """Give what has become due; whether there may be more."""
    found = await tx.all(store.DUE, now=tx.now, rows_max=DUE_AT_ONCE)
    if not found:
        return False
    await points.lock(tx, customer_ids=[one.customer_id for one in found])
    earnings = await tx.all(store.EARNINGS, order_ids=[], ids=[one.id for one in found])
    runs = await counting(tx)
    await settling.settle(tx, earnings=earnings, runs=[runs[one.programme_id] for one in earnings], by=points.SYSTEM)
    for run in runs.values():
        mine = [one.customer_id for one in earnings if one.programme_id == run.id]
        await members.stand(tx, run=run, customer_ids=mine, by=points.SYSTEM)
    return True
