"""How much each channel may promise."""

from collections.abc import Sequence
from datetime import datetime
from math import prod
from uuid import UUID

from portico.business.types import LocationId
from portico.catalog.types import VariantId
from portico.inventory.api import bundles
from portico.inventory.rules import confidence
from portico.inventory.rules.confidence import UNLEARNT, Shrink
from portico.inventory.rules.policies import Policies
from portico.inventory.rules.policies import promisable as allowed
from portico.inventory.store import counts, stock
from portico.inventory.store import policies as store
from portico.inventory.types import Backorder, BadPolicy, FreeUnits, Policy, PolicyId, Promisable
from portico.platform.db import Tx

CONFIDENCE_PERCENT = 90  # of what is promised to somebody who comes for it, unless a policy says otherwise


async def promisable(
    tx: Tx,
    *,
    variant_ids: Sequence[VariantId],
    channel_id: UUID | None,
    location_ids: Sequence[LocationId] | None = None,
) -> list[Promisable]:
    """What a channel may promise of variants at locations (None: at all), after safety stock, share and exclusions.

    What may be promised to somebody who fetches it later is less what the shelf may have lost (`rules.confidence`).
    Keys that never had stock are missing from the answer.
    """
    parts = await bundles.parts_of(tx, variant_ids=variant_ids)
    shelf_ids = bundles.shelf_ids(variant_ids, parts)
    found = await tx.all(
        stock.SHELVES,
        variant_ids=shelf_ids,
        location_ids=list(location_ids or ()),
        everywhere=location_ids is None,
        now=tx.now,
        today=tx.now.date(),
    )
    places = list({one.location_id for one in found}) if location_ids is None else list(location_ids)
    shrinks = {
        one.location_id: Shrink(one.lost, one.activity) for one in await tx.all(counts.SHRINKS, location_ids=places)
    }
    binding = Policies(await tx.all(store.POLICIES, variant_ids=[*variant_ids, *shelf_ids]))
    single = [_promisable(one, binding, channel_id, shrinks.get(one.location_id, UNLEARNT), tx.now) for one in found]
    return _as_asked(variant_ids, single, parts) if parts else single


def _as_asked(variant_ids: Sequence[VariantId], single: Sequence[Promisable], parts: bundles.Parts) -> list[Promisable]:
    """Of a bundle, as much as its scarcest component allows; it is there as surely as all of them are."""
    there = {(one.variant_id, one.location_id): one for one in single}
    wanted = set(variant_ids)
    answers = [one for one in single if one.variant_id in wanted]
    for bundle_id, components in parts.items():
        for place in sorted({one.location_id for one in single}):
            units = [(there.get((part.variant_id, place)), part.quantity) for part in components]
            known = [(one, quantity) for one, quantity in units if one is not None]
            counted = [one.counted_at for one, _ in known if one.counted_at]
            if len(known) == len(units):
                answers.append(
                    Promisable(
                        variant_id=bundle_id,
                        location_id=place,
                        available=min(one.available // quantity for one, quantity in known),
                        low=any(one.low for one, _ in known),
                        collectable=min(one.collectable // quantity for one, quantity in known),
                        confidence=prod(one.confidence for one, _ in known),
                        on_hand=min(one.on_hand // quantity for one, quantity in known),
                        on_shelf=min(one.on_shelf // quantity for one, quantity in known),
                        counted_at=min(counted) if len(counted) == len(known) else None,
                    )
                )
    return answers


def _promisable(
    one: stock.Shelf, binding: Policies, channel_id: UUID | None, shrink: Shrink, now: datetime
) -> Promisable:
    free = max(0, one.on_hand - one.reserved - one.expired)
    leeway = binding.leeway(one.variant_id, one.location_id, channel_id)
    units = allowed(free, leeway)
    since_count = confidence.days_since(one.counted_at, now=now)
    activity = confidence.activity(on_hand=one.on_hand, handled=one.handled, days=since_count)
    losses = confidence.losses(activity, shrink)
    target = CONFIDENCE_PERCENT if leeway.confidence_percent is None else leeway.confidence_percent
    kept = confidence.buffer(target / 100, losses=losses)
    backorder = None
    if one.kind and one.expected_on and one.units_max is not None and not leeway.excluded:
        backorder = Backorder(
            one.variant_id, one.location_id, one.kind, one.units_max, one.expected_on, one.promised or 0
        )
    return Promisable(
        variant_id=one.variant_id,
        location_id=one.location_id,
        available=units,
        low=leeway.low_under is not None and 0 < units < leeway.low_under,
        collectable=max(0, min(units, free - kept)),
        confidence=confidence.confidence(1, free=free, losses=losses),
        on_hand=one.on_hand,
        on_shelf=free,
        backorder=backorder,
        counted_at=one.counted_at,
    )


async def free(tx: Tx, *, variant_ids: Sequence[VariantId], channel_id: UUID | None) -> list[FreeUnits]:
    """How many units a channel may promise at every location that has any: `promisable` for very many places at once."""
    parts = await bundles.parts_of(tx, variant_ids=variant_ids)
    shelf_ids = bundles.shelf_ids(variant_ids, parts)
    rows = await tx.all(stock.FREE, variant_ids=shelf_ids, now=tx.now, today=tx.now.date())
    binding = Policies(await tx.all(store.POLICIES, variant_ids=[*variant_ids, *shelf_ids]))
    if binding:
        rows = [
            FreeUnits(
                one.variant_id,
                one.location_id,
                allowed(one.quantity, binding.leeway(one.variant_id, one.location_id, channel_id)),
            )
            for one in rows
        ]
    if parts:
        there = {(one.variant_id, one.location_id): one.quantity for one in rows}
        places = sorted({one.location_id for one in rows})
        for bundle_id, components in parts.items():
            rows += [
                FreeUnits(
                    bundle_id, place, min(there.get((one.variant_id, place), 0) // one.quantity for one in components)
                )
                for place in places
            ]
    return rows


async def put_policies(tx: Tx, *, policies: Sequence[Policy]) -> None:
    """Set policies; one for the same variant, location and channel is replaced. Refuses BadPolicy."""
    for one in policies:
        _check(one)
    await tx.run(
        store.PUT_POLICIES,
        ids=[one.id for one in policies],
        variant_ids=[one.variant_id for one in policies],
        location_ids=[one.location_id for one in policies],
        channel_ids=[one.channel_id for one in policies],
        safeties=[one.safety for one in policies],
        share_percents=[one.share_percent for one in policies],
        excludeds=[one.excluded for one in policies],
        low_unders=[one.low_under for one in policies],
        confidence_percents=[one.confidence_percent for one in policies],
    )


def _check(one: Policy) -> None:
    if one.safety is not None and one.safety < 0:
        raise BadPolicy(field="safety")
    if one.share_percent is not None and not 0 <= one.share_percent <= 100:
        raise BadPolicy(field="share_percent")
    if one.low_under is not None and one.low_under < 0:
        raise BadPolicy(field="low_under")
    if one.confidence_percent is not None and not 0 <= one.confidence_percent <= 99:
        raise BadPolicy(field="confidence_percent")
    if all(
        said is None for said in (one.safety, one.share_percent, one.excluded, one.low_under, one.confidence_percent)
    ):
        raise BadPolicy(field="safety")


async def drop_policies(tx: Tx, *, ids: Sequence[PolicyId]) -> int:
    return await tx.run(store.DROP_POLICIES, ids=list(ids))


async def policies(tx: Tx, *, after: PolicyId | None = None, rows_max: int = 100) -> list[Policy]:
    """A page of all policies."""
    return await tx.all(store.ALL_POLICIES, after=after, rows_max=min(rows_max, 500))
